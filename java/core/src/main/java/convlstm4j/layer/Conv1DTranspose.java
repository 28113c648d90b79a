package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code Conv1DTranspose}. Input {@code [N, T, C]}, or {@code [N, C, T]} with channels
 * first; weights {@code kernel [K, F, C]}, {@code bias [F]}.
 */
public final class Conv1DTranspose extends TransposedConvolution<Conv1DTranspose> {
  /**
   * A layer.
   *
   * @param filters F, output channels; at least 1
   * @param kernelSize K, steps, at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public Conv1DTranspose(int filters, int kernelSize) {
    super(filters, kernelSize);
  }

  static Conv1DTranspose fromConfig(Config c) {
    int[] k = Config.array(c.ints("kernel_size", 1));
    return new Conv1DTranspose(c.integer("filters"), k[0]).readTransposed(c);
  }
}
