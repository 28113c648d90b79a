package convlstm4j.io.keras;

import java.util.List;
import java.util.Locale;

/**
 * What a Keras file holds.
 *
 * @param file its name
 * @param kind {@code .h5}, {@code .keras} or {@code .weights.h5}, whatever the file's name is
 * @param version of the Keras that wrote it; empty if the file does not say
 * @param model the model's name; empty in a file of weights only
 * @param layers in the order of {@code model.layers}
 * @param problems what cannot be taken or differs, and why; empty if all can be taken
 */
public record KerasDescription(
    String file,
    String kind,
    String version,
    String model,
    List<LayerLine> layers,
    List<String> problems) {
  /**
   * One layer.
   *
   * @param name its name; in a file of weights only perhaps the group that holds them
   * @param kind Keras's name of its class; empty in a file of weights only
   * @param output shapes of its outputs, as {@code [?, 3]}; empty where they are not known
   * @param weights names and shapes of its arrays
   * @param parameters how many numbers those have
   */
  public record LayerLine(
      String name, String kind, String output, List<String> weights, long parameters) {
    public LayerLine {
      weights = List.copyOf(weights);
    }
  }

  public KerasDescription {
    layers = List.copyOf(layers);
    problems = List.copyOf(problems);
  }

  /**
   * The numbers of all layers' arrays.
   *
   * @return the sum
   */
  public long parameters() {
    return layers.stream().mapToLong(LayerLine::parameters).sum();
  }

  /**
   * The description for people to read.
   *
   * @return several lines
   */
  public String text() {
    StringBuilder b = new StringBuilder();
    b.append(file).append(": ").append(kind);
    b.append(version.isEmpty() ? "" : " of Keras " + version);
    b.append(model.isEmpty() ? ", weights only" : ", model \"" + model + "\"").append('\n');
    int name = width(layers.stream().map(LayerLine::name).toList());
    int type = width(layers.stream().map(LayerLine::kind).toList());
    int shape = width(layers.stream().map(LayerLine::output).toList());
    String row = "  %-" + name + "s  %-" + type + "s  %-" + shape + "s  %,12d%n";
    for (LayerLine l : layers) {
      b.append(
          String.format(Locale.ROOT, row, l.name(), l.kind(), l.output(), l.parameters())
              .replace(System.lineSeparator(), "\n"));
    }
    b.append(String.format(Locale.ROOT, "%,d parameters", parameters())).append('\n');
    if (problems.isEmpty()) {
      b.append("everything can be taken").append('\n');
    }
    problems.forEach(p -> b.append("note: ").append(p).append('\n'));
    return b.toString();
  }

  private static int width(List<String> texts) {
    return Math.max(1, texts.stream().mapToInt(String::length).max().orElse(1));
  }
}
