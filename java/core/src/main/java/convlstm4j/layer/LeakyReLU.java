package convlstm4j.layer;

import convlstm4j.config.ActivationFunction;
import convlstm4j.config.Config;
import convlstm4j.config.FunctionForms;
import convlstm4j.option.Activation;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keras's {@code LeakyReLU}: x where it is positive, else {@code slope x}. */
public final class LeakyReLU extends FunctionLayer<LeakyReLU> {
  /** A layer with Keras's slope, 0.3. */
  public LeakyReLU() {
    this(0.3);
  }

  /**
   * A layer.
   *
   * @param negativeSlope slope of the negative part
   * @throws IllegalArgumentException if it is not finite
   */
  public LeakyReLU(double negativeSlope) {
    super(ActivationFunction.of(Activation.leakyRelu(negativeSlope)));
  }

  private LeakyReLU(ActivationFunction function) {
    super(function);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("negative_slope", function().known().orElseThrow().alpha());
    return c;
  }

  static LeakyReLU fromConfig(Config c) {
    return new LeakyReLU(FunctionForms.leakyRelu(c));
  }
}
