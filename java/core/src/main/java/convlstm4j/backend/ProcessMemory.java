package convlstm4j.backend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * How much memory this process may still take: the one place that knows the limits of the machine,
 * of a container (cgroup, versions 1 and 2), of the process ({@code ulimit -v, -d}) and of the Java
 * heap (-Xmx). Whoever takes more than the machine or a container has is killed.
 */
public final class ProcessMemory {
  /** What the JVM itself may still want: compiled code, classes, stacks of threads. */
  static final long KEPT = 64L << 20;

  /** Version 1 writes a number near the largest where there is no limit. */
  private static final long NO_LIMIT = 1L << 60;

  private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

  private static final int KIB = 10;

  /**
   * A limit and what is left of it.
   *
   * @param bytes what can still be taken, at least 0
   * @param heapGrowth what the Java heap will take of them
   * @param name which limit it is, after "left of"
   * @param remedy how to get more, after "or"
   */
  public record Left(long bytes, long heapGrowth, String name, String remedy) {
    /**
     * What is left once the Java heap has grown.
     *
     * @return bytes, below 0 if the heap cannot grow so much
     */
    public long outsideHeap() {
      return bytes - heapGrowth;
    }
  }

  /** What the files of a version of cgroup are called. */
  private record Version(String limit, String usage, String prefix) {}

  private static final Version V1 =
      new Version("memory.limit_in_bytes", "memory.usage_in_bytes", "total_");
  private static final Version V2 = new Version("memory.max", "memory.current", "");

  private ProcessMemory() {}

  /**
   * What is left of the tightest limit once the Java heap has grown; some is kept back for the JVM
   * itself: a quarter, at most 64 MiB.
   *
   * @param heapGrowth bytes that the Java heap will take from the system
   * @return what is left
   */
  public static Left process(long heapGrowth) {
    return process(Path.of("/"), heapGrowth);
  }

  /**
   * What the Java heap can still take in large arrays, garbage counted as taken. Some collectors
   * keep such arrays in a part of the heap only.
   *
   * @return what is left up to -Xmx
   */
  public static Left heap() {
    Runtime r = Runtime.getRuntime();
    long most =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(p -> p.getType() == MemoryType.HEAP)
            .mapToLong(p -> p.getUsage().getMax())
            .max()
            .orElse(-1);
    most = most > 0 ? Math.min(most, r.maxMemory()) : r.maxMemory();
    return new Left(
        Math.max(0, most - (r.totalMemory() - r.freeMemory())),
        0,
        "the Java heap (-Xmx), which takes " + (most >> 20) + " MiB of large arrays",
        "give Java more memory (-Xmx)");
  }

  /**
   * By how much the Java heap grows if something is put there.
   *
   * @param bytes what is put there
   * @return bytes that it has not got from the system yet
   */
  public static long heapGrowth(long bytes) {
    return Math.max(0, bytes - Runtime.getRuntime().freeMemory());
  }

  /** By the files below a folder. */
  static Left process(Path root, long heapGrowth) {
    List<Left> all = new ArrayList<>();
    List<String> limits = lines(root.resolve("proc/self/limits"));
    List<String> status = lines(root.resolve("proc/self/status"));
    // Java takes the addresses of all its heap when it starts.
    limit(all, limits, "Max address space", field(status, "VmSize:"), "ulimit -v", 0);
    limit(all, limits, "Max data size", field(status, "VmData:"), "ulimit -d", heapGrowth);
    groups(all, root, heapGrowth);
    List<String> info = lines(root.resolve("proc/meminfo"));
    long machine = field(info, "MemAvailable:").orElseGet(ProcessMemory::total);
    all.add(left(machine, heapGrowth, "the memory of this machine", "end other programs"));
    return all.stream().min(Comparator.comparingLong(Left::outsideHeap)).orElseThrow();
  }

  /** In KiB, where the system does not say what is free. */
  private static long total() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getTotalMemorySize()
        >> KIB;
  }

  private static Left left(long kib, long heapGrowth, String name, String remedy) {
    long bytes = Math.max(0, kib) << KIB;
    return new Left(bytes - Math.min(KEPT, bytes / 4), heapGrowth, name, remedy);
  }

  private static void groups(List<Left> all, Path root, long heapGrowth) {
    for (String line : lines(root.resolve("proc/self/cgroup"))) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[1].isEmpty()) {
        Path mount = root.resolve("sys/fs/cgroup");
        group(all, mount, parts[2], V2, heapGrowth);
      } else if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains("memory")) {
        Path mount = root.resolve("sys/fs/cgroup/memory");
        group(all, mount, parts[2], V1, heapGrowth);
      }
    }
  }

  /** A control group and those around it, as far as they are seen from here. */
  private static void group(
      List<Left> all, Path mount, String path, Version names, long heapGrowth) {
    Path folder = mount.resolve(path.substring(Math.min(1, path.length()))).normalize();
    folder = folder.startsWith(mount) ? folder : mount; // above what this container sees
    for (; folder != null && folder.startsWith(mount); folder = folder.getParent()) {
      OptionalLong most = number(folder.resolve(names.limit()));
      if (most.isEmpty() || most.getAsLong() >= NO_LIMIT) {
        continue;
      }
      OptionalLong used = number(folder.resolve(names.usage()));
      if (used.isPresent()) {
        // Pages of files are given up before anybody is killed.
        List<String> stat = lines(folder.resolve("memory.stat"));
        long files =
            field(stat, names.prefix() + "inactive_file").orElse(0)
                + field(stat, names.prefix() + "active_file").orElse(0);
        long left = most.getAsLong() - Math.max(0, used.getAsLong() - files);
        all.add(
            left(
                left >> KIB,
                heapGrowth,
                "the limit of the container (cgroup, "
                    + (most.getAsLong() >> 20)
                    + " MiB in "
                    + folder.resolve(names.limit())
                    + ")",
                "give the container more memory"));
      }
    }
  }

  private static void limit(
      List<Left> all,
      List<String> limits,
      String limit,
      OptionalLong taken,
      String command,
      long heapGrowth) {
    for (String line : limits) {
      if (line.startsWith(limit) && taken.isPresent()) {
        String soft = line.substring(limit.length()).strip().split("\\s+", 2)[0];
        if (soft.matches("[0-9]{1,18}")) {
          long most = Long.parseLong(soft) >> KIB;
          all.add(
              left(
                  most - taken.getAsLong(),
                  heapGrowth,
                  "the limit of this process (" + command + " " + most + ")",
                  "raise " + command));
        }
      }
    }
  }

  /** The number after a word at the start of a line. */
  private static OptionalLong field(List<String> lines, String word) {
    return lines.stream()
        .filter(l -> l.startsWith(word))
        .map(l -> l.split("\\s+", 3))
        .filter(l -> l.length > 1 && l[0].equals(word) && l[1].matches("[0-9]{1,18}"))
        .mapToLong(l -> Long.parseLong(l[1]))
        .findFirst();
  }

  /** The number that a file holds; empty for "max". */
  private static OptionalLong number(Path file) {
    List<String> lines = lines(file);
    return lines.size() == 1 && lines.get(0).strip().matches("[0-9]{1,19}")
        ? OptionalLong.of(new BigDecimal(lines.get(0).strip()).min(LARGEST).longValue())
        : OptionalLong.empty();
  }

  /** None where there is no such file: another system, another version, no limit. */
  private static List<String> lines(Path file) {
    if (!Files.isReadable(file)) {
      return List.of();
    }
    try {
      return Files.readAllLines(file);
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // a group that went while it was read
    }
  }
}
