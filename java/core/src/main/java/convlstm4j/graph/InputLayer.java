package convlstm4j.graph;

import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The start of a graph: an array that is handed in. Made by {@code layer.Input}. */
public final class InputLayer extends Layer {
  private final Shape shape;

  /**
   * Makes the layer.
   *
   * @param shape sizes of the axes, the batch first; batch and time may be unknown
   */
  public InputLayer(Shape shape) {
    this.shape = shape;
  }

  /**
   * The input's shape.
   *
   * @return the batch first
   */
  public Shape shape() {
    return shape;
  }

  @Override
  public InputLayer named(String newName) {
    super.named(newName);
    return this;
  }

  @Override
  public Map<String, Object> config() {
    List<Object> dims = new ArrayList<>();
    for (long d : shape.dims()) {
      dims.add(d == Shape.UNKNOWN ? null : d);
    }
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("batch_shape", dims);
    return config;
  }

  /**
   * The array itself.
   *
   * @return a symbol of the input's shape
   */
  public Symbol symbol() {
    return new Node(this, Arguments.of(List.of()), List.of(shape), List.of(Optional.empty()))
        .outputs()
        .get(0);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    throw new IllegalStateException(label() + " is fed, not computed");
  }
}
