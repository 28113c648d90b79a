package convlstm4j.io.keras;

import java.util.ArrayList;
import java.util.Arrays;
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

  /** The group of a name, which may be a path like {@code block/conv}, made if there is none. */
  Group make(String name) {
    Group g = this;
    for (String n : steps(name)) {
      String from = g.path;
      g = g.groups.computeIfAbsent(n, x -> new Group(from.isEmpty() ? x : from + "/" + x));
    }
    return g;
  }

  /** The names along a path; as in HDF5, empty ones and {@code .} lead nowhere else. */
  private static List<String> steps(String path) {
    return Arrays.stream(path.split("/", -1)).filter(n -> !n.isEmpty() && !n.equals(".")).toList();
  }

  /** The group of a path below this one, made with all above it. */
  Group makeAll(List<String> names) {
    Group g = this;
    for (String n : names) {
      g = g.make(n);
    }
    return g;
  }

  /** The group of a name, which may be a path. */
  Optional<Group> group(String name) {
    Group g = this;
    for (String n : steps(name)) {
      g = g.groups.get(n);
      if (g == null) {
        return Optional.empty();
      }
    }
    return Optional.of(g);
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
    int slash = below.lastIndexOf('/');
    return group(below.substring(0, slash + 1)).map(g -> g.arrays.get(below.substring(slash + 1)));
  }

  /** Whether there is an array in it or below it. */
  boolean hasArrays() {
    return !arrays.isEmpty() || groups.values().stream().anyMatch(Group::hasArrays);
  }
}
