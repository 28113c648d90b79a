package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Named;

/**
 * A wrong call.
 *
 * @param spoiler what is done to a good folder {@code data} before
 * @param args the call, its files being in the folder of the test
 * @param words what the message must have
 */
record WrongCall(Spoiler spoiler, String args, List<String> words) {
  private static final List<String> BEFORE_FILES =
      List.of(
          "--data",
          "--output",
          "--model",
          "--input",
          "--log",
          "summary",
          "--x",
          "--y",
          "--best",
          "--sample-weight",
          "--validation-x",
          "--validation-y");

  /** Spoils a good folder {@code data}. */
  interface Spoiler {
    void spoil(Path data) throws IOException;
  }

  static Named<WrongCall> spoilt(String name, Spoiler spoiler, String args, String... words) {
    return Named.of(name, new WrongCall(spoiler, args, List.of(words)));
  }

  static Named<WrongCall> call(String args, String... words) {
    return spoilt(args.isBlank() ? "(nothing)" : args, data -> {}, args, words);
  }

  /** Fails unless the call says in one line what is wrong and leaves every file as it was. */
  void check(Path dir) throws IOException {
    spoiler.spoil(dir.resolve("data"));
    Map<String, Integer> before = Cli.contents(dir);
    Cli cli = Cli.run((Object[]) inDir(dir, args));
    assertEquals(2, cli.code(), cli::toString);
    assertEquals(1, cli.errLines().size(), cli::toString);
    String line = cli.err().replace(dir + "/", "").strip();
    assertTrue(line.startsWith("convlstm4j: "), line);
    assertFalse(line.contains("unexpected ") || line.contains("Exception"), line);
    assertAll(words.stream().map(w -> () -> assertTrue(line.contains(w), line + "\n lacks " + w)));
    assertEquals("", cli.out());
    assertEquals(before, Cli.contents(dir), "files changed");
  }

  /** The words of a call, with the files in the folder of the test. */
  static String[] inDir(Path dir, String args) {
    List<String> words = new ArrayList<>();
    String last = "";
    for (String word : args.split(" ")) {
      int name = word.indexOf('=') + 1; // NAME=FILE
      words.add(
          BEFORE_FILES.contains(last)
              ? word.substring(0, name) + dir.resolve(word.substring(name))
              : word);
      last = word;
    }
    return words.toArray(String[]::new);
  }
}
