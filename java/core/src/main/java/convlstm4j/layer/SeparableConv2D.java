package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code SeparableConv2D}. Input {@code [N, H, W, C]}, or {@code [N, C, H, W]} with
 * channels first; weights {@code depthwise_kernel [KH, KW, C, M]}, {@code pointwise_kernel [1, 1, C
 * M, F]}, {@code bias [F]}.
 */
public final class SeparableConv2D extends SeparableConvolution<SeparableConv2D> {
  /**
   * A layer with a kernel of one size along both axes.
   *
   * @param filters F, output channels; at least 1
   * @param kernelSize pixels, at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public SeparableConv2D(int filters, int kernelSize) {
    this(filters, kernelSize, kernelSize);
  }

  /**
   * A layer.
   *
   * @param filters F, output channels; at least 1
   * @param kernelHeight KH, pixels; at least 1
   * @param kernelWidth KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public SeparableConv2D(int filters, int kernelHeight, int kernelWidth) {
    super(filters, kernelHeight, kernelWidth);
  }

  static SeparableConv2D fromConfig(Config c) {
    int[] k = Config.array(c.ints("kernel_size", 2));
    return new SeparableConv2D(c.integer("filters"), k[0], k[1]).readSeparable(c);
  }
}
