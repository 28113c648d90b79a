package convlstm4j.layer;

import convlstm4j.config.Config;
import java.util.List;

/**
 * A convolutional GRU (Ballas et al. 2016, arXiv:1511.06432; the equations are at {@link
 * convlstm4j.op.Cell#gru}), with the options of Keras's {@code GRU} and {@code ConvLSTM3D}, which
 * Keras itself does not have.
 *
 * <p>Input {@code [N, T, D, H, W, C]}, or {@code [N, T, C, D, H, W]} with channels first; image
 * sizes must be known when the graph is built, N and T need not. Output {@code [N, D', H', W', F]},
 * with {@code returnSequences} {@code [N, T, D', H', W', F]}, channels in the place of the input's.
 * Weights: {@code kernel [KD, KH, KW, C, 3F]}, {@code recurrent_kernel [KD, KH, KW, F, 3F]}, {@code
 * bias [2, 3F]}, without {@code resetAfter} {@code [3F]}, gates in the order z, r, g.
 */
public final class ConvGRU3D extends GruLayer<ConvGRU3D> implements Convolved<ConvGRU3D> {
  /**
   * A layer with a cubic kernel.
   *
   * @param filters F, hidden channels; at least 1
   * @param kernelSize KD, KH and KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public ConvGRU3D(int filters, int kernelSize) {
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
  public ConvGRU3D(int filters, int kernelDepth, int kernelHeight, int kernelWidth) {
    this(filters, StepWindow.of(List.of(kernelDepth, kernelHeight, kernelWidth)));
  }

  private ConvGRU3D(int filters, StepWindow window) {
    super(filters, window);
  }

  @Override
  ConvGRU3D fresh() {
    return new ConvGRU3D(units, window());
  }

  static ConvGRU3D fromConfig(Config c) {
    return new ConvGRU3D(c.integer("filters"), StepWindow.read(c, 3)).readGru(c);
  }
}
