package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.option.Activation;

/**
 * Keras's {@code LSTM}: Hochreiter and Schmidhuber 1997 with forget gates (Gers et al. 2000).
 * Defaults are Keras's.
 *
 * <p>Input {@code [N, T, C]}, of which C must be known when the graph is built; output {@code [N,
 * U]}, with {@code returnSequences} {@code [N, T, U]}. Weights: {@code kernel [C, 4U]}, {@code
 * recurrent_kernel [U, 4U]}, {@code bias [4U]}, gates in the order i, f, g, o.
 */
public final class LSTM extends LstmLayer<LSTM> {
  /**
   * A layer.
   *
   * @param units U, at least 1
   * @throws IllegalArgumentException if it is below 1
   */
  public LSTM(int units) {
    super(units, StepWindow.none());
  }

  @Override
  LSTM fresh() {
    return new LSTM(units);
  }

  static LSTM fromConfig(Config c) {
    // Both Keras 2's tf.keras and Keras 3 have sigmoid; multi-backend Keras 2 wrote its own always.
    return new LSTM(c.integer("units")).readLstm(c, Activation.SIGMOID);
  }
}
