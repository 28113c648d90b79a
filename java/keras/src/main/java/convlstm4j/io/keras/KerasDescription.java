package convlstm4j.io.keras;

import convlstm4j.io.file.Printable;
import convlstm4j.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a file holds, whether it can be taken or not.
 *
 * @param file its name
 * @param kind {@code .h5}, {@code .keras} or {@code .weights.h5}, whatever the file's name is; of
 *     other files, what they are
 * @param version of the Keras that wrote it; empty if the file does not say
 * @param model the model's name; empty in a file of weights only
 * @param layers in the order of {@code model.layers}
 * @param missing names of the layers that cannot be taken
 * @param faults why the file cannot be taken, one sentence each; empty if it can
 * @param notes what is not taken from the file or differs, such as an optimiser that there is not
 *     here
 */
public record KerasDescription(
    String file,
    String kind,
    String version,
    String model,
    List<LayerLine> layers,
    List<String> missing,
    List<String> faults,
    List<String> notes) {
  /**
   * An array of weights.
   *
   * @param name what the file calls it
   * @param shape its shape
   */
  public record Weight(String name, Shape shape) {}

  /**
   * One layer.
   *
   * @param name its name; in a file of weights only perhaps the group that holds them
   * @param kind Keras's name of its class; empty in a file of weights only
   * @param output shapes of its outputs, as {@code [None, 3]}; empty where they are not known, as
   *     behind a layer that cannot be taken
   * @param weights its arrays
   */
  public record LayerLine(String name, String kind, String output, List<Weight> weights) {
    public LayerLine {
      weights = List.copyOf(weights);
    }

    /**
     * How many numbers the layer's arrays have.
     *
     * @return the sum
     */
    public long parameters() {
      return weights.stream().mapToLong(w -> w.shape().elements()).sum();
    }
  }

  public KerasDescription {
    layers = List.copyOf(layers);
    missing = List.copyOf(missing);
    faults = List.copyOf(faults);
    notes = List.copyOf(notes);
  }

  /**
   * Whether all of it can be taken.
   *
   * @return true if there are no faults
   */
  public boolean isWhole() {
    return faults.isEmpty();
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
   * Whether the file can be taken, in one line.
   *
   * @return the verdict, with the layers that stand in the way
   */
  public String verdict() {
    if (isWhole()) {
      return model.isEmpty() ? "can be taken into a model of its layers" : "can be taken whole";
    }
    if (missing.isEmpty()) {
      return "cannot be taken";
    }
    Map<String, String> kinds = new HashMap<>();
    layers.forEach(l -> kinds.putIfAbsent(l.name(), l.kind()));
    return "cannot be taken: "
        + missing.size()
        + " of "
        + layers.stream().filter(l -> !l.kind().isEmpty()).count() // the rest are groups of weights
        + " layers ("
        + missing.stream()
            .map(name -> kinds.containsKey(name) ? name + ": " + kinds.get(name) : name)
            .collect(Collectors.joining(", "))
        + ")";
  }

  /**
   * The description for people to read: first whether the file can be taken and what stops it, then
   * what it holds.
   *
   * @return several lines
   */
  public String text() {
    StringBuilder b = new StringBuilder();
    b.append(file).append(": ").append(kind);
    b.append(version.isEmpty() ? "" : " of Keras " + version);
    b.append(model.isEmpty() ? ", weights only" : ", model \"" + Printable.line(model) + "\"")
        .append('\n');
    b.append(Printable.line(verdict())).append('\n');
    faults.forEach(f -> b.append("- ").append(f).append('\n'));
    if (!missing.isEmpty()) {
      b.append(
          "layers of your own can be registered for them (--classpath JAR; CustomLayers), or they can"
              + " be left out by name (--skip-layer NAME; skipLayer)\n");
    }
    int name = width(layers.stream().map(l -> Printable.line(l.name())).toList());
    int type = width(layers.stream().map(l -> Printable.line(l.kind())).toList());
    int shape = width(layers.stream().map(LayerLine::output).toList());
    String row = "  %-" + name + "s  %-" + type + "s  %-" + shape + "s  %,12d%n";
    for (LayerLine l : layers) {
      String output = l.output().isEmpty() && !l.kind().isEmpty() ? "?" : l.output();
      b.append(
          String.format(
                  Locale.ROOT,
                  row,
                  Printable.line(l.name()),
                  Printable.line(l.kind()),
                  output,
                  l.parameters())
              .replace(System.lineSeparator(), "\n"));
    }
    b.append(String.format(Locale.ROOT, "%,d parameters", parameters())).append('\n');
    notes.forEach(n -> b.append("note: ").append(n).append('\n'));
    return b.toString();
  }

  private static int width(List<String> texts) {
    return Math.max(1, texts.stream().mapToInt(String::length).max().orElse(1));
  }
}
