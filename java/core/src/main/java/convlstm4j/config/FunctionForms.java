package convlstm4j.config;

import convlstm4j.formula.Formula;
import convlstm4j.option.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Activations as Keras's configs spell them: a name, or an object that is also a layer of its own.
 */
public final class FunctionForms {
  private static final Map<String, Function<Config, ActivationFunction>> OBJECTS = new TreeMap<>();

  static {
    OBJECTS.put("ELU", FunctionForms::elu);
    OBJECTS.put("LeakyReLU", FunctionForms::leakyRelu);
    OBJECTS.put("ReLU", FunctionForms::relu);
    OBJECTS.put("Softmax", FunctionForms::softmax);
  }

  private FunctionForms() {}

  /**
   * Reads an option.
   *
   * @param c the options
   * @param key its name
   * @param fallback what counts where it is absent; null is linear
   * @return the function
   * @throws IllegalArgumentException if there is no such function
   */
  public static ActivationFunction read(Config c, String key, ActivationFunction fallback) {
    if (c.get(key) == null) {
      return c.has(key) ? ActivationFunction.of(Activation.LINEAR) : fallback;
    }
    return c.form(key, FunctionForms::read);
  }

  private static ActivationFunction read(Object value, Reading reading) {
    if (!(value instanceof Map<?, ?> form)) {
      return named(String.valueOf(value), reading.version());
    }
    if (form.get("config") instanceof String name) { // Keras 3's form of a function
      return named(name, reading.version());
    }
    KerasObject o = KerasObject.of(value);
    Config c = Config.of(o, "activation", reading);
    ActivationFunction a;
    if (o.className().equals("Activation")) {
      a = read(c, "activation", ActivationFunction.of(Activation.LINEAR));
    } else if (OBJECTS.containsKey(o.className())) {
      a = OBJECTS.get(o.className()).apply(c);
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
  public static ActivationFunction named(String name, KerasVersion version) {
    if (name.equals(ActivationFunction.GLU)) {
      return ActivationFunction.glu();
    }
    String own = name.equals("hard_swish") ? "hard_silu" : name;
    Formula[] stages = NamedFormulas.get(own);
    return stages != null
        ? ActivationFunction.of(own, stages)
        : ActivationFunction.of(
            ActivationForms.find(name, version)
                .orElseThrow(() -> ActivationForms.unknown(name, NamedFormulas.names())));
  }

  /**
   * Reads the options of the layer {@code ELU}.
   *
   * @param c the options
   * @return the function
   */
  public static ActivationFunction elu(Config c) {
    return ActivationFunction.of(Activation.elu(c.real("alpha", 1)));
  }

  /**
   * Reads the options of the layer {@code LeakyReLU}.
   *
   * @param c the options
   * @return the function
   */
  public static ActivationFunction leakyRelu(Config c) {
    return ActivationFunction.of(Activation.leakyRelu(c.realOf("negative_slope", "alpha", 0.3)));
  }

  /**
   * Reads the options of the layer {@code ReLU}.
   *
   * @param c the options
   * @return the function
   */
  public static ActivationFunction relu(Config c) {
    Optional<Double> max =
        c.get("max_value") == null ? Optional.empty() : Optional.of(c.real("max_value", 0));
    return relu(max, c.real("negative_slope", 0), c.real("threshold", 0));
  }

  /**
   * ReLU with all of its options.
   *
   * @param max what the function does not go above; none if empty
   * @param slope of {@code x - threshold} up to the threshold
   * @param threshold above which the function is x
   * @return the function
   * @throws IllegalArgumentException if a number is negative or not finite
   */
  public static ActivationFunction relu(Optional<Double> max, double slope, double threshold) {
    max.ifPresent(m -> check("max_value", m));
    check("negative_slope", slope);
    check("threshold", threshold);
    if (max.isEmpty() && threshold == 0) {
      return ActivationFunction.of(slope == 0 ? Activation.RELU : Activation.leakyRelu(slope));
    }
    Formula x = Formula.input(0);
    Formula most = Formula.constant(max.orElse(0.0));
    Formula above = max.isEmpty() ? x : most.min(x);
    // A NaN stays one.
    Formula below =
        slope == 0 ? x.equal(x).where(Formula.constant(0), x) : x.minus(threshold).times(slope);
    Object form =
        Forms.object(
            "ReLU", "max_value", max.orElse(null), "negative_slope", slope, "threshold", threshold);
    return ActivationFunction.of(form, Formula.constant(threshold).less(x).where(above, below));
  }

  private static void check(String option, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "ReLU: " + option + "=" + value + ", must be finite and >= 0");
    }
  }

  /**
   * Reads the options of the layer {@code Softmax}.
   *
   * @param c the options
   * @return the function
   * @throws IllegalArgumentException if there is no axis, or one is the batch
   */
  public static ActivationFunction softmax(Config c) {
    List<Integer> axes = new ArrayList<>(c.ints("axis", 0, List.of(-1)));
    try {
      return ActivationFunction.softmax(axes);
    } catch (IllegalArgumentException e) {
      throw c.wrong("axis", e.getMessage());
    }
  }
}
