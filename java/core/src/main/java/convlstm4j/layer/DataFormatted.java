package convlstm4j.layer;

import convlstm4j.config.Forms;
import convlstm4j.option.DataFormat;

/**
 * What layers have whose images may have their channels first or last.
 *
 * @param <S> the layer's own type
 */
public interface DataFormatted<S extends KerasLayer<S>> {
  /**
   * Sets where the channels stand.
   *
   * @param value default {@link DataFormat#CHANNELS_LAST}
   * @return this layer
   */
  S dataFormat(DataFormat value);

  /**
   * Sets where the channels stand by its name in Keras 3.
   *
   * @param value {@code "channels_last"} or {@code "channels_first"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  default S dataFormat(String value) {
    KerasLayer<?> layer = (KerasLayer<?>) this;
    return dataFormat(
        layer.word("data_format", value, () -> Forms.choice(DataFormat.class, value, "")));
  }
}
