package convlstm4j.backend.cuda;

import convlstm4j.option.Activation;
import convlstm4j.option.Activation.Kind;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The element-wise functions of cuda/include/functions.h: their names and numbers. */
final class Functions {
  /** In the order of their numbers, CONVLSTM4J_FUNCTIONS. */
  static final List<Kind> ALL =
      Stream.of(Kind.values()).filter(kind -> kind != Kind.SOFTMAX).toList();

  private Functions() {}

  /** The name that kernels have it by. */
  static String name(Activation a) {
    return a.kind().name().toLowerCase(Locale.ROOT);
  }

  /** The number that kernels choose it by. */
  static int number(Activation a) {
    int number = ALL.indexOf(a.kind());
    if (number < 0) {
      throw new IllegalArgumentException(a + " is not element by element");
    }
    return number;
  }
}
