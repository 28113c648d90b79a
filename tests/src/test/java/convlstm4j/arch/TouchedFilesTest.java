package convlstm4j.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of docs/adr/0069: which files name one activation, layer, loss, optimiser and cell. */
class TouchedFilesTest {
  private static final Path ROOT = Path.of(System.getProperty("convlstm4j.root", ".."));
  private static final Path TABLE = ROOT.resolve("docs/adr/0069-what-a-new-part-touches.md");
  private static final int ROWS = 6;
  private static final int MOST = 12;

  @Test
  void theTableNamesAllFilesThatAnExampleIsIn() throws IOException {
    Map<String, String> sources = sources();
    Map<String, Set<String>> told = new TreeMap<>();
    Map<String, Set<String>> found = new TreeMap<>();
    for (String line : Files.readAllLines(TABLE)) {
      // | what | `word`, `word` | number | `File`, `File` |
      String[] cells = line.split("\\|");
      if (cells.length != 5 || !cells[2].contains("`")) {
        continue;
      }
      Set<String> words = inBackticks(cells[2]);
      Set<String> files = inBackticks(cells[4]);
      assertEquals(Integer.parseInt(cells[3].strip()), files.size(), line);
      assertTrue(files.size() <= MOST, line);
      Pattern named =
          Pattern.compile(
              "\\b("
                  + words.stream().map(Pattern::quote).collect(Collectors.joining("|"))
                  + ")\\b");
      told.put(words.toString(), files);
      found.put(
          words.toString(),
          sources.entrySet().stream()
              .filter(s -> named.matcher(s.getValue()).find())
              .map(Map.Entry::getKey)
              .collect(Collectors.toCollection(TreeSet::new)));
    }
    assertEquals(ROWS, told.size());
    assertEquals(found, told);
  }

  private static Set<String> inBackticks(String cell) {
    return Arrays.stream(cell.split("`"))
        .filter(part -> part.matches("[\\w./]+"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Texts of all sources by the names of their files, those of Java without the ending. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> all = new TreeMap<>();
    for (String folder : List.of("java", "cpu", "cuda")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        for (Path p : files.filter(TouchedFilesTest::isSource).toList()) {
          String name = p.getFileName().toString();
          String text = new String(Files.readAllBytes(p), StandardCharsets.UTF_8);
          all.merge(name.replaceAll("\\.java$", ""), text, String::concat);
        }
      }
    }
    return all;
  }

  private static boolean isSource(Path p) {
    String path = p.toString();
    return Files.isRegularFile(p)
        && !path.contains("/target/")
        && (path.contains("/src/main/java/")
            || path.matches(".*/(cpu|cuda)/(include|kernels|jni)/[^/]+"));
  }
}
