package convlstm4j.layer;

import convlstm4j.config.ActivationFunction;
import convlstm4j.config.Config;
import convlstm4j.config.FunctionForms;
import convlstm4j.config.KerasVersion;
import convlstm4j.option.Activation;
import java.util.Map;

/**
 * Recurrent layers with gates.
 *
 * @param <S> the layer's own type
 */
public abstract class Gated<S extends Gated<S>> extends Recurrent<S> {
  private ActivationFunction recurrentActivation = ActivationFunction.of(Activation.SIGMOID);

  /** For the layers of this package. */
  Gated(int units, StepWindow window) {
    super(units, window);
  }

  /**
   * Sets the activation of the gates.
   *
   * @param value default {@link Activation#SIGMOID}, as in Keras 3; Keras 2 has hard_sigmoid
   * @return this layer
   */
  public final S recurrentActivation(Activation value) {
    return recurrentActivation(ActivationFunction.of(value));
  }

  final S recurrentActivation(ActivationFunction value) {
    return set(() -> recurrentActivation = value);
  }

  /**
   * Sets the activation of the gates by its name in Keras 3.
   *
   * @param value such as {@code "relu"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  public final S recurrentActivation(String value) {
    return recurrentActivation(
        word("recurrent_activation", value, () -> FunctionForms.named(value, KerasVersion.KERAS3)));
  }

  final ActivationFunction recurrentActivation() {
    return recurrentActivation;
  }

  @Override
  final String functions() {
    return super.functions() + ", recurrent_activation=" + recurrentActivation;
  }

  @Override
  void putCell(Map<String, Object> config) {
    config.put("recurrent_activation", recurrentActivation.form());
  }

  /** Reads what is not of one kind of cell only. */
  final S readGated(Config c, Activation recurrentDefault) {
    return readRecurrent(c)
        .recurrentActivation(
            FunctionForms.read(c, "recurrent_activation", ActivationFunction.of(recurrentDefault)));
  }

  @Override
  void takeOver(S other) {
    super.takeOver(other);
    recurrentActivation(other.recurrentActivation());
  }
}
