package convlstm4j.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds {@link ArchitectureRules} on the product, and shows that they fail on {@link #PLANTED}. */
class ArchitectureTest {
  private static final String ROOT = "convlstm4j";
  private static final String PLANTED = "convlstm4j.arch.fixture";

  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  private static final JavaClasses FIXTURE = new ClassFileImporter().importPackages(PLANTED);

  /** Library to the packages that may use it. */
  private static final Map<String, String[]> CONFINED =
      Map.of(
          "com.fasterxml.jackson..", new String[] {"io"},
          "de.siegmar.fastcsv..", new String[] {"io", "data.folder"},
          "picocli..", new String[] {"cli"},
          "me.tongfei.progressbar..", new String[] {"cli"},
          "org.knowm.xchart..", new String[] {"cli"},
          "jcuda..", new String[] {"backend.cuda"},
          "org.bytedeco..", new String[] {"backend.onednn", "video"},
          "io.jhdf..", new String[] {"io.keras"});

  static List<ArchRule> rules(String root) {
    List<ArchRule> rules =
        CONFINED.entrySet().stream()
            .map(e -> ArchitectureRules.confined(root, e.getKey(), e.getValue()))
            .collect(Collectors.toList());
    rules.add(ArchitectureRules.importsFollowTable(root));
    rules.add(ArchitectureRules.noCycles(root));
    rules.add(ArchitectureRules.consoleOnlyInCli(root));
    rules.add(ArchitectureRules.streamsHaveOneHome(root));
    return rules;
  }

  static List<ArchRule> productRules() {
    return rules(ROOT);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("productRules")
  void holds(ArchRule rule) {
    rule.check(PRODUCT);
  }

  /** Rules that saw nothing pass: a class of every source file must have been seen. */
  @Test
  void sawTheProduct() throws IOException {
    Path root = Path.of(System.getProperty("convlstm4j.root", ".."), "java");
    try (Stream<Path> files = Files.walk(root)) {
      Set<String> missing =
          files
              .map(f -> root.relativize(f).toString().replace('\\', '/'))
              .filter(f -> f.matches("\\w+/src/main/java/.*\\.java"))
              .map(f -> f.replaceAll(".*/src/main/java/|\\.java$", "").replace('/', '.'))
              .filter(c -> !c.endsWith("package-info") && !PRODUCT.contain(c))
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(Set.of(), missing);
    }
  }

  /** {@code -Dpackages.write=true} draws it anew. */
  @Test
  void pictureOfPackagesIsTrue() throws IOException {
    Path file = Path.of(System.getProperty("convlstm4j.root", ".."), "CONTRIBUTING.md");
    String text = Files.readString(file);
    String redrawn = PackagePicture.redrawn(text, PRODUCT);
    if (Boolean.getBoolean("packages.write")) {
      Files.writeString(file, redrawn);
      return;
    }
    assertEquals(redrawn, text, "run with -Dpackages.write=true to redraw");
  }

  /** A planted class, the start of the description of the rule that must refuse it. */
  static List<Arguments> planted() {
    return List.of(
        Arguments.of("tensor.ImportsOp", "imports between packages"),
        Arguments.of("data.ImportsOp", "imports between packages"),
        Arguments.of("backend.one.ImportsSibling", "imports between packages"),
        Arguments.of("cli.ImportsBackend", "imports between packages"),
        Arguments.of("stray.InNoTable", "imports between packages"),
        Arguments.of("tensor.ImportsOp", "packages are free of cycles"),
        Arguments.of("op.UsesJackson", "com.fasterxml.jackson.. is used only"),
        Arguments.of("op.UsesCsv", "de.siegmar.fastcsv.. is used only"),
        Arguments.of("op.UsesPicocli", "picocli.. is used only"),
        Arguments.of("op.UsesProgressBar", "me.tongfei.progressbar.. is used only"),
        Arguments.of("op.UsesXchart", "org.knowm.xchart.. is used only"),
        Arguments.of("op.UsesJhdf", "io.jhdf.. is used only"),
        Arguments.of("op.Prints", "System.out, System.err"),
        Arguments.of("op.MakesStream", "streams of random numbers"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("planted")
  void refusesPlantedViolation(String className, String rule) {
    ArchRule refusing =
        rules(PLANTED).stream()
            .filter(r -> r.getDescription().startsWith(rule))
            .findFirst()
            .orElseThrow();
    EvaluationResult result = refusing.evaluate(FIXTURE);
    String report = String.join("\n", result.getFailureReport().getDetails());
    assertTrue(report.contains(PLANTED + "." + className), () -> "not refused:\n" + report);
  }

  /** The allowed imports of the fixture are not refused with the planted ones. */
  @Test
  void refusesNothingElse() {
    Set<String> refused = new TreeSet<>();
    ArchitectureRules.importsFollowTable(PLANTED)
        .evaluate(FIXTURE)
        .handleViolations(
            (java.util.Collection<Object> objects, String message) -> refused.add(message));
    List<String> expected =
        List.of("ImportsOp", "ImportsSibling", "ImportsBackend", "stray.InNoTable");
    refused.removeIf(message -> expected.stream().anyMatch(message::contains));
    assertEquals(Set.of(), refused);
  }

  private static final String PLANTED_CIRCLE = PLANTED + ".op";

  /** A class that may know what knows it, and why. */
  private static final Map<String, String> FRONT_DOORS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("backend.reference.heap.HeapMemory", "one thing with its buffers"),
              Map.entry("data.folder.Labels", "finds which of its kinds a folder has"),
              Map.entry("formula.Formula", "its derivative and its code are methods of it"),
              Map.entry("graph.Layer", "a call of a layer makes a node and its symbols"),
              Map.entry("graph.Node", "makes the symbols that are its outputs"),
              Map.entry("io.architecture.Survey", "reads by a reader that asks it"),
              Map.entry("io.npy.NpyHeader", "its parser makes it"),
              Map.entry("model.Model", "users compile, fit, save and load by it"),
              Map.entry("objective.Loss", "users make losses by it"),
              Map.entry("objective.Metric", "users make metrics by it"),
              Map.entry("optim.Optimizer", "files name its kinds")));

  private static Set<String> doorsBut(String left) {
    Set<String> doors = new HashSet<>();
    FRONT_DOORS.keySet().stream()
        .filter(d -> !d.equals(left))
        .forEach(d -> doors.add(ROOT + "." + d));
    return doors;
  }

  /** No classes of a package know each other, but for front doors and their rooms. */
  @Test
  void noCircles() {
    assertEquals(
        "",
        String.join(
            "\n", Circles.among(PRODUCT, doorsBut("")).stream().map(Set::toString).toList()));
  }

  /** One that closes no circle is no longer needed in the list. */
  @Test
  void everyFrontDoorIsOne() {
    for (String door : FRONT_DOORS.keySet()) {
      assertNotEquals(Set.of(), Circles.among(PRODUCT, doorsBut(door)), door);
    }
  }

  @Test
  void findsPlantedCircle() {
    assertEquals(
        Set.of(
            Set.of(
                PLANTED_CIRCLE + ".First", PLANTED_CIRCLE + ".Second", PLANTED_CIRCLE + ".Third")),
        Circles.among(new ClassFileImporter().importPackages(PLANTED_CIRCLE), Set.of()));
  }
}
