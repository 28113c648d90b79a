package convlstm4j.option;

import convlstm4j.tensor.Shape;

/** Where the channels stand among the axes of an image, Keras's {@code data_format}. */
public enum DataFormat {
  /** Channels after the spatial axes: {@code [.., H, W, C]}. Keras's default. */
  CHANNELS_LAST,
  /** Channels before the spatial axes: {@code [.., C, H, W]}. */
  CHANNELS_FIRST;

  /**
   * Keras's spelling.
   *
   * @return {@code channels_last} or {@code channels_first}
   */
  public String kerasName() {
    return this == CHANNELS_LAST ? "channels_last" : "channels_first";
  }

  /**
   * The channels of an image shape.
   *
   * @param image sizes of channels and spatial axes, without batch and time
   * @return the size of the channel axis
   */
  public long channels(Shape image) {
    return image.dim(this == CHANNELS_LAST ? -1 : 0);
  }

  /**
   * The spatial axes of an image shape.
   *
   * @param image sizes of channels and spatial axes, without batch and time
   * @return the shape without channels
   */
  public Shape spatial(Shape image) {
    return image.without(this == CHANNELS_LAST ? -1 : 0);
  }

  /**
   * Puts channels and spatial axes together.
   *
   * @param channels size of the channel axis
   * @param spatial sizes of the spatial axes
   * @return the image shape in this format
   */
  public Shape image(long channels, Shape spatial) {
    return this == CHANNELS_LAST ? spatial.append(channels) : spatial.prepend(channels);
  }
}
