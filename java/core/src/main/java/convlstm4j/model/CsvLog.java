package convlstm4j.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes a line per epoch to a CSV file: Keras's {@code CSVLogger}. Each line is in the file when
 * its epoch ends. Training from the start replaces the file; training that goes on appends, after
 * dropping lines of epochs that are done again.
 */
public final class CsvLog implements Callback {
  private static final String EPOCH = "epoch";

  private final Path file;

  /**
   * Chooses the file.
   *
   * @param file made if it is not there; its folder must be
   */
  public CsvLog(Path file) {
    this.file = file;
  }

  @Override
  public void onTrainBegin(Run run) {
    String header =
        EPOCH + run.logNames().stream().map(n -> "," + quoted(n)).collect(Collectors.joining());
    List<String> lines = new ArrayList<>(List.of(header));
    long done = run.model().progress().epoch();
    int columns = run.logNames().size() + 1;
    try {
      if (done > 0 && Files.exists(file)) {
        List<String> old = Files.readAllLines(file);
        if (!old.isEmpty() && !old.get(0).equals(header)) {
          throw new IllegalArgumentException(
              "CsvLog: "
                  + file
                  + " has the columns "
                  + old.get(0)
                  + ", this run needs "
                  + header
                  + "; choose another file or move this one away");
        }
        old.stream().skip(1).filter(l -> epochOf(l, columns) < done).forEach(lines::add);
      }
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException("CsvLog: cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** The epoch of a line; one that was cut short while being written belongs to none. */
  private static long epochOf(String line, int columns) {
    String[] cells = line.split(",", -1);
    try {
      return cells.length == columns ? Long.parseLong(cells[0]) : Long.MAX_VALUE;
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    String line =
        epoch
            + run.logNames().stream().map(n -> "," + logs.get(n)).collect(Collectors.joining())
            + System.lineSeparator();
    try {
      Files.writeString(file, line, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("CsvLog: cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static String quoted(String name) {
    return name.contains(",") || name.contains("\"")
        ? '"' + name.replace("\"", "\"\"") + '"'
        : name;
  }
}
