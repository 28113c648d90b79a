package convlstm4j.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every decision in docs/adr has a number, a status with its date, and a line in the list. */
class DecisionsTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("convlstm4j.root", ".."), "docs", "adr");

  private static final Pattern STATUS =
      Pattern.compile("\\*\\*Status\\.\\*\\* (Accepted|Replaced), 20\\d\\d-\\d\\d-\\d\\d[.;,] ?.*");

  @Test
  void everyDecisionHasAStatusAndIsListed() throws IOException {
    String list = Files.readString(FOLDER.resolve("README.md"));
    List<String> faults = new ArrayList<>();
    int count = 0;
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.equals("README.md")) {
          continue;
        }
        count++;
        List<String> lines = Files.readAllLines(file);
        if (!lines.get(0).startsWith("# " + name.substring(0, 4) + " ")) {
          faults.add(name + ": the first line must be its number and title");
        }
        if (lines.size() < 3 || !STATUS.matcher(lines.get(2)).matches()) {
          faults.add(name + ": the third line must be **Status.** Accepted, and a date");
        }
        if (!list.contains("| [" + name.substring(0, 4) + "](" + name + ") |")) {
          faults.add(name + ": not in README.md");
        }
      }
    }
    assertEquals(List.of(), faults);
    assertTrue(count > 30, "decisions: " + count);
  }
}
