package convlstm4j.io.checkpoint;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds where two architectures, as JSON, begin to differ. */
final class Difference {
  private static final int MOST_CHARS = 60;

  private Difference() {}

  /** The first difference in words; empty if there is none. */
  static Optional<String> first(Object saved, Object model) {
    return Optional.ofNullable(find("", saved, model));
  }

  private static @Nullable String find(
      String where, @Nullable Object saved, @Nullable Object model) {
    if (saved instanceof Map<?, ?> s && model instanceof Map<?, ?> m) {
      return inMaps(where, s, m);
    }
    if (saved instanceof List<?> s && model instanceof List<?> m) {
      for (int i = 0; i < Math.min(s.size(), m.size()); i++) {
        String found = find(element(where, i, s.get(i), m.get(i)), s.get(i), m.get(i));
        if (found != null) {
          return found;
        }
      }
      return s.size() == m.size() ? null : words(where, s.size() + " items", m.size() + " items");
    }
    boolean same = Objects.equals(saved, model);
    if (saved instanceof Number s && model instanceof Number m) {
      same = s.doubleValue() == m.doubleValue();
    }
    return same ? null : words(where, saved, model);
  }

  private static @Nullable String inMaps(String where, Map<?, ?> saved, Map<?, ?> model) {
    Set<Object> keys = new LinkedHashSet<>(saved.keySet());
    keys.addAll(model.keySet());
    for (Object key : keys) {
      String there = key.equals("config") ? where : (where.isEmpty() ? "" : where + ", ") + key;
      String found =
          saved.containsKey(key) && model.containsKey(key)
              ? find(there, saved.get(key), model.get(key))
              : words(
                  there,
                  saved.containsKey(key) ? saved.get(key) : "nothing",
                  model.containsKey(key) ? model.get(key) : "nothing");
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** A layer is called by its name where both sides agree on it, anything else by its place. */
  private static String element(
      String where, int index, @Nullable Object saved, @Nullable Object model) {
    String name = name(saved);
    return name != null && name.equals(name(model))
        ? "layer \"" + name + "\""
        : where + "[" + index + "]";
  }

  private static @Nullable String name(@Nullable Object layer) {
    if (layer instanceof Map<?, ?> map && map.get("config") instanceof Map<?, ?> config) {
      return config.get("name") instanceof String name ? name : null;
    }
    return null;
  }

  private static String words(String where, @Nullable Object saved, @Nullable Object model) {
    return where + " is " + cut(saved) + " in the checkpoint, " + cut(model) + " in the model";
  }

  private static String cut(@Nullable Object value) {
    String s = value instanceof String text ? "\"" + text + "\"" : String.valueOf(value);
    return s.length() > MOST_CHARS ? s.substring(0, MOST_CHARS) + ".." : s;
  }
}
