package convlstm4j.model;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import java.util.List;

/**
 * Models whose layers follow one another.
 *
 * <pre>{@code
 * Model model =
 *     Sequential.of(
 *         Input.shape(Input.ANY, 64, 64, 1), // [T, H, W, C], any number of frames
 *         new ConvLSTM2D(16, 3).padding("same").returnSequences(true),
 *         new BatchNormalization(),
 *         new TimeDistributed(new Conv2D(1, 3).padding("same").activation("sigmoid")));
 * model.compile("adam", "binary_crossentropy");
 * }</pre>
 */
public final class Sequential {
  private Sequential() {}

  /**
   * Applies layers one after the other.
   *
   * @param input where it starts, made by {@code layer.Input}
   * @param layers at least one, each with one output
   * @return the model
   * @throws IllegalArgumentException if there is no layer
   * @throws convlstm4j.op.ShapeException if a layer cannot take the output of the one before
   */
  public static Model of(Symbol input, Layer... layers) {
    return of(input, List.of(layers));
  }

  /**
   * Applies layers one after the other.
   *
   * @param input where it starts, made by {@code layer.Input}
   * @param layers at least one, each with one output
   * @return the model
   * @throws IllegalArgumentException if there is no layer
   * @throws convlstm4j.op.ShapeException if a layer cannot take the output of the one before
   */
  public static Model of(Symbol input, List<? extends Layer> layers) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("Sequential needs at least one layer");
    }
    Symbol x = input;
    for (Layer l : layers) {
      x = l.apply(x);
    }
    return Model.of(input, x);
  }
}
