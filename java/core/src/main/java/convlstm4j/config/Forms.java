package convlstm4j.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the forms of Keras's configs share; reading them fails with what is wrong. */
public final class Forms {
  private Forms() {}

  /**
   * An object as Keras 2 and 3 both read it.
   *
   * @param className its class
   * @param options names and values in turn
   * @return {@code {"class_name": .., "config": {..}}}
   */
  public static Map<String, Object> object(String className, @Nullable Object... options) {
    Map<String, Object> config = new LinkedHashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      config.put((String) options[i], options[i + 1]);
    }
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("class_name", className);
    form.put("config", config);
    return form;
  }

  /**
   * One of several words.
   *
   * @param <E> their type
   * @param type the words, which a file has in lower case
   * @param value what the file has
   * @param fallback what counts for null
   * @return the word
   * @throws IllegalArgumentException if it is another; the message names those that there are
   */
  public static <E extends Enum<E>> E choice(
      Class<E> type, @Nullable Object value, String fallback) {
    String name = value == null ? fallback : value.toString();
    for (E e : type.getEnumConstants()) {
      if (e.name().toLowerCase(Locale.ROOT).equals(name)) {
        return e;
      }
    }
    throw new IllegalArgumentException(
        "expected one of " + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT));
  }
}
