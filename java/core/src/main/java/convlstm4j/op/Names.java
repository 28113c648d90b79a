package convlstm4j.op;

import java.util.List;
import java.util.stream.IntStream;

/** Names of operands that come in numbers. */
final class Names {
  private Names() {}

  /** The prefix with 0 to {@code count - 1} after it. */
  static List<String> numbered(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
  }
}
