package convlstm4j.layer;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import java.util.List;
import java.util.Optional;

/** A recurrent layer's call with an initial state or a mask. */
public final class Call {
  private final Layer layer;
  private final Symbol x;
  private List<Symbol> states = List.of();
  private Optional<Symbol> mask = Optional.empty();

  Call(Layer layer, Symbol x) {
    this.layer = layer;
    this.x = x;
  }

  /**
   * Gives the states before the first step.
   *
   * @param values of an LSTM or ConvLSTM h and c, of others h; for a bidirectional layer those of
   *     both directions, forward first
   * @return this call
   */
  public Call initialState(Symbol... values) {
    states = List.of(values);
    return this;
  }

  /**
   * Gives the steps that count.
   *
   * @param value {@code [N, T]}, 0 where a step is skipped
   * @return this call
   */
  public Call mask(Symbol value) {
    mask = Optional.of(value);
    return this;
  }

  /**
   * Makes the call.
   *
   * @return all outputs of the layer
   * @throws convlstm4j.op.ShapeException if the layer cannot take these inputs
   */
  public List<Symbol> outputs() {
    return layer.applyAll(new Arguments<>(List.of(x), states, mask));
  }
}
