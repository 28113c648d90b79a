package convlstm4j.cli;

import convlstm4j.cli.picture.Curves;
import convlstm4j.cli.picture.Drawing;
import convlstm4j.cli.picture.PictureFile;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.model.Callback;
import convlstm4j.model.Run;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws losses and metrics of a run after each of its epochs: a chart for the loss and for each
 * metric, a colour for each output, dashed for the validation.
 */
final class TrainingCurves implements Callback {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 300;
  private static final int MOST_CHARTS = 12;
  private static final int MOST_OUTPUTS = 12;
  private static final String VALIDATED = "val_";

  /** Which curve a number is of. */
  private record Name(String metric, String output, boolean validated) {}

  private final Path file;
  private final List<String> outputs;
  private final List<String> byLength;
  private final List<Double> epochs = new ArrayList<>();
  private final Map<Name, List<Double>> values = new LinkedHashMap<>();

  /**
   * Draws into a file.
   *
   * @param outputs names of the model's
   */
  TrainingCurves(Path file, List<String> outputs) {
    this.file = file;
    this.outputs = outputs;
    // Of two names that begin alike, the longer one is meant.
    this.byLength =
        outputs.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    epochs.add((double) epoch + 1);
    logs.forEach(
        (name, value) -> {
          List<Double> all = values.computeIfAbsent(of(name), n -> new ArrayList<>());
          while (all.size() < epochs.size() - 1) {
            all.add(Double.NaN);
          }
          all.add(value);
        });
    try {
      AtomicFile.write(file, PictureFile.png(draw()));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private Name of(String log) {
    boolean validated = log.startsWith(VALIDATED);
    String rest = validated ? log.substring(VALIDATED.length()) : log;
    if (outputs.size() > 1) {
      for (String output : byLength) {
        if (rest.startsWith(output + "_")) {
          return new Name(rest.substring(output.length() + 1), output, validated);
        }
      }
    }
    return new Name(rest, "", validated);
  }

  /** The charts below each other. */
  BufferedImage draw() {
    List<String> metrics =
        values.keySet().stream().map(Name::metric).distinct().limit(MOST_CHARTS).toList();
    BufferedImage all = Drawing.blank(WIDTH, HEIGHT * Math.max(1, metrics.size()));
    Graphics2D g = Drawing.on(all);
    for (int i = 0; i < metrics.size(); i++) {
      g.drawImage(chart(metrics.get(i)), 0, i * HEIGHT, null);
    }
    g.dispose();
    return all;
  }

  private BufferedImage chart(String metric) {
    Curves chart = new Curves(metric, "epoch", "");
    double[] x = epochs.stream().mapToDouble(e -> e).toArray();
    values.forEach(
        (name, numbers) -> {
          int output = name.output().isEmpty() ? 0 : 1 + outputs.indexOf(name.output());
          if (name.metric().equals(metric) && output <= MOST_OUTPUTS) {
            String what = name.output().isEmpty() ? outputs.size() > 1 ? "all" : "" : name.output();
            String when = name.validated() ? "validation" : "training";
            double[] y = new double[x.length];
            for (int i = 0; i < y.length; i++) {
              y[i] = i < numbers.size() ? numbers.get(i) : Double.NaN;
            }
            chart.line((what + " " + when).strip(), x, y, output, name.validated());
          }
        });
    return chart.draw(WIDTH, HEIGHT);
  }
}
