package convlstm4j.bench.run;

import java.util.List;
import java.util.Map;

/**
 * A library that may take part.
 *
 * @param name in options and tables
 * @param command starts its process
 * @param environment added to this process's own
 * @param absence why it cannot be had; empty if it can
 */
record Contender(
    String name, List<String> command, Map<String, String> environment, String absence) {
  static Contender absent(String name, String why) {
    return new Contender(name, List.of(), Map.of(), why);
  }
}
