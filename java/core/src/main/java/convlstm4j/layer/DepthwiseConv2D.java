package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code DepthwiseConv2D}. Input {@code [N, H, W, C]}, or {@code [N, C, H, W]} with
 * channels first; output of {@code C M} channels; weights {@code depthwise_kernel [KH, KW, C, M]},
 * {@code bias [C M]}.
 */
public final class DepthwiseConv2D extends DepthwiseConvolution<DepthwiseConv2D> {
  /**
   * A layer with a kernel of one size along both axes.
   *
   * @param kernelSize pixels, at least 1
   * @throws IllegalArgumentException if it is out of range
   */
  public DepthwiseConv2D(int kernelSize) {
    this(kernelSize, kernelSize);
  }

  /**
   * A layer.
   *
   * @param kernelHeight KH, pixels; at least 1
   * @param kernelWidth KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public DepthwiseConv2D(int kernelHeight, int kernelWidth) {
    super(kernelHeight, kernelWidth);
  }

  static DepthwiseConv2D fromConfig(Config c) {
    int[] k = Config.array(c.ints("kernel_size", 2));
    return new DepthwiseConv2D(k[0], k[1]).readDepthwise(c);
  }
}
