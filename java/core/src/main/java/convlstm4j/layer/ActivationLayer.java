package convlstm4j.layer;

import convlstm4j.config.ActivationForms;
import convlstm4j.config.Config;
import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Activate;
import convlstm4j.option.Activation;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keras's layer {@code Activation}: a function of every element. */
public final class ActivationLayer extends KerasLayer<ActivationLayer> {
  private final Activation activation;

  /**
   * A layer.
   *
   * @param activation the function
   */
  public ActivationLayer(Activation activation) {
    this.activation = activation;
  }

  /**
   * A layer.
   *
   * @param activation the function's name in Keras 3, such as {@code "relu"}
   * @throws IllegalArgumentException if there is no such name
   */
  public ActivationLayer(String activation) {
    this(
        word(
            "Activation",
            "activation",
            activation,
            () -> ActivationForms.named(activation, KerasVersion.KERAS3)));
  }

  @Override
  public String kerasClass() {
    return "Activation";
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    return List.of(g.op(new Activate(activation), only(arguments)));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("activation", ActivationForms.encode(activation));
    return c;
  }

  static ActivationLayer fromConfig(Config c) {
    return new ActivationLayer(
        ActivationForms.read(c, "activation", Activation.LINEAR, Activation.LINEAR));
  }
}
