package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Concat;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code Concatenate}: joins two or more inputs, equal in every other size, along an axis.
 */
public final class Concatenate extends KerasLayer<Concatenate> {
  private final int axis;

  /** A layer that joins along the last axis. */
  public Concatenate() {
    this(-1);
  }

  /**
   * A layer.
   *
   * @param axis along which, counted with the batch; negative from the end
   * @throws IllegalArgumentException if it is 0, the batch
   */
  public Concatenate(int axis) {
    if (axis == 0) {
      throw new IllegalArgumentException("Concatenate: axis=0 is the batch, expected another axis");
    }
    this.axis = axis;
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    List<Value> inputs = many(arguments);
    Shape x = inputs.get(0).shape();
    if (axis >= x.rank() || axis <= -x.rank()) {
      throw new ShapeException(
          "axis="
              + axis
              + " of inputs of shape "
              + x
              + ": expected 1 to "
              + (x.rank() - 1)
              + ", or negative ones counted from the end");
    }
    return g.ops(new Concat(x.axis(axis), inputs.size()), inputs);
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("axis", axis);
    return c;
  }

  static Concatenate fromConfig(Config c) {
    return new Concatenate(c.integer("axis", -1));
  }
}
