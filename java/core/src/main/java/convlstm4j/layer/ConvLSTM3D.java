package convlstm4j.layer;

import convlstm4j.config.Config;
import java.util.List;

/**
 * Keras's {@code ConvLSTM3D} (Shi et al. 2015, arXiv:1506.04214; the equations are at {@link
 * convlstm4j.op.ConvLstm2d}). Defaults are Keras 3's.
 *
 * <p>Input {@code [N, T, D, H, W, C]}, or {@code [N, T, C, D, H, W]} with channels first; image
 * sizes must be known when the graph is built, N and T need not. Output {@code [N, D', H', W', F]},
 * with {@code returnSequences} {@code [N, T, D', H', W', F]}, channels in the place of the input's.
 * Weights: {@code kernel [KD, KH, KW, C, 4F]}, {@code recurrent_kernel [KD, KH, KW, F, 4F]}, {@code
 * bias [4F]}, gates in the order i, f, g, o.
 */
public final class ConvLSTM3D extends LstmLayer<ConvLSTM3D> implements Convolved<ConvLSTM3D> {
  /**
   * A layer with a cubic kernel.
   *
   * @param filters F, hidden channels; at least 1
   * @param kernelSize KD, KH and KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public ConvLSTM3D(int filters, int kernelSize) {
    this(filters, kernelSize, kernelSize, kernelSize);
  }

  /**
   * A layer.
   *
   * @param filters F, hidden channels; at least 1
   * @param kernelDepth KD, pixels; at least 1
   * @param kernelHeight KH, pixels; at least 1
   * @param kernelWidth KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public ConvLSTM3D(int filters, int kernelDepth, int kernelHeight, int kernelWidth) {
    this(filters, StepWindow.of(List.of(kernelDepth, kernelHeight, kernelWidth)));
  }

  private ConvLSTM3D(int filters, StepWindow window) {
    super(filters, window);
  }

  @Override
  ConvLSTM3D fresh() {
    return new ConvLSTM3D(units, window());
  }

  static ConvLSTM3D fromConfig(Config c) {
    return new ConvLSTM3D(c.integer("filters"), StepWindow.read(c, 3)).readConvLstm(c);
  }
}
