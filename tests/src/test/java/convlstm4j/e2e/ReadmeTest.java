package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.model.Model;
import convlstm4j.option.Activation;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README.md shows is what works. */
class ReadmeTest {
  private static final Path README =
      Path.of(System.getProperty("convlstm4j.root", ".."), "README.md");

  @Test
  void theModelInJavaCompilesAndPredicts(@TempDir Path dir) throws Exception {
    List<String> blocks = blocks(Files.readString(README), "java");
    assertEquals(1, blocks.size(), "java blocks in README.md");
    Path source = dir.resolve("Trailers.java");
    Files.writeString(source, blocks.get(0));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    int exit =
        compiler.run(
            null,
            null,
            null,
            "-d",
            dir.toString(),
            "-cp",
            System.getProperty("java.class.path"),
            source.toString());
    assertEquals(0, exit, "javac");
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {dir.toUri().toURL()}, Activation.class.getClassLoader())) {
      Class<?> trailers = loader.loadClass("Trailers");
      Method article =
          trailers.getDeclaredMethod("article", int.class, int.class, int.class, int.class);
      article.setAccessible(true);
      try (Model model = (Model) article.invoke(null, 5, 16, 20, 2)) {
        List<Tensor> scores = model.predict(Tensor.zeros(DType.FLOAT32, Shape.of(1, 5, 3, 16, 20)));
        assertEquals(6, scores.size());
        for (Tensor t : scores) {
          assertEquals(Shape.of(1, 5, 1), t.shape());
          assertTrue(t.isFinite());
        }
      }
    }
  }

  @Test
  void theModelTakesUnderFortyLines() throws Exception {
    String java = blocks(Files.readString(README), "java").get(0);
    int from = java.indexOf("static final List<String> GENRES");
    int to = java.indexOf("public static void main");
    assertTrue(from > 0 && to > from);
    assertTrue(java.substring(from, to).lines().filter(l -> !l.isBlank()).count() < 40);
  }

  /** A user's words are in two packages. */
  @Test
  void examplesImportFromTwoPackages() throws Exception {
    for (Path file : List.of(README, README.resolveSibling("docs/from-keras.md"))) {
      for (String java : blocks(Files.readString(file), "java")) {
        Set<String> packages =
            Pattern.compile("^import (?:static )?convlstm4j\\.([a-z.]+)\\.", Pattern.MULTILINE)
                .matcher(java)
                .results()
                .map(r -> r.group(1))
                .collect(Collectors.toSet());
        assertTrue(Set.of("layer", "model").containsAll(packages), () -> file + ": " + packages);
      }
    }
  }

  @Test
  void quickStartHasExactlyTwoCommands() throws Exception {
    String readme = Files.readString(README);
    String quickStart = readme.substring(readme.indexOf("## Quick start"));
    quickStart = quickStart.substring(0, quickStart.indexOf("\n## "));
    assertEquals(List.of("./convlstm4j demo", "mvn -B verify"), blocks(quickStart, "sh"));
  }

  private static List<String> blocks(String markdown, String language) {
    Matcher m =
        Pattern.compile("^```" + language + "\\n(.*?)\\n```$", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(markdown);
    return m.results().map(r -> r.group(1)).toList();
  }
}
