package convlstm4j.layer;

import convlstm4j.graph.Layer;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Initializer;
import convlstm4j.option.Padding;
import convlstm4j.option.Regularizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A layer's Keras config being read: typed access with messages that name layer, key and value, and
 * a last check that nothing was left unread.
 */
final class Config {
  /** Characters of a value that a message shows. */
  private static final int SHOWN = 120;

  private final String className;
  private final String label;
  private final Map<String, Object> values;
  private final Reading reading;
  private final Set<String> used = new HashSet<>();

  Config(String className, Map<String, Object> values, Reading reading) {
    Object name = values.get("name");
    this.className = className;
    this.label = name == null ? className : className + " \"" + name + "\"";
    this.values = values;
    this.reading = reading;
    checkNotQuantized();
  }

  KerasVersion version() {
    return reading.version();
  }

  /** A layer inside this one: {@code {"class_name": .., "config": ..}}. */
  Layer layer(String key) {
    return Layers.fromKeras(object(key), reading);
  }

  /** Fails with layer, key, value and what is wrong. */
  IllegalArgumentException wrong(String key, String what) {
    String value = String.valueOf(values.get(key));
    String shown = value.length() > SHOWN ? value.substring(0, SHOWN) + ".." : value;
    return new IllegalArgumentException(label + ": " + key + "=" + shown + ", " + what);
  }

  /** Weights of 8 or 4 bits with scales are other weights; every other type is a number's. */
  private void checkNotQuantized() {
    Object policy = values.get("dtype");
    if (policy instanceof Map<?, ?> form
        && String.valueOf(form.get("class_name")).contains("Quantized")) {
      throw wrong("dtype", "quantized layers are not supported");
    }
  }

  /** A key's value; null where absent or null. */
  Object get(String key) {
    used.add(key);
    return values.get(key);
  }

  int integer(String key, int fallback) {
    Object v = get(key);
    return v == null ? fallback : toInt(key, v);
  }

  int integer(String key) {
    if (get(key) == null) {
      throw new IllegalArgumentException(label + ": " + key + " is missing");
    }
    return toInt(key, values.get(key));
  }

  private int toInt(String key, Object v) {
    if (v instanceof Number n && n.doubleValue() == n.intValue()) {
      return n.intValue();
    }
    throw wrong(key, "expected a whole number");
  }

  double real(String key, double fallback) {
    Object v = get(key);
    if (v == null) {
      return fallback;
    }
    if (v instanceof Number n && Double.isFinite(n.doubleValue())) {
      return n.doubleValue();
    }
    throw wrong(key, "expected a number");
  }

  /** The number of a key that Keras 2 calls otherwise. */
  double realOf(String key, String keras2Key, double fallback) {
    return get(key) == null ? real(keras2Key, fallback) : real(key, fallback);
  }

  boolean bool(String key, boolean fallback) {
    Object v = get(key);
    if (v == null) {
      return fallback;
    }
    if (v instanceof Boolean b) {
      return b;
    }
    throw wrong(key, "expected true or false");
  }

  /** A list of whole numbers; a single number counts as {@code length} equal ones. */
  List<Integer> ints(String key, int length, List<Integer> fallback) {
    Object v = get(key);
    if (v == null) {
      return fallback;
    }
    List<Integer> list = new ArrayList<>();
    if (v instanceof List<?> many) {
      many.forEach(e -> list.add(toInt(key, e)));
    } else {
      for (int i = 0; i < Math.max(length, 1); i++) {
        list.add(toInt(key, v));
      }
    }
    if (length > 0 && list.size() != length) {
      throw wrong(key, "expected " + length + " values");
    }
    return list;
  }

  /** Like {@link #ints} for a key that must be there. */
  List<Integer> ints(String key, int length) {
    List<Integer> list = ints(key, length, null);
    if (list == null) {
      throw new IllegalArgumentException(label + ": " + key + " is missing");
    }
    return list;
  }

  /** Sizes of axes, null being any; empty where the key is absent or null. */
  long[] dims(String key) {
    if (get(key) == null) {
      return new long[0];
    }
    if (get(key) instanceof List<?> list) {
      return list.stream().mapToLong(d -> d == null ? Input.ANY : toInt(key, d)).toArray();
    }
    throw wrong(key, "expected a list");
  }

  /** Null says that outputs are not joined; an absent key takes the default. */
  Bidirectional.MergeMode mergeMode(String key) {
    Object fallback = values.containsKey(key) ? "none" : "concat";
    return convert(
        key, v -> Forms.choice(Bidirectional.MergeMode.class, v, fallback.toString()), true);
  }

  static int[] array(List<Integer> values) {
    return values.stream().mapToInt(v -> v).toArray();
  }

  Padding padding(String key) {
    return convert(key, v -> Forms.choice(Padding.class, v, "valid"), true);
  }

  DataFormat dataFormat(String key) {
    return convert(key, v -> Forms.choice(DataFormat.class, v, "channels_last"), true);
  }

  /** An activation; {@code ofNull} where the key is null, {@code fallback} where it is absent. */
  Activation activation(String key, Activation ofNull, Activation fallback) {
    if (get(key) == null) {
      return values.containsKey(key) ? ofNull : fallback;
    }
    return convert(key, v -> ActivationForms.read(v, reading), false);
  }

  Initializer initializer(String key, Initializer fallback) {
    return get(key) == null
        ? fallback
        : convert(key, v -> InitializerForms.read(v, reading), false);
  }

  Regularizer regularizer(String key) {
    return convert(key, v -> RegularizerForms.read(v, reading), true);
  }

  private <T> T convert(String key, Function<Object, T> f, boolean nullable) {
    Object v = get(key);
    if (v == null && !nullable) {
      throw wrong(key, "expected a value");
    }
    try {
      return f.apply(v);
    } catch (IllegalArgumentException e) {
      throw wrong(key, e.getMessage());
    }
  }

  /** A nested object {@code {"class_name": .., "config": ..}}. */
  @SuppressWarnings("unchecked") // JSON objects have string keys
  private Map<String, Object> object(String key) {
    if (get(key) instanceof Map<?, ?> m) {
      return (Map<String, Object>) m;
    }
    throw wrong(key, "expected a layer {\"class_name\": .., \"config\": ..}");
  }

  /**
   * Ends the reading: an option that nobody asked for must be one that changes nothing ({@link
   * NeutralOptions}); one that no Keras is known to have is said.
   */
  void finish() {
    for (Map.Entry<String, Object> e : values.entrySet()) {
      String key = e.getKey();
      if (e.getValue() == null || used.contains(key)) {
        continue;
      }
      if (!NeutralOptions.isKnown(key)) {
        reading.unknown(className, key, e.getValue());
      } else if (!NeutralOptions.isNeutral(key, e.getValue())) {
        throw wrong(key, NeutralOptions.refusal(key));
      }
    }
  }
}
