package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.option.DataFormat;
import java.util.Map;

/**
 * Keras's {@code SpatialDropout2D}: drops whole channels of {@code [N, H, W, C]} in training, of
 * {@code [N, C, H, W]} with channels first.
 */
public final class SpatialDropout2D extends SpatialDropout<SpatialDropout2D>
    implements DataFormatted<SpatialDropout2D> {
  /**
   * A layer.
   *
   * @param rate probability of dropping a channel, at least 0 and below 1
   * @throws IllegalArgumentException if it is out of range
   */
  public SpatialDropout2D(double rate) {
    super(2, rate);
  }

  @Override
  public SpatialDropout2D dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = super.config();
    c.put("data_format", dataFormat.kerasName());
    return c;
  }

  static SpatialDropout2D fromConfig(Config c) {
    return new SpatialDropout2D(c.real("rate", 0)).dataFormat(c.dataFormat("data_format"));
  }
}
