package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.option.DataFormat;

/**
 * Keras's {@code UpSampling3D}: images larger by whole factors, {@code [N, D, H, W, C]} or channels
 * first.
 */
public final class UpSampling3D extends UpSampling<UpSampling3D>
    implements DataFormatted<UpSampling3D> {
  /**
   * A layer.
   *
   * @param size factors, each at least 1: one for all axes, or one for each
   * @throws IllegalArgumentException if a number is out of range
   */
  public UpSampling3D(int... size) {
    super(3, size);
  }

  @Override
  public UpSampling3D dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  static UpSampling3D fromConfig(Config c) {
    return new UpSampling3D(size(c, 3)).dataFormat(c.dataFormat("data_format"));
  }
}
