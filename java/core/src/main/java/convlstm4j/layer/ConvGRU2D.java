package convlstm4j.layer;

import convlstm4j.config.Config;
import java.util.List;

/**
 * A convolutional GRU (Ballas et al. 2016, arXiv:1511.06432; the equations are at {@link
 * convlstm4j.op.Cell#gru}), with the options of Keras's {@code GRU} and {@code ConvLSTM2D}, which
 * Keras itself does not have.
 *
 * <p>Input {@code [N, T, H, W, C]}, or {@code [N, T, C, H, W]} with channels first; image sizes
 * must be known when the graph is built, N and T need not. Output {@code [N, H', W', F]}, with
 * {@code returnSequences} {@code [N, T, H', W', F]}, channels in the place of the input's. Weights:
 * {@code kernel [KH, KW, C, 3F]}, {@code recurrent_kernel [KH, KW, F, 3F]}, {@code bias [2, 3F]},
 * without {@code resetAfter} {@code [3F]}, gates in the order z, r, g.
 */
public final class ConvGRU2D extends GruLayer<ConvGRU2D> implements Convolved<ConvGRU2D> {
  /**
   * A layer with a square kernel.
   *
   * @param filters F, hidden channels; at least 1
   * @param kernelSize KH and KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public ConvGRU2D(int filters, int kernelSize) {
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
  public ConvGRU2D(int filters, int kernelHeight, int kernelWidth) {
    this(filters, StepWindow.of(List.of(kernelHeight, kernelWidth)));
  }

  private ConvGRU2D(int filters, StepWindow window) {
    super(filters, window);
  }

  @Override
  ConvGRU2D fresh() {
    return new ConvGRU2D(units, window());
  }

  static ConvGRU2D fromConfig(Config c) {
    return new ConvGRU2D(c.integer("filters"), StepWindow.read(c, 2)).readGru(c);
  }
}
