package convlstm4j.bench.worker.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A way to write a ConvLSTM in PyTorch.
 *
 * @param layout order of the image axes in memory
 * @param convolutions how they are arranged
 */
record Variant(Layout layout, Convolutions convolutions) {
  /** Order of axes in memory. */
  enum Layout {
    /** PyTorch's default. */
    NCHW,
    /** PyTorch's {@code channels_last}. */
    NHWC
  }

  /** Arrangement of the convolutions. */
  enum Convolutions {
    /** One convolution over x and h joined, each step: the usual code. */
    JOINED,
    /** One convolution over all frames of x, one over h each step. */
    HOISTED
  }

  static List<Variant> all() {
    List<Variant> all = new ArrayList<>();
    for (Layout l : Layout.values()) {
      for (Convolutions c : Convolutions.values()) {
        all.add(new Variant(l, c));
      }
    }
    return all;
  }

  static Variant of(String text) {
    for (Variant v : all()) {
      if (v.toString().equals(text)) {
        return v;
      }
    }
    throw new IllegalArgumentException("variant \"" + text + "\", expected one of " + all());
  }

  @Override
  public String toString() {
    return (layout + " " + convolutions).toLowerCase(Locale.ROOT);
  }
}
