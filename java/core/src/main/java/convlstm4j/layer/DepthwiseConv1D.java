package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code DepthwiseConv1D}. Input {@code [N, T, C]}, or {@code [N, C, T]} with channels
 * first; output of {@code C M} channels; weights {@code depthwise_kernel [K, C, M]}, {@code bias [C
 * M]}.
 */
public final class DepthwiseConv1D extends DepthwiseConvolution<DepthwiseConv1D> {
  /**
   * A layer.
   *
   * @param kernelSize K, steps; at least 1
   * @throws IllegalArgumentException if it is out of range
   */
  public DepthwiseConv1D(int kernelSize) {
    super(kernelSize);
  }

  static DepthwiseConv1D fromConfig(Config c) {
    return new DepthwiseConv1D(c.ints("kernel_size", 1).get(0)).readDepthwise(c);
  }
}
