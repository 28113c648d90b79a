package convlstm4j.layer;

import convlstm4j.config.ActivationFunction;
import convlstm4j.config.Config;
import convlstm4j.config.FunctionForms;
import convlstm4j.option.Activation;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keras's {@code ELU}: x where it is positive, else {@code alpha (exp(x) - 1)}. */
public final class ELU extends FunctionLayer<ELU> {
  /** A layer with Keras's scale, 1. */
  public ELU() {
    this(1);
  }

  /**
   * A layer.
   *
   * @param alpha scale of the negative part
   * @throws IllegalArgumentException if it is not finite
   */
  public ELU(double alpha) {
    super(ActivationFunction.of(Activation.elu(alpha)));
  }

  private ELU(ActivationFunction function) {
    super(function);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("alpha", function().known().orElseThrow().alpha());
    return c;
  }

  static ELU fromConfig(Config c) {
    return new ELU(FunctionForms.elu(c));
  }
}
