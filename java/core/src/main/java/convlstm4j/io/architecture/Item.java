package convlstm4j.io.architecture;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value in a JSON document and its place there: typed access that fails naming the place.
 *
 * @param place such as {@code config.layers[2]}; empty for the whole document
 * @param value map, list, string, number, boolean or null
 */
record Item(String place, @Nullable Object value) {
  static Item root(@Nullable Object value) {
    return new Item("", value);
  }

  boolean isNull() {
    return value == null;
  }

  boolean isList() {
    return value instanceof List<?>;
  }

  boolean isMap() {
    return value instanceof Map<?, ?>;
  }

  boolean isString() {
    return value instanceof String;
  }

  /** An entry of a map; an item of null if it is absent. */
  Item get(String key) {
    return new Item(place.isEmpty() ? key : place + "." + key, map().get(key));
  }

  Map<?, ?> map() {
    if (value instanceof Map<?, ?> m) {
      return m;
    }
    throw wrong("an object {..}");
  }

  /** A map of options. */
  @SuppressWarnings("unchecked") // JSON objects have string keys
  Map<String, Object> options() {
    return (Map<String, Object>) map();
  }

  List<Item> list() {
    if (value instanceof Collection<?> l) {
      List<Item> items = new ArrayList<>();
      for (Object o : l) {
        items.add(new Item(place + "[" + items.size() + "]", o));
      }
      return items;
    }
    throw wrong("a list [..]");
  }

  String string() {
    if (value instanceof String s) {
      return s;
    }
    throw wrong("a string");
  }

  int index() {
    if (value instanceof Integer i && i >= 0) {
      return i;
    }
    throw wrong("a whole number >= 0");
  }

  ArchitectureException wrong(String expected) {
    String shown = String.valueOf(value);
    return error(
        "got "
            + (shown.length() > 80 ? shown.substring(0, 80) + ".." : shown)
            + ", expected "
            + expected);
  }

  ArchitectureException error(String problem) {
    return new ArchitectureException(at() + problem);
  }

  ArchitectureException error(RuntimeException cause) {
    return new ArchitectureException(at() + cause.getMessage(), cause);
  }

  private String at() {
    return "model JSON" + (place.isEmpty() ? ": " : ", " + place + ": ");
  }
}
