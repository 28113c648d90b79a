package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Concat;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  /** Where any element of the output counts; inputs without mask count as a whole. */
  @Override
  protected Optional<Value> mask(Lowering g, Arguments<Value> arguments) {
    List<Optional<Value>> masks = arguments.carried();
    Shape x = arguments.first().shape();
    int along = x.axis(axis);
    if (masks.isEmpty() || along == x.rank() - 1) {
      return Masks.ofAny(g, masks); // all of a position counts if one input has no mask
    }
    List<Value> all = new ArrayList<>();
    for (int i = 0; i < masks.size(); i++) {
      Shape positions = arguments.data().get(i).shape().without(-1);
      Value mask = masks.get(i).orElseGet(() -> Masks.ones(g, positions));
      if (mask.shape().rank() != positions.rank()) {
        throw new ShapeException(
            "mask of shape " + mask.shape() + " of an input, expected " + positions);
      }
      all.add(mask);
    }
    return Optional.of(g.ops(new Concat(along, all.size()), all).get(0));
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
