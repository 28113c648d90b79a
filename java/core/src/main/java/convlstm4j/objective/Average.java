package convlstm4j.objective;

import convlstm4j.option.Config;

/** How a score per class becomes one number. */
public enum Average {
  /** The score of the counts of all classes together. */
  MICRO,
  /** The mean of the classes' scores; a class that never occurs counts with 0, as in Keras. */
  MACRO;

  static Average of(Config config) {
    if (config.values().containsKey("average") && config.values().get("average") == null) {
      throw config.wrong("average", null, "micro or macro: here it is one number, not a list");
    }
    return switch (config.text("average", "micro")) {
      case "micro" -> MICRO;
      case "macro" -> MACRO;
      default -> throw config.wrong("average", config.values().get("average"), "micro or macro");
    };
  }
}
