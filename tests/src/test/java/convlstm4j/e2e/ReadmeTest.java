package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.model.Model;
import convlstm4j.option.Activation;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README.md and the pages that it leads to show is what works. */
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("convlstm4j.root", ".."));
  private static final Path README = ROOT.resolve("README.md");
  private static final Path ARTICLE = ROOT.resolve("docs/article.md");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");

  @Test
  void theModelInJavaCompilesAndPredicts(@TempDir Path dir) throws Exception {
    compile(ARTICLE, "Trailers", dir);
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
  void theFirstProgramLearns(@TempDir Path dir) throws Exception {
    compile(README, "NextFrame", dir);
    List<String> command = new ArrayList<>(Cli.java());
    command.add("-cp");
    command.add(dir + File.pathSeparator + System.getProperty("java.class.path"));
    command.add("NextFrame");
    Process process = new ProcessBuilder(command).redirectError(dir.resolve("e").toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> out);
    // Nothing but black gives a loss of 0.026: one pixel in 256 is lit.
    String last = out.lines().filter(l -> l.startsWith("loss ")).findFirst().orElse("loss NaN");
    assertTrue(Double.parseDouble(last.replace("loss ", "")) < 0.02, out);
  }

  /** The program of a name in a page. */
  static String program(Path page, String name) throws IOException {
    List<String> programs =
        blocks(Files.readString(page), "java").stream()
            .filter(java -> java.contains("public class " + name + " "))
            .toList();
    assertEquals(1, programs.size(), () -> "java blocks with class " + name + " in " + page);
    return programs.get(0);
  }

  private static void compile(Path page, String name, Path dir) throws IOException {
    Path source = dir.resolve(name + ".java");
    Files.writeString(source, program(page, name));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String path = System.getProperty("java.class.path");
    int exit = compiler.run(null, null, null, "-d", dir.toString(), "-cp", path, source.toString());
    assertEquals(0, exit, "javac");
  }

  @Test
  void theModelTakesUnderFortyLines() throws Exception {
    String java = program(ARTICLE, "Trailers");
    int from = java.indexOf("static final List<String> GENRES");
    int to = java.indexOf("public static void main");
    assertTrue(from > 0 && to > from);
    assertTrue(java.substring(from, to).lines().filter(l -> !l.isBlank()).count() < 40);
  }

  /** A user's words are in two packages. */
  @Test
  void examplesImportFromTwoPackages() throws Exception {
    for (Path file : List.of(README, ARTICLE, ROOT.resolve("docs/from-keras.md"))) {
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
    assertEquals(List.of("./convlstm4j demo", "mvn -B -T2 verify"), blocks(quickStart, "sh"));
  }

  @Test
  void linksLeadSomewhere() throws Exception {
    List<Path> pages = new ArrayList<>(List.of(README, ROOT.resolve("CONTRIBUTING.md")));
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      docs.filter(p -> p.toString().endsWith(".md")).forEach(pages::add);
    }
    List<String> dead = new ArrayList<>();
    int links = 0;
    for (Path page : pages) {
      for (Matcher m = LINK.matcher(Files.readString(page)); m.find(); links++) {
        String link = m.group(1);
        if (!link.matches("https?:.*") && !leads(page, link)) {
          dead.add(ROOT.relativize(page) + ": " + link);
        }
      }
    }
    assertEquals(List.of(), dead);
    assertTrue(links > 50, links + " links");
    assertFalse(leads(README, "docs/guide.md#no-such-heading"));
    assertFalse(leads(README, "docs/no-such-page.md"));
  }

  /** Whether a link leads to a file and, after {@code #}, to a heading in it. */
  private static boolean leads(Path page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path to = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
    if (!Files.exists(to)) {
      return false;
    }
    return parts.length == 1
        || Files.readString(to)
            .lines()
            .filter(l -> l.startsWith("#"))
            .map(ReadmeTest::anchor)
            .anyMatch(parts[1]::equals);
  }

  /** What GitHub makes of a heading. */
  private static String anchor(String heading) {
    return heading
        .replaceFirst("^#+ ", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\w\\- ]", "")
        .replace(' ', '-');
  }

  private static List<String> blocks(String markdown, String language) {
    Matcher m =
        Pattern.compile("^```" + language + "\\n(.*?)\\n```$", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(markdown);
    return m.results().map(r -> r.group(1)).toList();
  }
}
