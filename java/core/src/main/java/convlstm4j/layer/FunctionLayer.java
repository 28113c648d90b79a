package convlstm4j.layer;

import convlstm4j.config.ActivationFunction;
import convlstm4j.graph.Arguments;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.List;

/**
 * What the layers that are one function of the input share.
 *
 * @param <S> the layer's own type
 */
public abstract class FunctionLayer<S extends FunctionLayer<S>> extends KerasLayer<S> {
  private final ActivationFunction function;

  /** For the layers of this package. */
  FunctionLayer(ActivationFunction function) {
    this.function = function;
  }

  final ActivationFunction function() {
    return function;
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    return List.of(function.lower(g, only(arguments)));
  }

  @Override
  public final boolean keepsAxes() {
    return true;
  }
}
