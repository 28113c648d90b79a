package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.Forms;
import convlstm4j.config.KerasObject;
import convlstm4j.config.Reading;
import convlstm4j.layer.Initializers.Distribution;
import convlstm4j.layer.Initializers.Fan;
import convlstm4j.option.Initializer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Initialisers as Keras's configs spell them. */
final class InitializerForms {
  private InitializerForms() {}

  static Object encode(Initializer i) {
    if (i instanceof Initializers.Constant c) {
      return c.value() == 0
          ? Forms.object("Zeros")
          : c.value() == 1 ? Forms.object("Ones") : Forms.object("Constant", "value", c.value());
    }
    if (i instanceof Initializers.RandomUniform u) {
      return Forms.object("RandomUniform", "minval", u.min(), "maxval", u.max(), "seed", null);
    }
    if (i instanceof Initializers.RandomNormal n) {
      return Forms.object("RandomNormal", "mean", n.mean(), "stddev", n.stddev(), "seed", null);
    }
    if (i instanceof Initializers.TruncatedNormal n) {
      return Forms.object("TruncatedNormal", "mean", n.mean(), "stddev", n.stddev(), "seed", null);
    }
    if (i instanceof Initializers.Orthogonal o) {
      return Forms.object("Orthogonal", "gain", o.gain(), "seed", null);
    }
    if (i instanceof Initializers.Identity id) {
      return Forms.object("Identity", "gain", id.gain());
    }
    if (i instanceof Initializers.VarianceScaling v) {
      String name = scalingName(v);
      return name != null
          ? Forms.object(name, "seed", null)
          : Forms.object(
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

  /** An option's initialiser; the fallback where it is absent or null. */
  static Initializer read(Config c, String key, Initializer fallback) {
    return c.get(key) == null ? fallback : c.form(key, InitializerForms::read);
  }

  private static Initializer read(Object value, Reading reading) {
    KerasObject o = KerasObject.of(value);
    Config c = Config.of(o, "initializer", reading);
    String name = plain(o.className());
    Initializer scaling = scaling(name);
    Initializer i =
        scaling != null
            ? scaling
            : switch (name) {
              case "zeros", "zero" -> Initializers.zeros();
              case "ones", "one" -> Initializers.ones();
              case "constant" -> new Initializers.Constant(c.real("value", 0));
              case "randomuniform", "uniform" ->
                  new Initializers.RandomUniform(c.real("minval", -0.05), c.real("maxval", 0.05));
              case "randomnormal", "normal" ->
                  new Initializers.RandomNormal(c.real("mean", 0), c.real("stddev", 0.05));
              case "truncatednormal" ->
                  new Initializers.TruncatedNormal(c.real("mean", 0), c.real("stddev", 0.05));
              case "orthogonal" -> new Initializers.Orthogonal(c.real("gain", 1));
              case "identity" -> new Initializers.Identity(c.real("gain", 1));
              case "variancescaling" ->
                  new Initializers.VarianceScaling(
                      c.real("scale", 1),
                      Forms.choice(Fan.class, c.get("mode"), "fan_in"),
                      Forms.choice(
                          Distribution.class,
                          "normal".equals(c.get("distribution"))
                              ? "truncated_normal"
                              : c.get("distribution"),
                          "truncated_normal"));
              default -> throw new IllegalArgumentException("unknown initializer");
            };
    c.finish();
    return i;
  }

  /**
   * A name without what the releases put to it: {@code GlorotUniform, glorot_uniform,
   * GlorotUniformV2, glorot_uniformV2} (keras v2.6 initializers/__init__.py), {@code
   * OrthogonalInitializer, IdentityInitializer} (Keras 3.0 to 3.6).
   */
  private static String plain(String className) {
    return className
        .replaceFirst("V2$", "")
        .replaceFirst("Initializer$", "")
        .replace("_", "")
        .toLowerCase(Locale.ROOT);
  }

  /** Keras's name of a scaling that has one, or null. */
  private static @Nullable String scalingName(Initializers.VarianceScaling v) {
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

  /** Null if there is none of that name. */
  private static @Nullable Initializer scaling(String name) {
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
}
