package convlstm4j.cli;

import convlstm4j.io.file.AtomicFile;
import convlstm4j.io.file.Printable;
import convlstm4j.model.Compile;
import convlstm4j.model.History;
import convlstm4j.model.Model;
import convlstm4j.model.Monitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Losses and metrics in columns, a row for each output that is trained. With several outputs the
 * last row has the loss of all together, and of each metric the mean over the outputs that have it.
 */
final class ScoreTable {
  private static final String LOSS = "loss";
  private static final String VALIDATED = "val_";

  /** A title has no cells. */
  private record Row(String name, Map<String, Double> cells) {}

  private final List<String> outputs;
  private final Compile compile;
  private final List<Row> rows = new ArrayList<>();
  private final Set<String> columns = new LinkedHashSet<>();

  private ScoreTable(Model model) {
    outputs = model.network().outputNames();
    compile = model.compilation().orElseThrow();
  }

  /** What {@link Model#evaluate} gave. */
  static ScoreTable of(Model model, Map<String, Double> scores) {
    ScoreTable table = new ScoreTable(model);
    table.add("", scores);
    return table;
  }

  /** The best and the last epoch of a training; without rows if it has finished none. */
  static ScoreTable of(Model model, History history, Monitor monitor) {
    ScoreTable table = new ScoreTable(model);
    int last = history.epochs().size() - 1;
    int best = best(history, monitor);
    for (int epoch : best == last || best < 0 ? new int[] {last} : new int[] {best, last}) {
      if (epoch < 0) {
        return table;
      }
      String title = "epoch " + (history.epochs().get(epoch) + 1);
      title += epoch == last ? ", last" : "";
      title += epoch == best ? ", best " + monitor.name() : "";
      table.rows.add(new Row(title, Map.of()));
      Map<String, Double> logs = new LinkedHashMap<>();
      history.values().forEach((name, values) -> logs.put(name, values.get(epoch)));
      table.add("  ", logs);
    }
    return table;
  }

  /** Names of the numbers that an epoch of a compiled model has. */
  static List<String> logNames(Model model, boolean validated) {
    List<String> outputs = model.network().outputNames();
    Compile compile = model.compilation().orElseThrow();
    List<String> names = new ArrayList<>(List.of(LOSS));
    for (String output : outputs.stream().filter(compile::isTrained).toList()) {
      if (outputs.size() > 1) {
        names.add(output + "_" + LOSS);
      }
    }
    for (String output : outputs) {
      String before = outputs.size() == 1 ? "" : output + "_";
      compile.metricsOf(output).forEach(m -> names.add(before + m.name()));
    }
    if (validated) {
      List.copyOf(names).forEach(n -> names.add(VALIDATED + n));
    }
    return names;
  }

  private static int best(History history, Monitor monitor) {
    List<Double> values = history.values().getOrDefault(monitor.name(), List.of());
    int best = -1;
    double reached = monitor.worst();
    for (int i = 0; i < values.size(); i++) {
      if (monitor.isBetter(values.get(i), reached)) {
        best = i;
        reached = values.get(i);
      }
    }
    return best;
  }

  private void add(String indent, Map<String, Double> logs) {
    boolean one = outputs.size() == 1;
    Map<String, Map<String, Double>> byOutput = new LinkedHashMap<>();
    Map<String, Double> all = new LinkedHashMap<>();
    for (String prefix : List.of("", VALIDATED)) {
      if (!logs.containsKey(prefix + LOSS)) {
        continue;
      }
      columns.add(prefix + LOSS);
      all.put(prefix + LOSS, logs.get(prefix + LOSS));
      Map<String, List<Double>> scores = new LinkedHashMap<>();
      for (String output : outputs.stream().filter(compile::isTrained).toList()) {
        Map<String, Double> cells = byOutput.computeIfAbsent(output, o -> new LinkedHashMap<>());
        String before = prefix + (one ? "" : output + "_");
        cells.put(prefix + LOSS, logs.get(before + LOSS));
        for (var metric : compile.metricsOf(output)) {
          double score = Objects.requireNonNull(logs.get(before + metric.name()), metric::name);
          cells.put(prefix + metric.name(), score);
          scores.computeIfAbsent(prefix + metric.name(), m -> new ArrayList<>()).add(score);
        }
      }
      scores.forEach(
          (name, of) ->
              all.put(name, of.stream().collect(Collectors.averagingDouble(Double::doubleValue))));
      columns.addAll(scores.keySet());
    }
    byOutput.forEach((output, cells) -> rows.add(new Row(indent + output, cells)));
    if (!one) {
      rows.add(new Row(indent + "all", all));
    }
  }

  /** Lines of equal width, the numbers below each other; empty without rows. */
  String text() {
    if (rows.isEmpty()) {
      return "";
    }
    int first = rows.stream().mapToInt(r -> r.name().length()).max().orElse(0);
    StringBuilder s = new StringBuilder(String.format(Locale.ROOT, "%-" + first + "s", ""));
    columns.forEach(c -> s.append("  ").append(padded(c, c)));
    s.append(System.lineSeparator());
    for (Row row : rows) {
      StringBuilder line = new StringBuilder();
      line.append(String.format(Locale.ROOT, "%-" + first + "s", row.name()));
      for (String c : row.cells().isEmpty() ? Set.<String>of() : columns) {
        line.append("  ").append(padded(c, cell(row, c)));
      }
      s.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return s.toString();
  }

  /** Names of the columns, the first is that of the rows. */
  List<String> header() {
    List<String> header = new ArrayList<>(List.of("output"));
    header.addAll(columns);
    return header;
  }

  /** The numbers as text, the names of the rows first. */
  List<List<String>> cells() {
    List<List<String>> all = new ArrayList<>();
    for (Row row : rows) {
      List<String> cells = new ArrayList<>(List.of(row.name()));
      columns.forEach(c -> cells.add(cell(row, c)));
      all.add(cells);
    }
    return all;
  }

  private static String cell(Row row, String column) {
    Double v = row.cells().get(column);
    return v == null ? "-" : String.format(Locale.ROOT, "%.4f", v);
  }

  private static String padded(String column, String cell) {
    return String.format(Locale.ROOT, "%" + Math.max(8, column.length()) + "s", cell);
  }

  /** Writes the same with all digits, the names of the outputs in the first column. */
  void writeCsv(Path path) {
    try {
      AtomicFile.write(path, csv().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private String csv() {
    StringBuilder s = new StringBuilder("output");
    columns.forEach(c -> s.append(',').append(Printable.csv(c)));
    s.append('\n');
    for (Row row : rows) {
      s.append(Printable.csv(row.name()));
      for (String c : columns) {
        s.append(',').append(row.cells().containsKey(c) ? row.cells().get(c) : "");
      }
      s.append('\n');
    }
    return s.toString();
  }
}
