package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.Forms;
import convlstm4j.option.DataFormat;
import java.util.Map;

/**
 * Keras's {@code UpSampling2D}: images larger by whole factors, {@code [N, H, W, C]} or channels
 * first.
 */
public final class UpSampling2D extends UpSampling<UpSampling2D>
    implements DataFormatted<UpSampling2D> {
  /**
   * A layer.
   *
   * @param size factors, each at least 1: one for all axes, or one for each
   * @throws IllegalArgumentException if a number is out of range
   */
  public UpSampling2D(int... size) {
    super(2, size);
  }

  @Override
  public UpSampling2D dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  /**
   * Sets what is between pixels by its name in Keras 3.
   *
   * @param value {@code "nearest"}, the default: each pixel several times; {@code "bilinear"}: the
   *     straight lines between their centres; {@code "bicubic"}, {@code "lanczos3"}, {@code
   *     "lanczos5"}: smoother curves
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  public UpSampling2D interpolation(String value) {
    return set(
        () ->
            interpolation =
                word("interpolation", value, () -> Forms.choice(Interpolation.class, value, "")));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = super.config();
    c.put("interpolation", interpolation.kerasName());
    return c;
  }

  static UpSampling2D fromConfig(Config c) {
    return new UpSampling2D(size(c, 2))
        .dataFormat(c.dataFormat("data_format"))
        .interpolation(Interpolation.read(c, "nearest").kerasName());
  }
}
