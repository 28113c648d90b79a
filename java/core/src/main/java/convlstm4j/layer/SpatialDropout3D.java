package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.option.DataFormat;
import java.util.Map;

/**
 * Keras's {@code SpatialDropout3D}: drops whole channels of {@code [N, D, H, W, C]} in training, of
 * {@code [N, C, D, H, W]} with channels first.
 */
public final class SpatialDropout3D extends SpatialDropout<SpatialDropout3D>
    implements DataFormatted<SpatialDropout3D> {
  /**
   * A layer.
   *
   * @param rate probability of dropping a channel, at least 0 and below 1
   * @throws IllegalArgumentException if it is out of range
   */
  public SpatialDropout3D(double rate) {
    super(3, rate);
  }

  @Override
  public SpatialDropout3D dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = super.config();
    c.put("data_format", dataFormat.kerasName());
    return c;
  }

  static SpatialDropout3D fromConfig(Config c) {
    return new SpatialDropout3D(c.real("rate", 0)).dataFormat(c.dataFormat("data_format"));
  }
}
