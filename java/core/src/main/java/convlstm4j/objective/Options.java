package convlstm4j.objective;

import java.util.List;
import java.util.Map;

/** Options of a loss or metric by Keras's names, all of them and of the right types. */
record Options(Map<String, Object> values) {
  double number(String key) {
    return (double) given(key);
  }

  boolean flag(String key) {
    return (boolean) given(key);
  }

  String text(String key) {
    return (String) given(key);
  }

  private Object given(String key) {
    Object value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("the option " + key + " is missing among " + values);
    }
    return value;
  }

  /** Whole numbers; empty where there is no such option. */
  List<Integer> list(String key) {
    return values.get(key) instanceof List<?> l
        ? l.stream().map(o -> (Integer) o).toList()
        : List.of();
  }
}
