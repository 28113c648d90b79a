package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.KerasVersion;
import convlstm4j.op.Cell;
import convlstm4j.option.Activation;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Map;

/**
 * Recurrent layers with the cell of a GRU, {@link Cell#gru}, of steps of any rank. Weights: {@code
 * kernel [K.., C, 3F]}, {@code recurrent_kernel [K.., F, 3F]}, {@code bias [2, 3F]} (of the input's
 * convolution, of the recurrent one), without {@code resetAfter} {@code [3F]}, gates in the order
 * z, r, g; state h.
 *
 * @param <S> the layer's own type
 */
public abstract class GruLayer<S extends GruLayer<S>> extends Gated<S> {
  private boolean resetAfter = true;

  /** For the layers of this package. */
  GruLayer(int units, StepWindow window) {
    super(units, window);
  }

  /**
   * Says whether the reset gate is applied after the recurrent convolution, as cuDNN does, or
   * before it, as in Cho et al. 2014.
   *
   * @param value default true
   * @return this layer
   */
  public final S resetAfter(boolean value) {
    return set(() -> resetAfter = value);
  }

  @Override
  final int gates() {
    return 3;
  }

  @Override
  final List<String> stateNames() {
    return List.of("h");
  }

  @Override
  final String opName() {
    return "Recurrence";
  }

  @Override
  final List<Value> run(Lowering g, Steps steps) {
    Value bias = null;
    if (useBias) {
      Shape shape = resetAfter ? Shape.of(2, columns()) : Shape.of(columns());
      bias = parameter(g, "bias", shape, biasInitializer, biasRegularizer, true);
      bias = g.reshape(bias, Shape.of(shape.elements()));
    }
    return recur(
        g,
        steps,
        dropped ->
            Cell.gru(
                formulas("activation", activation()),
                formulas("recurrent_activation", recurrentActivation()),
                resetAfter,
                dropped),
        bias);
  }

  @Override
  final void putCell(Map<String, Object> config) {
    super.putCell(config);
    config.put("reset_after", resetAfter);
  }

  /**
   * Reads all but units and window. Keras 2 before TensorFlow 2 knew no other order than before.
   */
  final S readGru(Config c) {
    return readGated(c, Activation.SIGMOID)
        .resetAfter(c.bool("reset_after", c.version() != KerasVersion.KERAS2));
  }

  @Override
  final void takeOver(S other) {
    super.takeOver(other);
    GruLayer<S> o = other;
    resetAfter(o.resetAfter);
  }
}
