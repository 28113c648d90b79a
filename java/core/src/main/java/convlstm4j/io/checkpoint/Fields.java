package convlstm4j.io.checkpoint;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checked access to a JSON object of a checkpoint's header.
 *
 * @param file the checkpoint, for messages
 * @param where which object, for messages
 * @param values its fields: texts, Longs, Doubles, null, lists of Longs
 */
record Fields(String file, String where, Map<String, Object> values) {

  void check(String key, String expected) {
    if (values.get(key) == null) {
      throw wrong(key, expected);
    }
  }

  String text(String key) {
    if (values.get(key) instanceof String s) {
      return s;
    }
    throw wrong(key, "a text");
  }

  /** A text, or null for null. */
  @Nullable String textOrNull(String key) {
    return isNull(key) ? null : text(key);
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  private boolean isNull(String key) {
    return values.containsKey(key) && values.get(key) == null;
  }

  long whole(String key, long least, long most) {
    if (values.get(key) instanceof Long n && n >= least && n <= most) {
      return n;
    }
    throw wrong(key, "a whole number, " + least + " to " + most);
  }

  /** A number, or NaN for null. */
  double numberOrNull(String key) {
    if (isNull(key)) {
      return Double.NaN;
    }
    if (values.get(key) instanceof Number n && Double.isFinite(n.doubleValue())) {
      return n.doubleValue();
    }
    throw wrong(key, "a finite number or null");
  }

  Shape shape(String key) {
    if (values.get(key) instanceof List<?> list) {
      return Shape.of(list.stream().mapToLong(n -> (Long) n).toArray());
    }
    throw wrong(key, "a list of sizes");
  }

  /** One of some constants, written in lower case. */
  <E extends Enum<E>> E constant(String key, Class<E> type) {
    String text = text(key);
    List<String> all = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String name = constant.name().toLowerCase(Locale.ROOT);
      if (name.equals(text)) {
        return constant;
      }
      all.add(name);
    }
    throw wrong(key, "one of " + all);
  }

  private CheckpointException wrong(String key, String expected) {
    Object value = values.get(key);
    String came = value instanceof List ? "is a list" : "is " + value;
    if (!values.containsKey(key)) {
      came = "is missing";
    } else if (came.length() > 40) {
      came = came.substring(0, 40) + "..";
    }
    return new CheckpointException(
        file, "damaged header, " + where + ": \"" + key + "\" " + came + ", expected " + expected);
  }
}
