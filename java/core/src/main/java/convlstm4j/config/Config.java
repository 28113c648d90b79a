package convlstm4j.config;

import convlstm4j.graph.Layer;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A layer's Keras config being read: typed access with messages that name layer, key and value, and
 * a last check that nothing was left unread.
 */
public final class Config {
  /** Characters of a value that a message shows. */
  private static final int SHOWN = 120;

  private final String className;
  private final String label;
  private final Map<String, Object> values;
  private final Reading reading;
  private final Set<String> used = new HashSet<>();

  /**
   * Starts the reading of options.
   *
   * @param className whose they are
   * @param values the options by name
   * @param reading what they are read with
   * @throws IllegalArgumentException if they are those of a quantized layer
   */
  public Config(String className, Map<String, Object> values, Reading reading) {
    Object name = values.get("name");
    this.className = className;
    this.label = name == null ? className : className + " \"" + name + "\"";
    this.values = values;
    this.reading = reading;
    checkNotQuantized();
  }

  /**
   * Starts the reading of an object of Keras's own.
   *
   * @param object with its options
   * @param kind what it is, for messages, such as {@code initializer}
   * @param reading what it is read with
   * @return the options, of which none is read
   * @throws IllegalArgumentException if the object is the user's: there is no way to bring one's
   *     own
   */
  public static Config of(KerasObject object, String kind, Reading reading) {
    if (object.origin() != KerasObject.Origin.KERAS) {
      throw new IllegalArgumentException(
          "the " + kind + " " + object.className() + " is of the user's own, not Keras's");
    }
    return new Config(object.className(), object.options(), reading);
  }

  /**
   * Whose meaning the config has where Keras 2 and 3 differ.
   *
   * @return the file's, or what the reader was told
   */
  public KerasVersion version() {
    return reading.version();
  }

  /**
   * A layer inside this one.
   *
   * @param key of {@code {"class_name": .., "config": ..}}
   * @return a new layer
   * @throws IllegalArgumentException if it is no layer that there is
   */
  public Layer layer(String key) {
    return reading.layers().apply(object(key), reading);
  }

  /**
   * What is to be thrown of a value that cannot be.
   *
   * @param key the option
   * @param what what is wrong with it
   * @return says layer, key, value and what is wrong
   */
  public IllegalArgumentException wrong(String key, @Nullable String what) {
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

  /**
   * A value as it stands.
   *
   * @param key the option
   * @return null where it is absent or null
   */
  public @Nullable Object get(String key) {
    used.add(key);
    return values.get(key);
  }

  /**
   * An option that Keras writes and does nothing with: says that it is passed over, unless null.
   *
   * @param key the option
   * @throws IllegalArgumentException of a single layer, where there is nobody to be told
   */
  public void idle(String key) {
    if (get(key) != null) {
      reading.idle(className, key, get(key));
    }
  }

  /**
   * A whole number.
   *
   * @param key the option
   * @param fallback what counts where it is absent or null
   * @return its value
   * @throws IllegalArgumentException if it is none
   */
  public int integer(String key, int fallback) {
    Object v = get(key);
    return v == null ? fallback : toInt(key, v);
  }

  /**
   * A whole number that must be there.
   *
   * @param key the option
   * @return its value
   * @throws IllegalArgumentException if it is absent, null or none
   */
  public int integer(String key) {
    if (get(key) == null) {
      throw new IllegalArgumentException(label + ": " + key + " is missing");
    }
    return toInt(key, values.get(key));
  }

  private int toInt(String key, @Nullable Object v) {
    if (v instanceof Number n && n.doubleValue() == n.intValue()) {
      return n.intValue();
    }
    throw wrong(key, "expected a whole number");
  }

  /**
   * A finite number.
   *
   * @param key the option
   * @param fallback what counts where it is absent or null
   * @return its value
   * @throws IllegalArgumentException if it is none
   */
  public double real(String key, double fallback) {
    Object v = get(key);
    if (v == null) {
      return fallback;
    }
    if (v instanceof Number n && Double.isFinite(n.doubleValue())) {
      return n.doubleValue();
    }
    throw wrong(key, "expected a number");
  }

  /**
   * The number of an option that Keras 2 calls otherwise.
   *
   * @param key Keras 3's name
   * @param keras2Key Keras 2's
   * @param fallback what counts where both are absent or null
   * @return its value
   * @throws IllegalArgumentException if it is none
   */
  public double realOf(String key, String keras2Key, double fallback) {
    return get(key) == null ? real(keras2Key, fallback) : real(key, fallback);
  }

  /**
   * True or false.
   *
   * @param key the option
   * @param fallback what counts where it is absent or null
   * @return its value
   * @throws IllegalArgumentException if it is neither
   */
  public boolean bool(String key, boolean fallback) {
    Object v = get(key);
    if (v == null) {
      return fallback;
    }
    if (v instanceof Boolean b) {
      return b;
    }
    throw wrong(key, "expected true or false");
  }

  /**
   * A list of whole numbers.
   *
   * @param key the option; a single number counts as {@code length} equal ones
   * @param length how many are expected; 0 for any
   * @param fallback what counts where it is absent or null
   * @return its values
   * @throws IllegalArgumentException if it is no such list
   */
  public List<Integer> ints(String key, int length, List<Integer> fallback) {
    List<Integer> given = given(key, length);
    return given == null ? fallback : given;
  }

  private @Nullable List<Integer> given(String key, int length) {
    Object v = get(key);
    if (v == null) {
      return null;
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

  /**
   * A list of whole numbers that must be there.
   *
   * @param key the option; a single number counts as {@code length} equal ones
   * @param length how many are expected; 0 for any
   * @return its values
   * @throws IllegalArgumentException if it is absent, null or no such list
   */
  public List<Integer> ints(String key, int length) {
    List<Integer> list = given(key, length);
    if (list == null) {
      throw new IllegalArgumentException(label + ": " + key + " is missing");
    }
    return list;
  }

  /**
   * Sizes of axes.
   *
   * @param key the option
   * @return its values, {@link Shape#UNKNOWN} for null; empty where it is absent or null
   * @throws IllegalArgumentException if it is no list of whole numbers
   */
  public long[] dims(String key) {
    if (get(key) == null) {
      return new long[0];
    }
    if (get(key) instanceof List<?> list) {
      return list.stream().mapToLong(d -> d == null ? Shape.UNKNOWN : toInt(key, d)).toArray();
    }
    throw wrong(key, "expected a list");
  }

  /**
   * One of several words.
   *
   * @param <E> their type
   * @param key the option
   * @param type the words, which a file has in lower case
   * @param ofNull the word that counts where it is null
   * @param fallback the word that counts where it is absent
   * @return the word
   * @throws IllegalArgumentException if it is another; the message names those that there are
   */
  public <E extends Enum<E>> E choice(String key, Class<E> type, String ofNull, String fallback) {
    return convert(key, v -> Forms.choice(type, v, has(key) ? ofNull : fallback));
  }

  /**
   * One number or a list of them.
   *
   * @param key the option
   * @param fallback what counts where it is absent or null
   * @return its values, one or more
   * @throws IllegalArgumentException if it is neither
   */
  public double[] reals(String key, double... fallback) {
    Object v = get(key);
    if (v == null) {
      return fallback;
    }
    List<Double> all = new ArrayList<>();
    if (!flatten(v, all) || all.isEmpty()) {
      throw wrong(key, "expected a number or a list of numbers");
    }
    return all.stream().mapToDouble(d -> d).toArray();
  }

  /** Lists inside lists, and arrays of NumPy as Keras 3 writes them. */
  private static boolean flatten(@Nullable Object v, List<Double> to) {
    if (v instanceof Number n && Double.isFinite(n.doubleValue())) {
      return to.add(n.doubleValue());
    }
    if (v instanceof Map<?, ?> m
        && "__numpy__".equals(m.get("class_name"))
        && m.get("config") instanceof Map<?, ?> array) {
      return flatten(array.get("value"), to);
    }
    return v instanceof List<?> list && list.stream().allMatch(e -> flatten(e, to));
  }

  /**
   * What {@link #reals} reads.
   *
   * @param values one or more numbers
   * @return a number alone, or a list
   */
  public static Object written(double... values) {
    return values.length == 1 ? (Object) values[0] : Arrays.stream(values).boxed().toList();
  }

  /**
   * Whole numbers as an array.
   *
   * @param values the numbers
   * @return the same
   */
  public static int[] array(List<Integer> values) {
    return values.stream().mapToInt(v -> v).toArray();
  }

  /**
   * A padding.
   *
   * @param key the option
   * @return its value; Keras's default where it is absent or null
   * @throws IllegalArgumentException if there is none of its name
   */
  public Padding padding(String key) {
    return choice(key, Padding.class, "valid", "valid");
  }

  /**
   * A data format.
   *
   * @param key the option
   * @return its value; Keras's default where it is absent or null
   * @throws IllegalArgumentException if there is none of its name
   */
  public DataFormat dataFormat(String key) {
    return choice(key, DataFormat.class, "channels_last", "channels_last");
  }

  /**
   * Whether an option is there, be it null.
   *
   * @param key the option
   * @return false if it is absent
   */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /**
   * A value in a form of its own.
   *
   * @param <T> what it becomes
   * @param key the option
   * @param form reads it, with what this config is read with
   * @return what the form made of the value or of null
   * @throws IllegalArgumentException if the form cannot read it
   */
  public <T> T form(String key, BiFunction<Object, Reading, T> form) {
    return convert(key, v -> form.apply(v, reading));
  }

  private <T> T convert(String key, Function<Object, T> f) {
    try {
      return f.apply(get(key));
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
   *
   * @throws IllegalArgumentException for an option that changes something
   */
  public void finish() {
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
