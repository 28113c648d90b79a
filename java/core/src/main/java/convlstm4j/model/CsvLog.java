package convlstm4j.model;

import convlstm4j.io.file.AtomicFile;
import convlstm4j.io.file.Printable;
import convlstm4j.io.file.WriteLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line per epoch to a CSV file: Keras's {@code CSVLogger}. Each line is in the file when
 * its epoch ends. Training from the start replaces the file. Training that goes on brings it in
 * line with what is known of the epochs done: a process that was killed may have left a line too
 * few, too many, or half of one. While it trains, nobody else may write a log into the file.
 */
public final class CsvLog implements Callback {
  private static final String EPOCH = "epoch";

  private final Path file;
  private boolean isLockedByCaller;
  private @Nullable WriteLock lock;

  /**
   * Chooses the file.
   *
   * @param file made if it is not there; its folder must be
   */
  public CsvLog(Path file) {
    this.file = file;
  }

  /**
   * Leaves it to the caller to keep others from the file, with a {@link WriteLock} of its own.
   *
   * @return this callback
   */
  public CsvLog lockedByCaller() {
    isLockedByCaller = true;
    return this;
  }

  @Override
  public void onTrainBegin(Run run) {
    lock = isLockedByCaller ? null : WriteLock.claim(file, "CsvLog");
    String header =
        EPOCH
            + run.logNames().stream()
                .map(n -> "," + Printable.csv(n))
                .collect(Collectors.joining());
    long done = run.model().progress().epoch();
    try {
      String before = Files.exists(file) ? Files.readString(file) : "";
      SortedMap<Long, String> lines = new TreeMap<>();
      if (done > 0) {
        read(before, header, run.logNames().size() + 1, lines);
        lines.tailMap(done).clear();
      }
      for (long epoch : run.history().epochs()) {
        lines.put(epoch, line(run, epoch, run.history().of(epoch)));
      }
      StringBuilder after = new StringBuilder(header).append(System.lineSeparator());
      lines.values().forEach(after::append);
      if (!after.toString().equals(before)) {
        AtomicFile.write(file, after.toString().getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Takes the lines that are whole. */
  private void read(String text, String header, int columns, SortedMap<Long, String> lines) {
    List<String> old = text.lines().toList();
    // A header cut short, with nothing behind it, is one that was being written.
    boolean fits = old.isEmpty() || header.startsWith(old.get(0));
    if (!fits || (old.size() > 1 && !header.equals(old.get(0)))) {
      throw new IllegalArgumentException(
          "CsvLog: "
              + file
              + " has the columns "
              + old.get(0)
              + ", this run needs "
              + header
              + "; choose another file or move this one away");
    }
    int whole = text.endsWith("\n") ? old.size() : old.size() - 1;
    for (int i = 1; i < whole; i++) {
      String[] cells = old.get(i).split(",", -1);
      if (cells.length == columns && cells[0].matches("[0-9]{1,18}")) {
        lines.put(Long.parseLong(cells[0]), old.get(i) + System.lineSeparator());
      }
    }
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    try {
      Files.writeString(file, line(run, epoch, logs), StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void onTrainEnd(Run run) {
    if (lock != null) {
      lock.release();
      lock = null;
    }
  }

  private static String line(Run run, long epoch, Map<String, Double> logs) {
    return epoch
        + run.logNames().stream()
            .map(n -> "," + (logs.containsKey(n) ? logs.get(n) : ""))
            .collect(Collectors.joining())
        + System.lineSeparator();
  }

  private UncheckedIOException failed(IOException e) {
    IOException named = AtomicFile.failed(file, e);
    return new UncheckedIOException("CsvLog: " + named.getMessage(), named);
  }
}
