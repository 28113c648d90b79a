package convlstm4j.layer;

import convlstm4j.config.ActivationFunction;
import convlstm4j.config.Config;
import convlstm4j.config.FunctionForms;
import convlstm4j.config.KerasVersion;
import convlstm4j.option.Activation;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keras's layer {@code Activation}: a function of every element. */
public final class ActivationLayer extends FunctionLayer<ActivationLayer> {
  /**
   * A layer.
   *
   * @param activation the function
   */
  public ActivationLayer(Activation activation) {
    super(ActivationFunction.of(activation));
  }

  /**
   * A layer.
   *
   * @param activation the function's name in Keras 3, such as {@code "relu"}
   * @throws IllegalArgumentException if there is no such name
   */
  public ActivationLayer(String activation) {
    super(
        word(
            "Activation",
            "activation",
            activation,
            () -> FunctionForms.named(activation, KerasVersion.KERAS3)));
  }

  private ActivationLayer(ActivationFunction activation) {
    super(activation);
  }

  @Override
  public String kerasClass() {
    return "Activation";
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("activation", function().form());
    return c;
  }

  static ActivationLayer fromConfig(Config c) {
    return new ActivationLayer(
        FunctionForms.read(c, "activation", ActivationFunction.of(Activation.LINEAR)));
  }
}
