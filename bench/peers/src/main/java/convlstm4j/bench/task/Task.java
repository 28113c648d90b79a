package convlstm4j.bench.task;

import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A layer or model with fixed shapes. Its data lie in a folder as {@code .npy} files: {@code x},
 * every weight by its name, and for training {@code d_NAME} (a layer: gradient of the output; in a
 * {@link Pass#STEP} its targets) or {@code t_NAME} (a model: targets) for every output.
 *
 * <p>A library answers with these arrays: forward, the outputs by their names; training, for a
 * layer {@code y dx} and {@code d_WEIGHT} of every weight, for a model {@code loss} (the sum of the
 * outputs' mean binary cross-entropies) and {@code d_WEIGHT} of every trained weight; step, {@code
 * loss} and {@code d_WEIGHT}.
 *
 * <p>Layer: weights {@code kernel [3,3,C,4F]}, {@code recurrent_kernel [3,3,F,4F]}, {@code bias
 * [4F]} in Keras's layout and order i, f, g, o; output {@code y [N,T,H,W,F]}, sigmoid for the
 * gates, tanh, "same", no initial state. Model: an article's ConvLSTM network, {@code x
 * [N,T,C,H,W]}, weights {@code stageS.NAME}, {@code genreG.NAME}, {@code genreG.denseD.NAME}.
 *
 * @param name short name
 * @param kind layer or model
 * @param x shape of the input
 * @param weights names and shapes, in the network's order
 * @param outputs names and shapes
 * @param forwardFlops floating-point operations of the convolutions of a forward pass
 */
public record Task(
    String name,
    Kind kind,
    Shape x,
    Map<String, Shape> weights,
    Map<String, Shape> outputs,
    double forwardFlops) {
  /** What a task is. */
  public enum Kind {
    /** One ConvLSTM layer, channels last. */
    LAYER,
    /** The article's network, channels first. */
    MODEL
  }

  /**
   * Whether a weight is learnt.
   *
   * @param weight its name
   * @return false for a batch normalisation's moving statistics
   */
  public static boolean isTrained(String weight) {
    return !weight.contains(".moving_");
  }

  /**
   * The task as a JSON object.
   *
   * @return maps, lists, strings and numbers
   */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("kind", kind.name());
    json.put("x", x.dims());
    json.put("weights", shapes(weights));
    json.put("outputs", shapes(outputs));
    json.put("forwardFlops", forwardFlops);
    return json;
  }

  /**
   * The task of a JSON object.
   *
   * @param json what {@link #toJson} gave
   * @return the task
   */
  public static Task fromJson(Map<?, ?> json) {
    return new Task(
        (String) json.get("name"),
        Kind.valueOf((String) json.get("kind")),
        shape(json.get("x")),
        shapesOf((Map<?, ?>) json.get("weights")),
        shapesOf((Map<?, ?>) json.get("outputs")),
        ((Number) json.get("forwardFlops")).doubleValue());
  }

  private static Map<String, Object> shapes(Map<String, Shape> shapes) {
    Map<String, Object> json = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> json.put(name, shape.dims()));
    return json;
  }

  private static Map<String, Shape> shapesOf(Map<?, ?> json) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    json.forEach((name, dims) -> shapes.put((String) name, shape(dims)));
    return shapes;
  }

  private static Shape shape(Object dims) {
    return Shape.of(((List<?>) dims).stream().mapToLong(d -> ((Number) d).longValue()).toArray());
  }
}
