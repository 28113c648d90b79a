package convlstm4j.layer;

import convlstm4j.config.Config;
import java.util.List;

/**
 * A convolutional GRU (Ballas et al. 2016, arXiv:1511.06432; the equations are at {@link
 * convlstm4j.op.Cell#gru}), with the options of Keras's {@code GRU} and {@code ConvLSTM1D}, which
 * Keras itself does not have.
 *
 * <p>Input {@code [N, T, W, C]}, or {@code [N, T, C, W]} with channels first; image sizes must be
 * known when the graph is built, N and T need not. Output {@code [N, W', F]}, with {@code
 * returnSequences} {@code [N, T, W', F]}, channels in the place of the input's. Weights: {@code
 * kernel [KW, C, 3F]}, {@code recurrent_kernel [KW, F, 3F]}, {@code bias [2, 3F]}, without {@code
 * resetAfter} {@code [3F]}, gates in the order z, r, g.
 */
public final class ConvGRU1D extends GruLayer<ConvGRU1D> implements Convolved<ConvGRU1D> {
  /**
   * A layer.
   *
   * @param filters F, hidden channels; at least 1
   * @param kernelWidth KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public ConvGRU1D(int filters, int kernelWidth) {
    this(filters, StepWindow.of(List.of(kernelWidth)));
  }

  private ConvGRU1D(int filters, StepWindow window) {
    super(filters, window);
  }

  @Override
  ConvGRU1D fresh() {
    return new ConvGRU1D(units, window());
  }

  static ConvGRU1D fromConfig(Config c) {
    return new ConvGRU1D(c.integer("filters"), StepWindow.read(c, 1)).readGru(c);
  }
}
