package convlstm4j.config;

import convlstm4j.option.Activation;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Activations as Keras's configs spell them: by name, or as an object with options, which may stand
 * for an activation as well as for a layer.
 */
public final class ActivationForms {
  private static final Map<String, Function<Config, Activation>> OBJECTS = new TreeMap<>();

  static {
    OBJECTS.put("ELU", c -> Activation.elu(c.real("alpha", 1)));
    OBJECTS.put("LeakyReLU", c -> Activation.leakyRelu(c.realOf("negative_slope", "alpha", 0.3)));
    OBJECTS.put("ReLU", ActivationForms::relu);
    OBJECTS.put("Softmax", c -> Activation.SOFTMAX);
  }

  private ActivationForms() {}

  private static Activation relu(Config c) {
    double slope = c.real("negative_slope", 0);
    return slope == 0 ? Activation.RELU : Activation.leakyRelu(slope);
  }

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

  /**
   * Keras's layers that are one function.
   *
   * @return their names
   */
  public static Set<String> objects() {
    return OBJECTS.keySet();
  }

  /**
   * The function that one of {@link #objects} is.
   *
   * @param className its name
   * @param c its options
   * @return the function
   */
  public static Activation ofObject(String className, Config c) {
    return OBJECTS.get(className).apply(c);
  }

  /**
   * Reads an option.
   *
   * @param c the options
   * @param key its name
   * @param ofNull what counts where it is null
   * @param fallback what counts where it is absent
   * @return the function
   * @throws IllegalArgumentException if there is no such function
   */
  public static Activation read(Config c, String key, Activation ofNull, Activation fallback) {
    if (c.get(key) == null) {
      return c.has(key) ? ofNull : fallback;
    }
    return c.form(key, ActivationForms::read);
  }

  private static Activation read(Object value, Reading reading) {
    if (!(value instanceof Map<?, ?> form)) {
      return named(String.valueOf(value), reading.version());
    }
    if (form.get("config") instanceof String name) { // Keras 3's form of a function
      return named(name, reading.version());
    }
    KerasObject o = KerasObject.of(value);
    Config c = Config.of(o, "activation", reading);
    Activation a;
    if (o.className().equals("Activation")) {
      a = read(c, "activation", Activation.LINEAR, Activation.LINEAR);
    } else if (OBJECTS.containsKey(o.className())) {
      a = ofObject(o.className(), c);
    } else {
      throw new IllegalArgumentException(
          "unknown activation " + o.className() + "; as objects there are " + OBJECTS.keySet());
    }
    c.finish();
    return a;
  }

  /**
   * A function by its name.
   *
   * @param name in a config
   * @param version whose meaning it has
   * @return the function
   * @throws IllegalArgumentException if there is none; the message says which there are
   */
  public static Activation named(String name, KerasVersion version) {
    return switch (name) {
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
      default ->
          throw new IllegalArgumentException(
              name.contains(">")
                  ? "a function of the user's own, which there is not here"
                  : "unknown activation; there are linear, relu, tanh, sigmoid, hard_sigmoid,"
                      + " softmax, elu, leaky_relu, softplus, swish");
    };
  }
}
