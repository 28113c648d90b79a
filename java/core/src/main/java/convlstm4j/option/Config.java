package convlstm4j.option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Options in the form in which Keras saves them: {@code {"class_name": .., "config": {..}}}.
 *
 * @param className the kind of thing, as Keras names it
 * @param values its options by Keras's names: strings, numbers, booleans, lists, maps, null
 */
public record Config(String className, Map<String, Object> values) {
  /** Characters of a value that a message shows. */
  private static final int SHOWN = 80;

  /**
   * Starts options.
   *
   * @param className the kind of thing
   * @return without options
   */
  public static Config of(String className) {
    return new Config(className, new LinkedHashMap<>());
  }

  /**
   * Reads the saved form.
   *
   * @param map with {@code class_name} and {@code config}
   * @return the options
   * @throws IllegalArgumentException if it has another form
   */
  public static Config of(Map<String, ?> map) {
    if (map.get("class_name") instanceof String name
        && map.get("config") instanceof Map<?, ?> config) {
      return new Config(name, copy(config));
    }
    throw new IllegalArgumentException(
        "expected a map with class_name and config, got " + map.keySet());
  }

  /**
   * Copies a map of which only the content is known.
   *
   * @param map with keys of any type
   * @return a map of the keys' texts
   */
  public static Map<String, Object> copy(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((k, v) -> copy.put(String.valueOf(k), v));
    return copy;
  }

  /**
   * The saved form.
   *
   * @return a map with {@code class_name} and {@code config}
   */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("class_name", className);
    map.put("config", values);
    return map;
  }

  /**
   * Adds an option.
   *
   * @param key its name
   * @param value a string, number, boolean, list, map or null
   * @return this
   */
  public Config with(String key, @Nullable Object value) {
    values.put(key, value);
    return this;
  }

  /**
   * Fails on an option that is not known: silently leaving it out would train differently.
   *
   * @param keys those that are
   * @throws IllegalArgumentException if there are others
   */
  public void allow(Set<String> keys) {
    Set<String> unknown = new TreeSet<>(values.keySet());
    unknown.removeAll(keys);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          className + ": unknown options " + unknown + ", expected some of " + new TreeSet<>(keys));
    }
  }

  /**
   * A number.
   *
   * @param key name of the option
   * @param absent what counts where it is absent or null
   * @return its value
   * @throws IllegalArgumentException if it is not one
   */
  public double number(String key, double absent) {
    Object v = values.get(key);
    if (v == null) {
      return absent;
    }
    if (v instanceof Number n) {
      return n.doubleValue();
    }
    throw wrong(key, v, "a number");
  }

  /**
   * A whole number.
   *
   * @param key name of the option
   * @param absent what counts where it is absent or null
   * @return its value
   * @throws IllegalArgumentException if it is not one
   */
  public long whole(String key, long absent) {
    double v = number(key, (double) absent);
    if (v != Math.rint(v) || Double.isInfinite(v)) {
      throw wrong(key, v, "a whole number");
    }
    return (long) v;
  }

  /**
   * True or false.
   *
   * @param key name of the option
   * @param absent what counts where it is absent or null
   * @return its value
   * @throws IllegalArgumentException if it is not either
   */
  public boolean flag(String key, boolean absent) {
    Object v = values.get(key);
    if (v == null) {
      return absent;
    }
    if (v instanceof Boolean b) {
      return b;
    }
    throw wrong(key, v, "true or false");
  }

  /**
   * A text.
   *
   * @param key name of the option
   * @param absent what counts where it is absent or null
   * @return its value
   * @throws IllegalArgumentException if it is not one
   */
  public String text(String key, String absent) {
    Object v = values.get(key);
    if (v == null) {
      return absent;
    }
    if (v instanceof String s) {
      return s;
    }
    throw wrong(key, v, "a text");
  }

  /**
   * A list of texts.
   *
   * @param key name of the option
   * @return its value
   * @throws IllegalArgumentException if it is not one
   */
  public List<String> texts(String key) {
    Object v = values.get(key);
    List<String> texts = new ArrayList<>();
    for (Object o : v instanceof List<?> list ? list : List.of(0)) {
      if (!(o instanceof String s)) {
        throw wrong(key, v, "a list of texts");
      }
      texts.add(s);
    }
    return texts;
  }

  /**
   * A list of numbers.
   *
   * @param key name of the option
   * @return its value
   * @throws IllegalArgumentException if it is not one
   */
  public List<Number> numbers(String key) {
    Object v = values.get(key);
    List<Number> numbers = new ArrayList<>();
    for (Object o : v instanceof List<?> list ? list : List.of("")) {
      if (!(o instanceof Number n)) {
        throw wrong(key, v, "a list of numbers");
      }
      numbers.add(n);
    }
    return numbers;
  }

  /**
   * A list of whole numbers of any size.
   *
   * @param key name of the option
   * @return its value
   * @throws IllegalArgumentException if it is not one, or a number is beyond a long
   */
  public List<Long> longs(String key) {
    List<Long> all = new ArrayList<>();
    for (Number n : numbers(key)) {
      double v = n.doubleValue();
      boolean exact = n instanceof Long || n instanceof Integer;
      if (!exact && (v != Math.rint(v) || Math.abs(v) >= 0x1p63)) {
        throw wrong(key, values.get(key), "a list of whole numbers");
      }
      all.add(n.longValue());
    }
    return all;
  }

  /**
   * A list of whole numbers.
   *
   * @param key name of the option
   * @return its value
   * @throws IllegalArgumentException if it is not one
   */
  public List<Integer> wholes(String key) {
    List<Integer> all = new ArrayList<>();
    for (Number n : numbers(key)) {
      if (n.intValue() != n.doubleValue()) {
        throw wrong(key, values.get(key), "a list of whole numbers");
      }
      all.add(n.intValue());
    }
    return all;
  }

  /**
   * A value for a message, cut where it is long: it may come from a file and be as long as that.
   *
   * @param value anything
   * @return at most so many characters that a message stays a line
   */
  public static String shown(@Nullable Object value) {
    String text = String.valueOf(value);
    return text.length() > SHOWN ? text.substring(0, SHOWN) + ".." : text;
  }

  /**
   * Says what is wrong with an option.
   *
   * @param key its name
   * @param value what came
   * @param expected what should have come
   * @return to be thrown
   */
  public IllegalArgumentException wrong(String key, @Nullable Object value, String expected) {
    return new IllegalArgumentException(
        className + ": " + key + "=" + shown(value) + ", expected " + expected);
  }
}
