package convlstm4j.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every package of the library and of the command line says {@code @NullMarked}: NullAway checks
 * them all, and a user's own tools read it there (docs/adr/0067).
 */
class NullMarkedTest {
  private static final Path ROOT = Path.of(System.getProperty("convlstm4j.root", ".."));

  @Test
  void everyPackageIsMarked() throws IOException {
    Set<Path> packages = packages(ROOT.resolve("java"));
    assertTrue(packages.size() > 25, "saw only " + packages);
    assertEquals(List.of(), unmarked(packages));
  }

  @Test
  void seesOneThatIsNot(@TempDir Path dir) throws IOException {
    for (String name : List.of("marked", "unmarked", "bare")) {
      Path folder = Files.createDirectories(dir.resolve("m/src/main/java").resolve(name));
      Files.writeString(folder.resolve("A.java"), "class A {}");
      if (!name.equals("bare")) {
        String mark = name.equals("marked") ? "@NullMarked\n" : "/** As @NullMarked as any. */\n";
        Files.writeString(folder.resolve("package-info.java"), mark + "package " + name + ";\n");
      }
    }
    Path test = Files.createDirectories(dir.resolve("m/src/test/java/other"));
    Files.writeString(test.resolve("A.java"), "class A {}");
    Path root = dir.resolve("m/src/main/java");
    assertEquals(List.of(root.resolve("bare"), root.resolve("unmarked")), unmarked(packages(dir)));
  }

  /** Folders of main sources. */
  private static Set<Path> packages(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(p -> p.toString().endsWith(".java"))
          .filter(p -> root.relativize(p).toString().matches("[^/]+/src/main/java/.*"))
          .filter(p -> !p.endsWith("module-info.java"))
          .map(Path::getParent)
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static List<Path> unmarked(Set<Path> packages) throws IOException {
    Set<Path> found = new TreeSet<>();
    for (Path p : packages) {
      Path info = p.resolve("package-info.java");
      if (!Files.exists(info) || Files.readString(info).lines().noneMatch("@NullMarked"::equals)) {
        found.add(p);
      }
    }
    return List.copyOf(found);
  }
}
