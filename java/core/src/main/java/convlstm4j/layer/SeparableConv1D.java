package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code SeparableConv1D}. Input {@code [N, T, C]}, or {@code [N, C, T]} with channels
 * first; weights {@code depthwise_kernel [K, C, M]}, {@code pointwise_kernel [1, C M, F]}, {@code
 * bias [F]}.
 */
public final class SeparableConv1D extends SeparableConvolution<SeparableConv1D> {
  /**
   * A layer.
   *
   * @param filters F, output channels; at least 1
   * @param kernelSize K, steps; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public SeparableConv1D(int filters, int kernelSize) {
    super(filters, kernelSize);
  }

  static SeparableConv1D fromConfig(Config c) {
    int k = c.ints("kernel_size", 1).get(0);
    return new SeparableConv1D(c.integer("filters"), k).readSeparable(c);
  }
}
