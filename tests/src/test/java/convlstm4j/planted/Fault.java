package convlstm4j.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One fault of {@code tests/gpusim/planted/faults.txt}.
 *
 * @param number from 1
 * @param file in the repository
 * @param tests kinds of op whose contract is tried, {@code frames}, or names of test classes
 * @param context text that is in the file once
 * @param right text that is in the context once
 * @param wrong what takes its place when the fault is active; empty: nothing
 */
record Fault(
    int number, String file, List<String> tests, String context, String right, String wrong) {

  /** All of the file. Blocks of lines are parted by empty lines; {@code #}: a comment. */
  static List<Fault> read(Path list) throws IOException {
    List<Fault> all = new ArrayList<>();
    for (String block : Files.readString(list).split("\n\n+")) {
      List<String> lines = block.lines().filter(l -> !l.startsWith("#")).toList();
      if (!lines.isEmpty()) {
        all.add(parse(all.size() + 1, lines));
      }
    }
    return all;
  }

  private static Fault parse(int number, List<String> lines) {
    List<String> words = List.of(lines.get(0).split(" +"));
    String context = part(lines, "@ ");
    String right = part(lines, "- ");
    String wrong = part(lines, "+ ");
    return new Fault(
        number,
        words.get(0),
        words.subList(1, words.size()),
        context.isEmpty() ? right : context,
        right,
        wrong);
  }

  private static String part(List<String> lines, String mark) {
    return String.join(
        "\n", lines.stream().filter(l -> l.startsWith(mark)).map(l -> l.substring(2)).toList());
  }

  /** Whether the right text is a statement, not an expression. */
  private boolean isStatement() {
    return right.endsWith(";");
  }

  /**
   * Plants it beside what is right: which of the two runs is decided when it runs.
   *
   * @param source text of the file
   * @throws IllegalArgumentException unless it is for this text
   */
  String plant(String source) {
    int at = once(source, context);
    int inside = once(context, right);
    String test = file.endsWith(".java") ? "convlstm4j.planted.Planted.is(" : "PLANTED(";
    String active = test + number + ")";
    String both =
        isStatement()
            ? "if (" + active + ") { " + wrong + " } else { " + right + " }"
            : "(" + active + " ? (" + wrong + ") : (" + right + "))";
    String before = source.substring(0, at + inside);
    return before + both + source.substring(at + inside + right.length());
  }

  private int once(String text, String part) {
    int at = text.indexOf(part);
    if (part.isEmpty() || at < 0 || text.indexOf(part, at + 1) >= 0) {
      throw new IllegalArgumentException(
          this + ": \"" + part + "\" is not there exactly once; mend faults.txt");
    }
    return at;
  }

  @Override
  public String toString() {
    String what = (right + " -> " + wrong).replaceAll("\\s+", " ");
    return number + " " + file.substring(file.lastIndexOf('/') + 1) + ": " + what;
  }
}
