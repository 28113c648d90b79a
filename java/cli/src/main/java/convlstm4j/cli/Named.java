package convlstm4j.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Options given once, or once for each input or output as {@code NAME=VALUE}. */
final class Named {
  private Named() {}

  /**
   * Sorts values by the names that there are. What stands before a {@code =} is a name if it is one
   * of them, else a part of the value, as in a file's name.
   *
   * @param option what the user gave them with, as {@code --input}
   * @param words as given
   * @param what what the names are of, as {@code input}
   * @param names the model's
   * @return values by name, in the names' order; names without one are absent
   * @throws IllegalArgumentException if a value belongs to no name or a name has two
   */
  static Map<String, String> sort(
      String option, List<String> words, String what, List<String> names) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      String name = equals > 0 ? word.substring(0, equals) : "";
      boolean named = names.contains(name);
      if (!named && names.size() > 1) {
        throw new IllegalArgumentException(
            option
                + " "
                + word
                + ": "
                + (equals > 0 ? "\"" + name + "\" is no " + what + "; " : "")
                + "the model has the "
                + what
                + "s "
                + names
                + ", so write "
                + option
                + " NAME="
                + (equals > 0 ? word.substring(equals + 1) : word));
      }
      String key = named ? name : names.get(0);
      if (found.put(key, named ? word.substring(equals + 1) : word) != null) {
        throw new IllegalArgumentException(
            option + ": given twice for the " + what + " \"" + key + "\"");
      }
    }
    Map<String, String> ordered = new LinkedHashMap<>();
    names.stream().filter(found::containsKey).forEach(n -> ordered.put(n, found.get(n)));
    return ordered;
  }

  /**
   * Like {@link #sort}, but a value without a name is that of every name without one of its own.
   *
   * @param isValue tells a value that has a {@code =} in it from a name that there is not
   */
  static Map<String, String> sortOrAll(
      String option,
      List<String> words,
      String what,
      List<String> names,
      Predicate<String> isValue) {
    List<String> own = new ArrayList<>();
    String all = null;
    for (String word : words) {
      int equals = word.indexOf('=');
      boolean named = equals > 0 && names.contains(word.substring(0, equals));
      if (named || (equals > 0 && names.size() > 1 && !isValue.test(word))) {
        own.add(word);
      } else if (all != null) {
        throw new IllegalArgumentException(
            option + ": given twice without a name; write " + option + " NAME=" + word);
      } else {
        all = word;
      }
    }
    Map<String, String> found = own.isEmpty() ? Map.of() : sort(option, own, what, names);
    Map<String, String> ordered = new LinkedHashMap<>();
    for (String name : names) {
      if (found.containsKey(name) || all != null) {
        ordered.put(name, found.getOrDefault(name, all));
      }
    }
    return ordered;
  }

  /** Like {@link #sort}, with a value for every name. */
  static List<String> all(String option, List<String> words, String what, List<String> names) {
    Map<String, String> sorted = sort(option, words, what, names);
    for (String name : names) {
      if (!sorted.containsKey(name)) {
        throw new IllegalArgumentException(
            option
                + " is missing for the "
                + what
                + " \""
                + name
                + "\"; the model has the "
                + what
                + "s "
                + names);
      }
    }
    return new ArrayList<>(sorted.values());
  }
}
