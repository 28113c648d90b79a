package convlstm4j.bench.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What Linux tells of processes in {@code /proc}; nothing elsewhere. */
final class Proc {
  /** USER_HZ, the same on all Linux machines that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  private Proc() {}

  private static Optional<String> read(String path) {
    try {
      return Optional.of(Files.readString(Path.of(path), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty(); // not Linux, or the process is gone: nothing to tell
    }
  }

  /** Processor seconds that all processes have used, interrupts and stolen time included. */
  static Optional<Double> busySeconds() {
    return read("/proc/stat")
        .map(
            stat -> {
              String[] f = stat.lines().findFirst().orElseThrow().trim().split("\\s+");
              double ticks = 0;
              for (int i = 1; i <= 8; i++) {
                boolean waiting = i == 4 || i == 5;
                ticks += waiting ? 0 : Double.parseDouble(f[i]);
              }
              return ticks / TICKS_PER_SECOND;
            });
  }

  /** Processor seconds that one process has used. */
  static Optional<Double> busySeconds(long pid) {
    return read("/proc/" + pid + "/stat")
        .map(
            stat -> {
              // After the command's name in parentheses: state is field 3, utime and stime 14, 15.
              String[] f = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
              return (Double.parseDouble(f[11]) + Double.parseDouble(f[12])) / TICKS_PER_SECOND;
            });
  }

  /** A line of a process's status in MB: {@code VmRSS} now, {@code VmHWM} at most. */
  static Optional<Double> megabytes(long pid, String key) {
    return read("/proc/" + pid + "/status")
        .flatMap(s -> s.lines().filter(l -> l.startsWith(key + ":")).findFirst())
        .map(l -> Double.parseDouble(l.replaceAll("[^0-9]", "")) * 1024 / 1e6);
  }

  /** Makes {@code VmHWM} count from now on. */
  static void resetPeak(long pid) throws WorkerException {
    try {
      Files.writeString(Path.of("/proc/" + pid + "/clear_refs"), "5");
    } catch (IOException e) {
      throw new WorkerException("peak memory cannot be measured here: " + e, e);
    }
  }
}
