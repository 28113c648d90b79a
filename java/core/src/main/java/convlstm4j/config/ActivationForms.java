package convlstm4j.config;

import convlstm4j.option.Activation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Activations that ops know, and gates can have, as Keras's configs spell them: by name, or as an
 * object with options.
 */
public final class ActivationForms {
  /** Those that ops know. */
  static final List<String> NAMES =
      List.of(
          "linear",
          "relu",
          "tanh",
          "sigmoid",
          "hard_sigmoid",
          "softmax",
          "elu",
          "leaky_relu",
          "softplus",
          "swish");

  private ActivationForms() {}

  /**
   * Our own files say which hard_sigmoid they mean; Keras's do not. Functions with a parameter
   * other than the default are written like Keras 3's layers of the same name.
   *
   * @param a the function
   * @return its name, or an object
   */
  public static Object encode(Activation a) {
    if (a.kind() == Activation.Kind.LEAKY_RELU && !a.equals(Activation.LEAKY_RELU)) {
      return Forms.object("LeakyReLU", "negative_slope", a.alpha());
    }
    if (a.kind() == Activation.Kind.ELU && !a.equals(Activation.ELU)) {
      return Forms.object("ELU", "alpha", a.alpha());
    }
    return a.kind().name().toLowerCase(Locale.ROOT);
  }

  /** A function that ops know, if it is one. */
  static Optional<Activation> find(String name, KerasVersion version) {
    return Optional.ofNullable(
        switch (name) {
          case "linear" -> Activation.LINEAR;
          case "relu" -> Activation.RELU;
          case "tanh" -> Activation.TANH;
          case "sigmoid" -> Activation.SIGMOID;
          case "hard_sigmoid" ->
              version == KerasVersion.KERAS2
                  ? Activation.HARD_SIGMOID_KERAS2
                  : Activation.HARD_SIGMOID_KERAS3;
          case "hard_sigmoid_keras2" -> Activation.HARD_SIGMOID_KERAS2;
          case "hard_sigmoid_keras3" -> Activation.HARD_SIGMOID_KERAS3;
          case "softmax", "softmax_v2" -> Activation.SOFTMAX;
          case "elu" -> Activation.ELU;
          case "leaky_relu" -> Activation.LEAKY_RELU;
          case "softplus" -> Activation.SOFTPLUS;
          case "swish", "silu" -> Activation.SWISH;
          default -> null;
        });
  }

  /** Of a name that is none: says which there are, with those that not all layers can use. */
  static IllegalArgumentException unknown(String name, Collection<String> more) {
    List<String> names = new ArrayList<>(NAMES);
    names.addAll(more);
    return new IllegalArgumentException(
        name.contains(">")
            ? "a function of the user's own, which there is not here"
            : "unknown activation; there are " + String.join(", ", names));
  }
}
