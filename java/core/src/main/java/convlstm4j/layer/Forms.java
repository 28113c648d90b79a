package convlstm4j.layer;

import convlstm4j.graph.Initializer;
import convlstm4j.graph.Regularizer;
import convlstm4j.layer.Initializers.Distribution;
import convlstm4j.layer.Initializers.Fan;
import convlstm4j.op.Activation;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Activations, initialisers and regularisers as Keras's configs spell them. Reading takes Keras 2's
 * and Keras 3's forms and throws {@link IllegalArgumentException} saying what is wrong.
 */
final class Forms {
  private Forms() {}

  /**
   * Our own files say which hard_sigmoid they mean; Keras's do not. Functions with a parameter
   * other than the default are written like Keras 3's layers of the same name.
   */
  static Object encode(Activation a) {
    if (a.kind() == Activation.Kind.LEAKY_RELU && !a.equals(Activation.LEAKY_RELU)) {
      return object("LeakyReLU", "negative_slope", a.alpha());
    }
    if (a.kind() == Activation.Kind.ELU && !a.equals(Activation.ELU)) {
      return object("ELU", "alpha", a.alpha());
    }
    return a.kind().name().toLowerCase(Locale.ROOT);
  }

  static Activation activation(Object value, KerasVersion version) {
    if (value instanceof Map<?, ?> form) {
      Object inner = form.get("config");
      if (inner instanceof Map<?, ?> options) {
        return switch (String.valueOf(form.get("class_name"))) {
          case "LeakyReLU" ->
              Activation.leakyRelu(
                  number(options, options.containsKey("alpha") ? "alpha" : "negative_slope", 0.3));
          case "ELU" -> Activation.elu(number(options, "alpha", 1));
          case "ReLU" -> Activation.RELU;
          case "Softmax" -> Activation.SOFTMAX;
          default -> throw new IllegalArgumentException("unknown activation");
        };
      }
      return activation(inner, version); // Keras 3's form of a function
    }
    return switch (String.valueOf(value)) {
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
      case "softmax" -> Activation.SOFTMAX;
      case "elu" -> Activation.ELU;
      case "leaky_relu" -> Activation.LEAKY_RELU;
      case "softplus" -> Activation.SOFTPLUS;
      case "swish", "silu" -> Activation.SWISH;
      default ->
          throw new IllegalArgumentException(
              "unknown activation; there are linear, relu, tanh, sigmoid, hard_sigmoid, softmax,"
                  + " elu, leaky_relu, softplus, swish");
    };
  }

  /** Null for no penalty. */
  static Object encode(Regularizer r) {
    if (r.isNone()) {
      return null;
    }
    return object("L1L2", "l1", r.l1(), "l2", r.l2());
  }

  static Regularizer regularizer(Object value) {
    if (value == null) {
      return Regularizer.NONE;
    }
    String name = className(value).toLowerCase(Locale.ROOT);
    Map<?, ?> options = options(value);
    return switch (name) {
      case "l1" -> Regularizer.l1(number(options, "l1", 0.01));
      case "l2" -> Regularizer.l2(number(options, "l2", 0.01));
      case "l1l2", "l1_l2" -> new Regularizer(number(options, "l1", 0), number(options, "l2", 0));
      default -> throw new IllegalArgumentException("unknown regularizer; there are L1, L2, L1L2");
    };
  }

  static Object encode(Initializer i) {
    if (i instanceof Initializers.Constant c) {
      return c.value() == 0
          ? object("Zeros")
          : c.value() == 1 ? object("Ones") : object("Constant", "value", c.value());
    }
    if (i instanceof Initializers.RandomUniform u) {
      return object("RandomUniform", "minval", u.min(), "maxval", u.max(), "seed", null);
    }
    if (i instanceof Initializers.RandomNormal n) {
      return object("RandomNormal", "mean", n.mean(), "stddev", n.stddev(), "seed", null);
    }
    if (i instanceof Initializers.TruncatedNormal n) {
      return object("TruncatedNormal", "mean", n.mean(), "stddev", n.stddev(), "seed", null);
    }
    if (i instanceof Initializers.Orthogonal o) {
      return object("Orthogonal", "gain", o.gain(), "seed", null);
    }
    if (i instanceof Initializers.VarianceScaling v) {
      String name = scalingName(v);
      return name != null
          ? object(name, "seed", null)
          : object(
              "VarianceScaling",
              "scale",
              v.scale(),
              "mode",
              v.mode().name().toLowerCase(Locale.ROOT),
              "distribution",
              v.distribution().name().toLowerCase(Locale.ROOT),
              "seed",
              null);
    }
    throw new IllegalArgumentException(
        "initializer " + i + " has no Keras form; use one of Initializers to write the layer");
  }

  static Initializer initializer(Object value) {
    String name = className(value).replace("_", "").toLowerCase(Locale.ROOT);
    Map<?, ?> o = options(value);
    Initializer scaling = scaling(name);
    if (scaling != null) {
      return scaling;
    }
    return switch (name) {
      case "zeros", "zero" -> Initializers.zeros();
      case "ones", "one" -> Initializers.ones();
      case "constant" -> new Initializers.Constant(number(o, "value", 0));
      case "randomuniform", "uniform" ->
          new Initializers.RandomUniform(number(o, "minval", -0.05), number(o, "maxval", 0.05));
      case "randomnormal", "normal" ->
          new Initializers.RandomNormal(number(o, "mean", 0), number(o, "stddev", 0.05));
      case "truncatednormal" ->
          new Initializers.TruncatedNormal(number(o, "mean", 0), number(o, "stddev", 0.05));
      case "orthogonal" -> new Initializers.Orthogonal(number(o, "gain", 1));
      case "variancescaling" ->
          new Initializers.VarianceScaling(
              number(o, "scale", 1),
              choice(Fan.class, o.get("mode"), "fan_in"),
              choice(
                  Distribution.class,
                  "normal".equals(o.get("distribution"))
                      ? "truncated_normal"
                      : o.get("distribution"),
                  "truncated_normal"));
      default -> throw new IllegalArgumentException("unknown initializer");
    };
  }

  /** Keras's name of a scaling that has one, or null. */
  private static String scalingName(Initializers.VarianceScaling v) {
    for (String name :
        new String[] {
          "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal"
        }) {
      if (v.equals(scaling(name.toLowerCase(Locale.ROOT)))) {
        return name;
      }
    }
    return null;
  }

  private static Initializer scaling(String name) {
    return switch (name) {
      case "glorotuniform" -> Initializers.glorotUniform();
      case "glorotnormal" -> Initializers.glorotNormal();
      case "heuniform" -> Initializers.heUniform();
      case "henormal" -> Initializers.heNormal();
      case "lecununiform" -> new Initializers.VarianceScaling(1, Fan.FAN_IN, Distribution.UNIFORM);
      case "lecunnormal" ->
          new Initializers.VarianceScaling(1, Fan.FAN_IN, Distribution.TRUNCATED_NORMAL);
      default -> null;
    };
  }

  /** {@code {"class_name": .., "config": {..}}}, which Keras 2 and 3 both read. */
  static Map<String, Object> object(String className, Object... options) {
    Map<String, Object> config = new LinkedHashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      config.put((String) options[i], options[i + 1]);
    }
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("class_name", className);
    form.put("config", config);
    return form;
  }

  private static String className(Object value) {
    Object name = value instanceof Map<?, ?> form ? form.get("class_name") : value;
    if (name instanceof String s) {
      return s;
    }
    throw new IllegalArgumentException("expected a name or {\"class_name\": .., \"config\": ..}");
  }

  private static Map<?, ?> options(Object value) {
    Object config = value instanceof Map<?, ?> form ? form.get("config") : null;
    return config instanceof Map<?, ?> m ? m : Collections.emptyMap();
  }

  private static double number(Map<?, ?> options, String key, double fallback) {
    Object v = options.get(key);
    if (v == null) {
      return fallback;
    }
    if (v instanceof Number n && Double.isFinite(n.doubleValue())) {
      return n.doubleValue();
    }
    throw new IllegalArgumentException(key + "=" + v + ", expected a number");
  }

  static <E extends Enum<E>> E choice(Class<E> type, Object value, String fallback) {
    String name = value == null ? fallback : value.toString();
    for (E e : type.getEnumConstants()) {
      if (e.name().toLowerCase(Locale.ROOT).equals(name)) {
        return e;
      }
    }
    throw new IllegalArgumentException(
        "expected one of " + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT));
  }
}
