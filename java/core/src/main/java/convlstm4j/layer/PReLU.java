package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.RegularizerForms;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Pointwise;
import convlstm4j.op.ShapeException;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code PReLU} (He et al. 2015, arXiv:1502.01852): x where it is positive, else {@code
 * alpha x} with a weight {@code alpha} of the input's shape without the batch, of size 1 along the
 * shared axes.
 */
public final class PReLU extends KerasLayer<PReLU> {
  private static final Formula X = Formula.input(0);
  private static final Formula FORMULA =
      X.less(Formula.constant(0)).where(X.times(Formula.input(1)), X);

  private Initializer alphaInitializer = Initializers.zeros();
  private Regularizer alphaRegularizer = Regularizer.NONE;
  private List<Integer> sharedAxes = List.of();

  /** A layer with a slope for each element. */
  public PReLU() {}

  /**
   * Sets along which axes all elements have one slope.
   *
   * @param axes counted with the batch, which is shared anyway: 1, 2 for each channel of {@code [N,
   *     H, W, C]} its own; default none
   * @return this layer
   * @throws IllegalArgumentException if an axis is below 1
   */
  public PReLU sharedAxes(int... axes) {
    if (Arrays.stream(axes).anyMatch(a -> a < 1)) {
      throw new IllegalArgumentException(
          label() + ": shared_axes=" + Arrays.toString(axes) + ", expected axes from 1");
    }
    return set(() -> sharedAxes = Arrays.stream(axes).boxed().toList());
  }

  /**
   * Sets where the first slopes come from.
   *
   * @param value default zeros
   * @return this layer
   */
  public PReLU alphaInitializer(Initializer value) {
    return set(() -> alphaInitializer = value);
  }

  /**
   * Sets the slopes' penalty.
   *
   * @param value default none
   * @return this layer
   */
  public PReLU alphaRegularizer(Regularizer value) {
    return set(() -> alphaRegularizer = value);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    Shape shape = x.shape().from(1);
    for (int a : sharedAxes) {
      if (a >= x.shape().rank()) {
        throw new ShapeException(
            "shared_axes=" + sharedAxes + " of input of shape " + x.shape() + ", which has fewer");
      }
      shape = shape.with(a - 1, 1);
    }
    if (!shape.isKnown()) {
      throw new ShapeException(
          "input has shape "
              + x.shape()
              + ", expected known sizes but for the batch and the shared axes "
              + sharedAxes);
    }
    Value alpha = parameter(g, "alpha", shape, alphaInitializer, alphaRegularizer, true);
    return List.of(g.op(new Pointwise(FORMULA, 2), x, g.reshape(alpha, shape.prepend(1))));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  List<String> constrainable() {
    return List.of("alpha");
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("alpha_initializer", InitializerForms.encode(alphaInitializer));
    c.put("alpha_regularizer", RegularizerForms.encode(alphaRegularizer));
    c.put("alpha_constraint", null);
    c.put("shared_axes", sharedAxes.isEmpty() ? null : sharedAxes);
    return c;
  }

  static PReLU fromConfig(Config c) {
    PReLU l = new PReLU();
    return l.sharedAxes(Config.array(c.ints("shared_axes", 0, l.sharedAxes)))
        .alphaInitializer(InitializerForms.read(c, "alpha_initializer", l.alphaInitializer))
        .alphaRegularizer(RegularizerForms.read(c, "alpha_regularizer"));
  }
}
