package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Outputs;
import convlstm4j.op.Pointwise;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keras's {@code Masking}: says that positions whose elements along the last axis all are a value
 * do not count, and makes these elements 0. Input and output {@code [N, T, .., C]}, with a mask
 * {@code [N, T, ..]} that the layers after pass on, take or end, and that weighs the loss of an
 * output which still has it.
 */
public final class Masking extends KerasLayer<Masking> {
  private final double maskValue;

  /** A layer that masks zeros. */
  public Masking() {
    this(0);
  }

  /**
   * A layer.
   *
   * @param maskValue what does not count
   */
  public Masking(double maskValue) {
    this.maskValue = maskValue;
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    return call(g, arguments).values();
  }

  @Override
  public Outputs call(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    int rank = x.shape().rank();
    if (rank < 2) {
      throw new ShapeException("input has shape " + x.shape() + ", expected [N, T, .., C]");
    }
    Value mask = Masks.any(g, Masks.other(g, x, maskValue));
    Formula kept = Formula.input(0).times(Formula.input(1));
    Value y = g.op(new Pointwise(kept, 2), x, Masks.over(g, mask, rank));
    return new Outputs(List.of(y), List.of(Optional.of(mask)));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("mask_value", maskValue);
    return c;
  }

  static Masking fromConfig(Config c) {
    return new Masking(c.real("mask_value", 0));
  }
}
