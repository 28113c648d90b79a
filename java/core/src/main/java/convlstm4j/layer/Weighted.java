package convlstm4j.layer;

import convlstm4j.config.ActivationFunction;
import convlstm4j.config.Config;
import convlstm4j.config.ConstraintForms;
import convlstm4j.config.FunctionForms;
import convlstm4j.config.KerasVersion;
import convlstm4j.config.RegularizerForms;
import convlstm4j.option.Activation;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Map;

/**
 * A layer with a kernel, a bias and an activation: dense, convolutional and recurrent ones.
 *
 * @param <S> the layer's own type
 */
public abstract class Weighted<S extends Weighted<S>> extends KerasLayer<S> {
  private ActivationFunction activation;
  boolean useBias = true;
  Initializer kernelInitializer = Initializers.glorotUniform();
  Initializer biasInitializer = Initializers.zeros();
  Regularizer kernelRegularizer = Regularizer.NONE;
  Regularizer biasRegularizer = Regularizer.NONE;
  Regularizer activityRegularizer = Regularizer.NONE;

  /** For the layers of this package: the default activation. */
  Weighted(Activation activation) {
    this.activation = ActivationFunction.of(activation);
  }

  final ActivationFunction activation() {
    return activation;
  }

  /**
   * Sets the activation.
   *
   * @param value the function of the output; in a recurrent layer, of the candidate and the cell
   * @return this layer
   */
  public final S activation(Activation value) {
    return activation(ActivationFunction.of(value));
  }

  final S activation(ActivationFunction value) {
    return set(() -> activation = value);
  }

  /**
   * Sets the activation by its name in Keras 3.
   *
   * @param value such as {@code "relu"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  public final S activation(String value) {
    return activation(
        word("activation", value, () -> FunctionForms.named(value, KerasVersion.KERAS3)));
  }

  /**
   * Says whether there is a bias.
   *
   * @param value default true
   * @return this layer
   */
  public final S useBias(boolean value) {
    return set(() -> useBias = value);
  }

  /**
   * Sets where the kernel's first value comes from.
   *
   * @param value default {@link Initializers#glorotUniform()}
   * @return this layer
   */
  public final S kernelInitializer(Initializer value) {
    return set(() -> kernelInitializer = value);
  }

  /**
   * Sets where the bias's first value comes from.
   *
   * @param value default {@link Initializers#zeros()}
   * @return this layer
   */
  public final S biasInitializer(Initializer value) {
    return set(() -> biasInitializer = value);
  }

  /**
   * Sets the kernel's penalty.
   *
   * @param value default none
   * @return this layer
   */
  public final S kernelRegularizer(Regularizer value) {
    return set(() -> kernelRegularizer = value);
  }

  /**
   * Sets the bias's penalty.
   *
   * @param value default none
   * @return this layer
   */
  public final S biasRegularizer(Regularizer value) {
    return set(() -> biasRegularizer = value);
  }

  /**
   * Sets the penalty on the outputs, a mean over the batch as in Keras 2 and from Keras 3.14 on
   * (those between add over it).
   *
   * @param value default none
   * @return this layer
   */
  public final S activityRegularizer(Regularizer value) {
    return set(() -> activityRegularizer = value);
  }

  @Override
  List<String> constrainable() {
    return List.of(kernelName(), "bias");
  }

  final Value kernel(Lowering g, Shape shape) {
    return parameter(g, kernelName(), shape, kernelInitializer, kernelRegularizer, true);
  }

  /** Activation and activity regulariser of a layer that is not recurrent. */
  final Value finish(Lowering g, Value y) {
    Value out = activation.lower(g, y);
    penalize(g, activityRegularizer, out);
    return out;
  }

  final void putActivation(Map<String, Object> config) {
    config.put("activation", activation.form());
  }

  /** Local name of the kernel. */
  String kernelName() {
    return "kernel";
  }

  private String kernelOption() {
    return ConstraintForms.option(kernelName());
  }

  /** Options of kernel, bias and output. */
  final void putWeights(Map<String, Object> config) {
    config.put("use_bias", useBias);
    config.put(kernelOption() + "_initializer", InitializerForms.encode(kernelInitializer));
    config.put("bias_initializer", InitializerForms.encode(biasInitializer));
    config.put(kernelOption() + "_regularizer", RegularizerForms.encode(kernelRegularizer));
    config.put("bias_regularizer", RegularizerForms.encode(biasRegularizer));
    config.put("activity_regularizer", RegularizerForms.encode(activityRegularizer));
  }

  /** Reads what {@link #putActivation} and {@link #putWeights} write. */
  final S readWeights(Config c) {
    activation(FunctionForms.read(c, "activation", activation));
    useBias(c.bool("use_bias", useBias));
    kernelInitializer(InitializerForms.read(c, kernelOption() + "_initializer", kernelInitializer));
    biasInitializer(InitializerForms.read(c, "bias_initializer", biasInitializer));
    kernelRegularizer(RegularizerForms.read(c, kernelOption() + "_regularizer"));
    biasRegularizer(RegularizerForms.read(c, "bias_regularizer"));
    activityRegularizer(RegularizerForms.read(c, "activity_regularizer"));
    return self();
  }
}
