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
 * Keras's {@code GaussianNoise}: in training, normally distributed numbers of mean 0 are added; at
 * inference the input itself.
 */
public final class GaussianNoise extends KerasLayer<GaussianNoise> {
  private final double stddev;

  /**
   * A layer.
   *
   * @param stddev standard deviation of what is added, at least 0 and finite
   * @throws IllegalArgumentException if it is out of range
   */
  public GaussianNoise(double stddev) {
    if (!(stddev >= 0 && Double.isFinite(stddev))) {
      throw new IllegalArgumentException(
          label() + ": stddev=" + stddev + ", must be finite and >= 0");
    }
    this.stddev = stddev;
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    if (!g.training() || stddev == 0) {
      return List.of(x);
    }
    return List.of(g.op(new Merge(Merge.Mode.SUM, 2), x, g.op(new Noise(0, stddev), x)));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("stddev", stddev);
    return c;
  }

  static GaussianNoise fromConfig(Config c) {
    return new GaussianNoise(c.real("stddev", 0));
  }
}
