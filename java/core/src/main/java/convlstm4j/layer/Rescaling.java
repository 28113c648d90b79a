package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Pointwise;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code Rescaling}: {@code scale x + offset}, with one number for all or one for each
 * place along the last axis.
 */
public final class Rescaling extends KerasLayer<Rescaling> {
  private static final Formula FORMULA =
      Formula.input(0).times(Formula.input(1)).plus(Formula.input(2));

  private final double[] scale;
  private double[] offset = {0};

  /**
   * A layer.
   *
   * @param scale one number, or one for each place along the last axis
   * @throws IllegalArgumentException if there is none, or one is not finite
   */
  public Rescaling(double... scale) {
    this.scale = checked("scale", scale);
  }

  /**
   * Sets what is added.
   *
   * @param values one number, or one for each place along the last axis; default 0
   * @return this layer
   * @throws IllegalArgumentException if there is none, or one is not finite
   */
  public Rescaling offset(double... values) {
    return set(() -> offset = checked("offset", values));
  }

  private double[] checked(String option, double... values) {
    if (values.length == 0 || !Arrays.stream(values).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          label() + ": " + option + "=" + Arrays.toString(values) + ", expected finite numbers");
    }
    return values.clone();
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    if (scale.length == 1 && offset.length == 1) {
      return List.of(g.op(new Pointwise(Formula.input(0).times(scale[0]).plus(offset[0]), 1), x));
    }
    Shape s = x.shape();
    long places = s.dim(s.rank() - 1);
    for (double[] values : List.of(scale, offset)) {
      if (values.length != 1 && places != Shape.UNKNOWN && values.length != places) {
        throw new ShapeException(
            "input has shape "
                + s
                + ", expected "
                + values.length
                + " places along the last axis, as many as scale or offset have numbers");
      }
    }
    Value a = Axes.constants(g, scale, s.rank() - 1, s.rank());
    Value b = Axes.constants(g, offset, s.rank() - 1, s.rank());
    return List.of(g.op(new Pointwise(FORMULA, 3), x, a, b));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("scale", Config.written(scale));
    c.put("offset", Config.written(offset));
    return c;
  }

  static Rescaling fromConfig(Config c) {
    return new Rescaling(c.reals("scale", 1)).offset(c.reals("offset", 0));
  }
}
