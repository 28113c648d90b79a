package convlstm4j.layer;

import convlstm4j.config.ActivationForms;
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
  private Activation recurrentActivation = Activation.SIGMOID;

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
        word(
            "recurrent_activation",
            value,
            () -> ActivationForms.named(value, KerasVersion.KERAS3)));
  }

  final Activation recurrentActivation() {
    return recurrentActivation;
  }

  @Override
  void putCell(Map<String, Object> config) {
    config.put("recurrent_activation", ActivationForms.encode(recurrentActivation));
  }

  /** Reads what is not of one kind of cell only. */
  final S readGated(Config c, Activation recurrentDefault) {
    return readRecurrent(c)
        .recurrentActivation(
            FunctionForms.gate(c, "recurrent_activation", Activation.LINEAR, recurrentDefault));
  }

  @Override
  void takeOver(S other) {
    super.takeOver(other);
    recurrentActivation(other.recurrentActivation());
  }
}
