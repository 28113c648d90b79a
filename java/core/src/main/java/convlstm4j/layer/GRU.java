package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code GRU}: Cho et al. 2014 (arXiv:1406.1078); the equations are at {@link
 * convlstm4j.op.Cell#gru}. Defaults are Keras's.
 *
 * <p>Input {@code [N, T, C]}, of which C must be known when the graph is built; output {@code [N,
 * U]}, with {@code returnSequences} {@code [N, T, U]}. Weights: {@code kernel [C, 3U]}, {@code
 * recurrent_kernel [U, 3U]}, {@code bias [2, 3U]}, without {@code resetAfter} {@code [3U]}, gates
 * in the order z, r, g.
 */
public final class GRU extends GruLayer<GRU> {
  /**
   * A layer.
   *
   * @param units U, at least 1
   * @throws IllegalArgumentException if it is below 1
   */
  public GRU(int units) {
    super(units, StepWindow.none());
  }

  @Override
  GRU fresh() {
    return new GRU(units);
  }

  static GRU fromConfig(Config c) {
    return new GRU(c.integer("units")).readGru(c);
  }
}
