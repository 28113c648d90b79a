package convlstm4j.backend.cuda;

import convlstm4j.option.DataFormat;

/** Conversion between the user's layout of images and weights and cuDNN's. */
final class Layouts {
  private Layouts() {}

  /** Copies images from the user's format to channels first. */
  static void toFirst(
      Device d, DataFormat format, long images, long channels, long pixels, long user, long to) {
    long image = channels * pixels;
    if (format == DataFormat.CHANNELS_FIRST) {
      d.copy(user, to, images * image * Float.BYTES);
    } else {
      StridedCopy.copy(
          d,
          new long[] {images, channels, pixels},
          user,
          new long[] {image, 1, channels},
          to,
          new long[] {image, pixels, 1},
          false);
    }
  }

  /** Copies images from channels first to the user's format, or adds them to what is there. */
  static void fromFirst(
      Device d,
      DataFormat format,
      long images,
      long channels,
      long pixels,
      long from,
      long user,
      boolean add) {
    long image = channels * pixels;
    boolean first = format == DataFormat.CHANNELS_FIRST;
    if (first && !add) {
      d.copy(from, user, images * image * Float.BYTES);
    } else if (first) {
      long[] one = {1};
      StridedCopy.copy(d, new long[] {images * image}, from, one, user, one, true);
    } else {
      StridedCopy.copy(
          d,
          new long[] {images, channels, pixels},
          from,
          new long[] {image, pixels, 1},
          user,
          new long[] {image, 1, channels},
          add);
    }
  }

  /** Copies weights from Keras's {@code [K.., C, O]} to cuDNN's {@code [O, C, K..]}. */
  static void packWeights(Device d, long taps, long channels, long filters, long keras, long to) {
    StridedCopy.copy(
        d,
        new long[] {filters, channels, taps},
        keras,
        new long[] {1, filters, channels * filters},
        to,
        new long[] {channels * taps, taps, 1},
        false);
  }

  /** Adds weight gradients of cuDNN's layout to those of Keras's. */
  static void addWeights(Device d, long taps, long channels, long filters, long from, long keras) {
    StridedCopy.copy(
        d,
        new long[] {taps, channels, filters},
        from,
        new long[] {1, taps, channels * taps},
        keras,
        new long[] {channels * filters, filters, 1},
        true);
  }

  /** {@code y += b} for images of channels first. */
  static void addBias(Device d, long bias, long y, long images, long channels, long pixels) {
    long elements = images * channels * pixels;
    d.launch(
        "bias_add",
        elements,
        d.arguments()
            .put32(0)
            .address(bias)
            .address(y)
            .put64(elements)
            .divisor(channels)
            .divisor(pixels));
  }
}
