package convlstm4j.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every example in the comments of the library's classes, and in its overview, compiles. */
class JavadocExamplesTest {
  private static final Path ROOT = Path.of(System.getProperty("convlstm4j.root", ".."));

  private static final Pattern EXAMPLE =
      Pattern.compile("<pre>\\{@code\\n(.*?)\\n[ *]*\\}</pre>", Pattern.DOTALL);

  private static final Pattern IMPORT =
      Pattern.compile("^import (?:static )?[\\w.]+;$", Pattern.MULTILINE);

  /** What examples name without saying what it is, by file where it differs. */
  private static final Map<String, String> NAMED =
      new LinkedHashMap<>(
          Map.ofEntries(
              Map.entry("model", "Model"),
              Map.entry("head", "Model"),
              Map.entry("x", "Tensor"),
              Map.entry("y", "Tensor"),
              Map.entry("scores", "Tensor"),
              Map.entry("tensor", "Tensor"),
              Map.entry("video", "Tensor"),
              Map.entry("NestedModel.video", "convlstm4j.graph.Symbol"),
              Map.entry("frames", "byte[][]"),
              Map.entry("InputGradients.frames", "int"),
              Map.entry("folder", "Path"),
              Map.entry("path", "Path"),
              Map.entry("target", "Path"),
              Map.entry("bytes", "java.nio.ByteBuffer"),
              Map.entry("executor", "java.util.concurrent.ExecutorService")));

  /** Those without a name that two packages have. */
  private static final List<String> PACKAGES =
      List.of(
          "layer", "model", "data", "data.folder", "tensor", "io.npy", "io.checkpoint", "graph");

  private record Example(String file, String imports, String code) {}

  @Test
  void compile(@TempDir Path dir) throws IOException {
    List<Example> examples = new ArrayList<>();
    for (String module : List.of("core", "keras", "video")) {
      try (Stream<Path> files =
          Files.walk(ROOT.resolve("java").resolve(module).resolve("src/main"))) {
        for (Path file : files.filter(f -> f.toString().matches(".*[.](java|html)")).toList()) {
          examples.addAll(of(file));
        }
      }
    }
    for (String needed :
        List.of("Model", "Sequential", "Fit", "Dataset", "VideoFolder", "overview")) {
      assertTrue(
          examples.stream().anyMatch(e -> e.file.equals(needed)), needed + " has no example");
    }
    List<Path> sources = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      Path source = dir.resolve("Example" + i + ".java");
      sources.add(Files.writeString(source, program("Example" + i, examples.get(i))));
    }
    assertEquals("", errors(dir, sources));
  }

  private static List<Example> of(Path file) throws IOException {
    String text = Files.readString(file);
    String name = file.getFileName().toString().replaceFirst("[.].*", "");
    String imports =
        IMPORT.matcher(text).results().map(MatchResult::group).collect(Collectors.joining("\n"));
    String own = text.lines().filter(l -> l.startsWith("package ")).findFirst().orElse("");
    if (!own.isEmpty()) {
      imports += "\nimport " + own.substring(8, own.length() - 1) + "." + name + ";";
    }
    String all = imports;
    return EXAMPLE
        .matcher(text)
        .results()
        .map(m -> new Example(name, all, m.group(1).replaceAll("(?m)^ *\\* ?", "")))
        .toList();
  }

  private static String program(String name, Example example) {
    String given =
        NAMED.entrySet().stream()
            .filter(e -> !e.getKey().contains("."))
            .filter(e -> !example.code.matches("(?s).*\\b[A-Za-z]\\w*>? " + e.getKey() + " =.*"))
            .map(
                e ->
                    NAMED.getOrDefault(example.file + "." + e.getKey(), e.getValue())
                        + " "
                        + e.getKey())
            .collect(Collectors.joining(", "));
    return PACKAGES.stream()
            .map(p -> "import convlstm4j." + p + ".*;\n")
            .collect(Collectors.joining())
        + "import java.nio.file.Path;\nimport java.util.*;\n"
        + (example.code.contains("Lowering")
            ? "import convlstm4j.program.*;\nimport convlstm4j.op.*;\n"
            : "")
        + distinct(example.imports)
        + "\nclass %s {\n  void run(%s) throws Exception {\n%s\n  }\n}\n"
            .formatted(name, given, example.code);
  }

  /** Without what is imported above. */
  private static String distinct(String imports) {
    return imports
        .lines()
        .distinct()
        .filter(l -> !l.equals("import java.nio.file.Path;"))
        .filter(l -> !l.startsWith("import org.jspecify.")) // a user's program need not have it
        .collect(Collectors.joining("\n"));
  }

  private static String errors(Path dir, List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(found, null, null)) {
      compiler
          .getTask(
              null,
              files,
              found,
              List.of(
                  "-proc:none",
                  "-d",
                  dir.toString(),
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path"))),
              null,
              files.getJavaFileObjectsFromPaths(sources))
          .call();
    }
    StringBuilder all = new StringBuilder();
    for (var d : found.getDiagnostics()) {
      if (d.getKind() == javax.tools.Diagnostic.Kind.ERROR) {
        all.append(d).append('\n').append(Files.readString(Path.of(d.getSource().toUri())));
      }
    }
    return all.toString();
  }
}
