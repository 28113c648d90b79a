package convlstm4j.layer;

import convlstm4j.config.ActivationFunction;
import convlstm4j.config.Config;
import convlstm4j.config.FunctionForms;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Pointwise;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keras's {@code Softmax}: {@code exp(x) / sum(exp(x))} over all elements along some axes. */
public final class Softmax extends FunctionLayer<Softmax> {
  private final List<Integer> axes;

  /** A layer along the last axis. */
  public Softmax() {
    this(-1);
  }

  /**
   * A layer.
   *
   * @param axes counted with the batch; negative from the end
   * @throws IllegalArgumentException if there is no axis, or one is 0, the batch
   */
  public Softmax(int... axes) {
    this(Arrays.stream(axes).boxed().toList());
  }

  private Softmax(List<Integer> axes) {
    super(word("Softmax", "axis", axes.toString(), () -> ActivationFunction.softmax(axes)));
    this.axes = axes;
  }

  /** A mask of the input's own shape hides elements, whose share is 0, as in Keras. */
  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = maybeMasked(arguments);
    if (arguments.seen().isEmpty()) {
      return super.lower(g, arguments);
    }
    Value mask = arguments.seen().get();
    if (mask.shape().rank() != x.shape().rank()) {
      throw new ShapeException(
          "input of shape "
              + x.shape()
              + " comes with a mask of shape "
              + mask.shape()
              + ", expected one of its own shape; use ActivationLayer(\"softmax\"), which has none");
    }
    Formula hidden = Masks.COUNTS_SECOND.where(Formula.input(0), Formula.input(0).minus(1e9));
    Value shares = function().lower(g, g.op(new Pointwise(hidden, 2), x, mask));
    Formula kept = Formula.input(0).times(Masks.COUNTS_SECOND);
    return List.of(g.op(new Pointwise(kept, 2), shares, mask));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("axis", axes.size() == 1 ? axes.get(0) : axes);
    return c;
  }

  static Softmax fromConfig(Config c) {
    FunctionForms.softmax(c); // says of a wrong axis what the file has
    return new Softmax(c.ints("axis", 0, List.of(-1)));
  }
}
