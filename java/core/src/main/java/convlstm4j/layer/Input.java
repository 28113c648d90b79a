package convlstm4j.layer;

import convlstm4j.graph.InputLayer;
import convlstm4j.graph.Symbol;
import convlstm4j.tensor.Shape;

/** Starts a graph, as Keras's {@code Input}. */
public final class Input {
  /** A size that is not known when the graph is built, Keras's {@code None}. */
  public static final long ANY = Shape.UNKNOWN;

  private Input() {}

  /**
   * An input of any batch size.
   *
   * @param dims sizes of the axes after the batch, each at least 1 or {@link #ANY}
   * @return its symbol, of shape {@code [None, dims..]}
   * @throws IllegalArgumentException if a size is neither
   */
  public static Symbol shape(long... dims) {
    return layer(Shape.of(dims).prepend(ANY)).symbol();
  }

  /**
   * An input with a name.
   *
   * @param name the input's name in the network
   * @param dims sizes of the axes after the batch, each at least 1 or {@link #ANY}
   * @return its symbol, of shape {@code [None, dims..]}
   * @throws IllegalArgumentException if a size is neither, or the name unusable
   */
  public static Symbol named(String name, long... dims) {
    return layer(Shape.of(dims).prepend(ANY)).named(name).symbol();
  }

  /**
   * An input with a batch size.
   *
   * @param dims sizes of all axes, the batch first, each at least 1 or {@link #ANY}
   * @return its symbol
   * @throws IllegalArgumentException if a size is neither, or there is no axis
   */
  public static Symbol batchShape(long... dims) {
    return layer(Shape.of(dims)).symbol();
  }

  /**
   * The layer behind an input.
   *
   * @param shape sizes of all axes, the batch first, each at least 1 or {@link #ANY}
   * @return the layer
   * @throws IllegalArgumentException if a size is neither, or there is no axis
   */
  public static InputLayer layer(Shape shape) {
    if (shape.rank() == 0) {
      throw new IllegalArgumentException("Input: shape is empty, expected at least the batch axis");
    }
    for (long d : shape.dims()) {
      if (d == 0) {
        throw new IllegalArgumentException(
            "Input: shape " + shape + " has a size of 0, expected at least 1 or Input.ANY");
      }
    }
    return new InputLayer(shape);
  }
}
