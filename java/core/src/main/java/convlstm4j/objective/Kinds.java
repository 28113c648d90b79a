package convlstm4j.objective;

import convlstm4j.option.Config;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;

/**
 * Losses or metrics of Keras by the names of their classes and functions, with their options and
 * defaults. An option's type is that of its default.
 *
 * @param <F> what makes one of its options
 */
final class Kinds<F> {
  /** An option that has no default. */
  enum Missing {
    NUMBER
  }

  /**
   * What an option may be beside what its type says.
   *
   * @param whole whether a number has no fraction
   * @param right of a number
   * @param words of a text
   * @param expected in words
   */
  private record Rule(boolean whole, DoublePredicate right, Set<String> words, String expected) {
    boolean allows(Object value) {
      if (value instanceof List<?> list) {
        return list.stream().allMatch(n -> right.test((Integer) n));
      }
      return value instanceof Double d
          ? right.test(d)
          : !(value instanceof String s) || words.contains(s);
    }
  }

  private record Kind<F>(String name, Map<String, Object> options, F make) {}

  private final String what;
  private final Map<String, Kind<F>> kinds = new LinkedHashMap<>();
  private final Map<String, Rule> rules = new LinkedHashMap<>();

  /**
   * None yet.
   *
   * @param what they are, for messages: {@code metric}
   */
  Kinds(String what) {
    this.what = what;
  }

  /** Options and their defaults, one after the other. */
  static Map<String, Object> options(Object... keysAndDefaults) {
    Map<String, Object> options = new LinkedHashMap<>();
    for (int i = 0; i < keysAndDefaults.length; i += 2) {
      options.put((String) keysAndDefaults[i], keysAndDefaults[i + 1]);
    }
    return options;
  }

  void add(String kind, String name, Map<String, Object> options, F make) {
    kinds.put(kind, new Kind<>(name, options, make));
  }

  /** Says what some options may be. */
  void number(DoublePredicate right, String expected, String... keys) {
    for (String key : keys) {
      rules.put(key, new Rule(false, right, Set.of(), expected));
    }
  }

  /** Says of some options that they are whole numbers in a range. */
  void whole(double least, double most, String expected, String... keys) {
    for (String key : keys) {
      rules.put(key, new Rule(true, d -> d >= least && d <= most, Set.of(), expected));
    }
  }

  /** Says which texts an option may be. */
  void words(String key, String expected, String... words) {
    rules.put(key, new Rule(false, d -> true, Set.of(words), expected));
  }

  /** Names of the functions of those that need no option. */
  List<String> names() {
    return kinds.values().stream()
        .filter(k -> !k.options().containsValue(Missing.NUMBER))
        .map(Kind::name)
        .toList();
  }

  /** Names of the classes. */
  Set<String> classes() {
    return kinds.keySet();
  }

  String name(String className) {
    return kind(className).name();
  }

  F make(String className) {
    return kind(className).make();
  }

  private Kind<F> kind(String className) {
    Kind<F> kind = kinds.get(className);
    if (kind == null) {
      throw new IllegalArgumentException(
          what + " " + className + " is not known; there are " + String.join(", ", kinds.keySet()));
    }
    return kind;
  }

  /** Name of the class; empty if there is none whose function has that name. */
  Optional<String> className(String name) {
    return kinds.entrySet().stream()
        .filter(e -> e.getValue().name().equals(name))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /**
   * All options of one.
   *
   * @param config of one of {@link #classes()}
   */
  Map<String, Object> options(Config config) {
    Map<String, Object> defaults = kind(config.className()).options();
    Set<String> keys = new HashSet<>(defaults.keySet());
    keys.add("name");
    config.allow(keys);
    Map<String, Object> options = new LinkedHashMap<>();
    defaults.forEach((key, absent) -> options.put(key, read(config, key, absent)));
    return options;
  }

  private Object read(Config config, String key, Object absent) {
    Object given = config.values().get(key);
    if (given instanceof List<?> one && one.size() == 1 && absent instanceof Double) {
      if (one.get(0) == null) {
        throw config.wrong(key, given, "a number");
      }
      return read(new Config(config.className(), Map.of(key, one.get(0))), key, absent);
    }
    Rule rule = rules.get(key);
    if (given == null) {
      if (absent == Missing.NUMBER) {
        throw new IllegalArgumentException(
            what + " " + config.className() + " needs " + key + ", which has no default");
      }
      if (absent instanceof String && config.values().containsKey(key)) {
        String words = Objects.requireNonNull(rule, key).expected();
        throw config.wrong(key, null, words + ": here it is one number, not a list");
      }
      return absent;
    }
    Object value = value(config, key, absent, rule != null && rule.whole());
    if (rule != null && !rule.allows(value)) {
      throw config.wrong(key, value, rule.expected());
    }
    return value;
  }

  private static Object value(Config config, String key, Object absent, boolean whole) {
    if (absent instanceof Boolean b) {
      return config.flag(key, b);
    }
    if (absent instanceof String s) {
      return config.text(key, s);
    }
    if (absent instanceof List) {
      return config.values().get(key) instanceof Number one
          ? new Config(config.className(), Map.of(key, List.of(one))).wholes(key)
          : config.wholes(key);
    }
    return whole ? (double) config.whole(key, 0) : config.number(key, 0);
  }
}
