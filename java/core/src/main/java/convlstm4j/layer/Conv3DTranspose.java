package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code Conv3DTranspose}. Input {@code [N, D, H, W, C]}, or {@code [N, C, D, H, W]} with
 * channels first; weights {@code kernel [KD, KH, KW, F, C]}, {@code bias [F]}.
 */
public final class Conv3DTranspose extends TransposedConvolution<Conv3DTranspose> {
  /**
   * A layer with a kernel of one size along all axes.
   *
   * @param filters F, output channels; at least 1
   * @param kernelSize pixels, at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public Conv3DTranspose(int filters, int kernelSize) {
    this(filters, kernelSize, kernelSize, kernelSize);
  }

  /**
   * A layer.
   *
   * @param filters F, output channels; at least 1
   * @param kernelDepth KD, frames; at least 1
   * @param kernelHeight KH, pixels; at least 1
   * @param kernelWidth KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public Conv3DTranspose(int filters, int kernelDepth, int kernelHeight, int kernelWidth) {
    super(filters, kernelDepth, kernelHeight, kernelWidth);
  }

  static Conv3DTranspose fromConfig(Config c) {
    int[] k = Config.array(c.ints("kernel_size", 3));
    return new Conv3DTranspose(c.integer("filters"), k[0], k[1], k[2]).readTransposed(c);
  }
}
