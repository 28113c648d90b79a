package convlstm4j.io.keras;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A group of an HDF5 file, as far as Keras uses them: attributes that are texts or lists of texts,
 * groups and arrays by name. What is read and what is written.
 */
final class Group {
  private final String path;
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, List<String>> lists = new LinkedHashMap<>();
  private final Map<String, Group> groups = new TreeMap<>();
  private final Map<String, Data> arrays = new TreeMap<>();

  /** The root. */
  Group() {
    this("");
  }

  private Group(String path) {
    this.path = path;
  }

  /** Path from the root; empty for the root itself. */
  String path() {
    return path;
  }

  /** Attributes that are one text. */
  Map<String, String> texts() {
    return texts;
  }

  /** Attributes that are lists of texts. */
  Map<String, List<String>> lists() {
    return lists;
  }

  /** By name, sorted. */
  Map<String, Group> groups() {
    return groups;
  }

  /** By name, sorted. */
  Map<String, Data> arrays() {
    return arrays;
  }

  /** The group of a name, made if there is none. */
  Group make(String name) {
    return groups.computeIfAbsent(name, n -> new Group(path.isEmpty() ? n : path + "/" + n));
  }

  /** The group of a path below this one, made with all above it. */
  Group makeAll(List<String> names) {
    Group g = this;
    for (String n : names) {
      g = g.make(n);
    }
    return g;
  }

  Optional<Group> group(String name) {
    return Optional.ofNullable(groups.get(name));
  }

  /** An attribute that is one text. */
  Optional<String> text(String name) {
    return Optional.ofNullable(texts.get(name));
  }

  /**
   * An attribute that is a list of texts, which Keras splits into {@code name0, name1, ..} where it
   * is too long for one.
   */
  Optional<List<String>> list(String name) {
    if (lists.containsKey(name)) {
      return Optional.of(lists.get(name));
    }
    if (!lists.containsKey(name + "0")) {
      return Optional.empty();
    }
    List<String> all = new ArrayList<>();
    for (int i = 0; lists.containsKey(name + i); i++) {
      all.addAll(lists.get(name + i));
    }
    return Optional.of(all);
  }

  /** The array at a path like {@code conv_lstm2d/kernel:0} below this group. */
  Optional<Data> array(String below) {
    Group g = this;
    String rest = below;
    for (int slash = rest.indexOf('/'); slash >= 0; slash = rest.indexOf('/')) {
      g = g.groups.get(rest.substring(0, slash));
      if (g == null) {
        return Optional.empty();
      }
      rest = rest.substring(slash + 1);
    }
    return Optional.ofNullable(g.arrays.get(rest));
  }

  /** Whether there is an array in it or below it. */
  boolean hasArrays() {
    return !arrays.isEmpty() || groups.values().stream().anyMatch(Group::hasArrays);
  }
}
