package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Cell;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code SimpleRNN} (Elman 1990): {@code h' = a(x kernel + h recurrent_kernel + bias)}.
 *
 * <p>Input {@code [N, T, C]}, of which C must be known when the graph is built; output {@code [N,
 * U]}, with {@code returnSequences} {@code [N, T, U]}. Weights: {@code kernel [C, U]}, {@code
 * recurrent_kernel [U, U]}, {@code bias [U]}.
 */
public final class SimpleRNN extends Recurrent<SimpleRNN> {
  /**
   * A layer.
   *
   * @param units U, at least 1
   * @throws IllegalArgumentException if it is below 1
   */
  public SimpleRNN(int units) {
    super(units, StepWindow.none());
  }

  @Override
  int gates() {
    return 1;
  }

  @Override
  List<String> stateNames() {
    return List.of("h");
  }

  @Override
  String opName() {
    return "Recurrence";
  }

  @Override
  List<Value> run(Lowering g, Steps steps) {
    Value bias =
        useBias
            ? parameter(g, "bias", Shape.of(columns()), biasInitializer, biasRegularizer, true)
            : null;
    return recur(
        g, steps, dropped -> Cell.simple(formulas("activation", activation()), dropped), bias);
  }

  @Override
  SimpleRNN fresh() {
    return new SimpleRNN(units);
  }

  @Override
  void putCell(Map<String, Object> config) {
    // It has no options of its own.
  }

  static SimpleRNN fromConfig(Config c) {
    return new SimpleRNN(c.integer("units")).readRecurrent(c);
  }
}
