package convlstm4j.objective;

import java.util.List;
import java.util.Map;

/** Options of a loss or metric by Keras's names, all of them and of the right types. */
record Options(Map<String, Object> values) {
  double number(String key) {
    return (double) values.get(key);
  }

  boolean flag(String key) {
    return (boolean) values.get(key);
  }

  String text(String key) {
    return (String) values.get(key);
  }

  /** Whole numbers; empty where there is no such option. */
  List<Integer> list(String key) {
    return values.get(key) instanceof List<?> l
        ? l.stream().map(o -> (Integer) o).toList()
        : List.of();
  }
}
