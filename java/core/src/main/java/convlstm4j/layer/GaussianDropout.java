package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Merge;
import convlstm4j.op.Noise;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code GaussianDropout} (Srivastava et al. 2014, section 10): in training, elements are
 * multiplied by normally distributed numbers of mean 1 and variance {@code rate / (1 - rate)}; at
 * inference the input itself.
 */
public final class GaussianDropout extends KerasLayer<GaussianDropout> {
  private final double rate;

  /**
   * A layer.
   *
   * @param rate as of a {@link Dropout} of the same mean and variance, at least 0 and below 1
   * @throws IllegalArgumentException if it is out of range
   */
  public GaussianDropout(double rate) {
    this.rate = rate("rate", rate);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    if (!g.training() || rate == 0) {
      return List.of(x);
    }
    Value noise = g.op(new Noise(1, Math.sqrt(rate / (1 - rate))), x);
    return List.of(g.op(new Merge(Merge.Mode.MULTIPLY, 2), x, noise));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("rate", rate);
    return c;
  }

  static GaussianDropout fromConfig(Config c) {
    return new GaussianDropout(c.real("rate", 0));
  }
}
