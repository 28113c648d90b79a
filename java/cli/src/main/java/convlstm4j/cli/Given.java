package convlstm4j.cli;

import java.util.ArrayList;
import java.util.List;

/** Which of some options were given, by name, for messages. */
final class Given {
  private final List<String> names = new ArrayList<>();

  private Given() {}

  static Given of(String option, boolean given) {
    return new Given().and(option, given);
  }

  Given and(String option, boolean given) {
    if (given) {
      names.add(option);
    }
    return this;
  }

  List<String> names() {
    return names;
  }
}
