package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code Conv3D}. Input {@code [N, D, H, W, C]}, or {@code [N, C, D, H, W]} with channels
 * first; weights {@code kernel [KD, KH, KW, C, F]}, {@code bias [F]}.
 */
public final class Conv3D extends DirectConvolution<Conv3D> {
  /**
   * A layer with a kernel of one size along all axes.
   *
   * @param filters F, output channels; at least 1
   * @param kernelSize pixels, at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public Conv3D(int filters, int kernelSize) {
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
  public Conv3D(int filters, int kernelDepth, int kernelHeight, int kernelWidth) {
    super(filters, kernelDepth, kernelHeight, kernelWidth);
  }

  static Conv3D fromConfig(Config c) {
    int[] k = Config.array(c.ints("kernel_size", 3));
    return new Conv3D(c.integer("filters"), k[0], k[1], k[2])
        .groups(c.integer("groups", 1))
        .read(c);
  }
}
