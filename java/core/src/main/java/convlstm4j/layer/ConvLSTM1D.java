package convlstm4j.layer;

import convlstm4j.config.Config;
import java.util.List;

/**
 * Keras's {@code ConvLSTM1D} (Shi et al. 2015, arXiv:1506.04214; the equations are at {@link
 * convlstm4j.op.ConvLstm2d}). Defaults are Keras 3's.
 *
 * <p>Input {@code [N, T, W, C]}, or {@code [N, T, C, W]} with channels first; image sizes must be
 * known when the graph is built, N and T need not. Output {@code [N, W', F]}, with {@code
 * returnSequences} {@code [N, T, W', F]}, channels in the place of the input's. Weights: {@code
 * kernel [KW, C, 4F]}, {@code recurrent_kernel [KW, F, 4F]}, {@code bias [4F]}, gates in the order
 * i, f, g, o.
 */
public final class ConvLSTM1D extends LstmLayer<ConvLSTM1D> implements Convolved<ConvLSTM1D> {
  /**
   * A layer.
   *
   * @param filters F, hidden channels; at least 1
   * @param kernelWidth KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public ConvLSTM1D(int filters, int kernelWidth) {
    this(filters, StepWindow.of(List.of(kernelWidth)));
  }

  private ConvLSTM1D(int filters, StepWindow window) {
    super(filters, window);
  }

  @Override
  ConvLSTM1D fresh() {
    return new ConvLSTM1D(units, window());
  }

  static ConvLSTM1D fromConfig(Config c) {
    return new ConvLSTM1D(c.integer("filters"), StepWindow.read(c, 1)).readConvLstm(c);
  }
}
