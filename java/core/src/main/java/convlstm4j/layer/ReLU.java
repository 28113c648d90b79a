package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.FunctionForms;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keras's {@code ReLU}: {@code slope (x - threshold)} below the threshold, from there on x, and the
 * largest value above that.
 */
public final class ReLU extends FunctionLayer<ReLU> {
  private final Optional<Double> max;
  private final double slope;
  private final double threshold;

  /** A layer {@code max(x, 0)}. */
  public ReLU() {
    this(Optional.empty(), 0, 0);
  }

  /**
   * A layer {@code min(max(x, 0), maxValue)}.
   *
   * @param maxValue at least 0: 6 for the ReLU6 of MobileNet
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public ReLU(double maxValue) {
    this(Optional.of(maxValue), 0, 0);
  }

  /**
   * A layer.
   *
   * @param maxValue what the output does not go above, at least 0; none if empty
   * @param negativeSlope slope below the threshold, at least 0
   * @param threshold from where on the output is x, at least 0
   * @throws IllegalArgumentException if a value is negative or not finite
   */
  public ReLU(Optional<Double> maxValue, double negativeSlope, double threshold) {
    super(FunctionForms.relu(maxValue, negativeSlope, threshold));
    this.max = maxValue;
    this.slope = negativeSlope;
    this.threshold = threshold;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("max_value", max.orElse(null));
    c.put("negative_slope", slope);
    c.put("threshold", threshold);
    return c;
  }

  static ReLU fromConfig(Config c) {
    Optional<Double> max =
        c.get("max_value") == null ? Optional.empty() : Optional.of(c.real("max_value", 0));
    return new ReLU(max, c.real("negative_slope", 0), c.real("threshold", 0));
  }
}
