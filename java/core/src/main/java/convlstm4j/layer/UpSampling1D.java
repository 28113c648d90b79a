package convlstm4j.layer;

import convlstm4j.config.Config;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keras's {@code UpSampling1D}: each step of {@code [N, T, C]} several times. */
public final class UpSampling1D extends UpSampling<UpSampling1D> {
  /**
   * A layer.
   *
   * @param size how often, at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public UpSampling1D(int size) {
    super(1, size);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("size", size.get(0));
    return c;
  }

  static UpSampling1D fromConfig(Config c) {
    return new UpSampling1D(size(c, 1)[0]);
  }
}
