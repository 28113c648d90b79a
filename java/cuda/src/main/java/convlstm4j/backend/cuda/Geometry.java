package convlstm4j.backend.cuda;

import convlstm4j.op.Window;
import convlstm4j.tensor.Shape;

/**
 * What a convolution does to one image. Images are channels first; weights are {@code [filters,
 * channels / groups, K..]}.
 *
 * @param window size, strides, dilation and padding; its format does not matter
 * @param spatial sizes of the image's spatial axes
 * @param channels of the image, all groups together
 * @param filters channels of the result, all groups together
 * @param groups into how many parts of their own channels and filters are cut
 */
record Geometry(Window window, Shape spatial, long channels, long filters, int groups) {
  int rank() {
    return window.rank();
  }

  /** Sizes of the result's spatial axes. */
  Shape output() {
    return window.output("Convolution", spatial);
  }

  long imageElements() {
    return channels * spatial.elements();
  }

  long outputElements() {
    return filters * output().elements();
  }

  long weightElements() {
    return filters * (channels / groups) * taps();
  }

  /** Taps of the window. */
  long taps() {
    return window.size().stream().mapToLong(k -> k).reduce(1, (a, b) -> a * b);
  }

  long padBefore(int axis) {
    return window.padBefore(axis, spatial.dim(axis));
  }

  /** Padding before and after together. */
  long padding(int axis) {
    long covered = (output().dim(axis) - 1) * window.strides().get(axis) + window.extent(axis);
    return Math.max(0, covered - spatial.dim(axis));
  }

  /** Whether there is more padding after an axis than before it, which cuDNN cannot do. */
  boolean isLopsided() {
    for (int i = 0; i < rank(); i++) {
      if (padding(i) != 2 * padBefore(i)) {
        return true;
      }
    }
    return false;
  }

  /** Sizes of the spatial axes with all padding. */
  Shape padded() {
    long[] p = new long[rank()];
    for (int i = 0; i < p.length; i++) {
      p[i] = spatial.dim(i) + padding(i);
    }
    return Shape.of(p);
  }
}
