package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.option.DataFormat;

/**
 * Keras's {@code UpSampling3D}: images larger by whole factors, {@code [N, D, H, W, C]} or channels
 * first.
 */
public final class UpSampling3D extends UpSampling<UpSampling3D> {
  /**
   * A layer.
   *
   * @param size factors, each at least 1: one for all axes, or one for each
   * @throws IllegalArgumentException if a number is out of range
   */
  public UpSampling3D(int... size) {
    super(3, size);
  }

  /**
   * Sets where the channels stand.
   *
   * @param value default {@link DataFormat#CHANNELS_LAST}
   * @return this layer
   */
  public UpSampling3D dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  /**
   * Sets where the channels stand by its name in Keras 3.
   *
   * @param value {@code "channels_last"} or {@code "channels_first"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  public UpSampling3D dataFormat(String value) {
    return dataFormatOf(value);
  }

  static UpSampling3D fromConfig(Config c) {
    return new UpSampling3D(size(c, 3)).dataFormat(c.dataFormat("data_format"));
  }
}
