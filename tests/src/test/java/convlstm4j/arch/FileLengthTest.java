package convlstm4j.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No source file is longer than 800 lines; aim at 400. */
class FileLengthTest {
  private static final int MOST_LINES = 800;
  private static final Set<String> SUFFIXES = Set.of("java", "cu", "cc", "h", "py", "js");
  private static final Set<String> NOT_OURS = Set.of("target", "build", "node_modules", "shared");

  @Test
  void sourcesAreShort() throws IOException {
    List<Path> sources = sources(Path.of(System.getProperty("convlstm4j.root", "..")));
    assertTrue(sources.size() > 10, "saw only " + sources);
    assertEquals(List.of(), tooLong(sources));
  }

  @Test
  void refusesLongFile(@TempDir Path dir) throws IOException {
    Files.writeString(dir.resolve("Long.java"), "\n".repeat(MOST_LINES + 1));
    Files.writeString(dir.resolve("Longest.java"), "\n".repeat(MOST_LINES));
    assertEquals(1, tooLong(sources(dir)).size());
  }

  private static List<String> tooLong(List<Path> sources) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path source : sources) {
      try (Stream<String> lines = Files.lines(source)) {
        long count = lines.count();
        if (count > MOST_LINES) {
          found.add(source + " has " + count + " lines, at most " + MOST_LINES);
        }
      }
    }
    return found;
  }

  private static List<Path> sources(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    Path start = root.toAbsolutePath().normalize();
    Files.walkFileTree(
        start,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            String name = dir.getFileName().toString();
            boolean skip = !dir.equals(start) && (name.startsWith(".") || NOT_OURS.contains(name));
            return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = file.getFileName().toString();
            if (SUFFIXES.contains(name.substring(name.lastIndexOf('.') + 1))) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }
}
