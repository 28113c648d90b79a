package convlstm4j.layer;

import convlstm4j.config.Config;
import java.util.List;

/**
 * Keras's {@code ConvLSTM2D} (Shi et al. 2015, arXiv:1506.04214; the equations are at {@link
 * convlstm4j.op.ConvLstm2d}). Defaults are Keras 3's.
 *
 * <p>Input {@code [N, T, H, W, C]}, or {@code [N, T, C, H, W]} with channels first; image sizes
 * must be known when the graph is built, N and T need not. Output {@code [N, H', W', F]}, with
 * {@code returnSequences} {@code [N, T, H', W', F]}, channels in the place of the input's. Weights:
 * {@code kernel [KH, KW, C, 4F]}, {@code recurrent_kernel [KH, KW, F, 4F]}, {@code bias [4F]},
 * gates in the order i, f, g, o.
 */
public final class ConvLSTM2D extends LstmLayer<ConvLSTM2D> implements Convolved<ConvLSTM2D> {
  /**
   * A layer with a square kernel.
   *
   * @param filters F, hidden channels; at least 1
   * @param kernelSize KH and KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public ConvLSTM2D(int filters, int kernelSize) {
    this(filters, kernelSize, kernelSize);
  }

  /**
   * A layer.
   *
   * @param filters F, hidden channels; at least 1
   * @param kernelHeight KH, pixels; at least 1
   * @param kernelWidth KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public ConvLSTM2D(int filters, int kernelHeight, int kernelWidth) {
    this(filters, StepWindow.of(List.of(kernelHeight, kernelWidth)));
  }

  private ConvLSTM2D(int filters, StepWindow window) {
    super(filters, window);
  }

  @Override
  ConvLSTM2D fresh() {
    return new ConvLSTM2D(units, window());
  }

  static ConvLSTM2D fromConfig(Config c) {
    return new ConvLSTM2D(c.integer("filters"), StepWindow.read(c, 2)).readConvLstm(c);
  }
}
