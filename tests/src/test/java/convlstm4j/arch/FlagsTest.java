package convlstm4j.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every flag that a test reads is in CONTRIBUTING.md, and .ci/nightly gives those that there are.
 */
class FlagsTest {
  private static final Path ROOT = Path.of(System.getProperty("convlstm4j.root", ".."));
  private static final Pattern READ =
      Pattern.compile(
          "(?:System\\.getProperty|Boolean\\.getBoolean|\\w+\\.get(?:Integer|Long))\\(\\s*\"([a-z.]+)\"");
  private static final Pattern FLAG = Pattern.compile("-D([a-z]+(?:\\.[a-z]+)*)=");

  /** What Java, Surefire or the poms set for all tests. */
  private static final Pattern NO_FLAG =
      Pattern.compile("(java|os|user|line|file|sun|surefire)\\..*|convlstm4j\\.(root|jar)");

  /** Flags of Maven's own and those that only the poms read. */
  private static final Set<String> OF_POMS =
      Set.of(
          "cuda.kernels",
          "gpusim.skip",
          "long.skip",
          "test.forks",
          "test.heap",
          "test.helpers",
          "test.limit",
          "test.options",
          "test.threads");

  @Test
  void everyFlagIsInContributing() throws IOException {
    Set<String> read = new TreeSet<>(OF_POMS);
    for (Path folder : folders()) { // not of what is built, where files come and go meanwhile
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path p : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          find(READ, Files.readString(p), read);
        }
      }
    }
    read.removeIf(name -> NO_FLAG.matcher(name).matches());
    String contributing = Files.readString(ROOT.resolve("CONTRIBUTING.md"));
    Set<String> told = new TreeSet<>();
    contributing
        .lines()
        .filter(line -> line.startsWith("| `-D"))
        .forEach(line -> find(FLAG, line.split("\\|")[1], told));
    assertEquals(told, read);
    String poms = Files.readString(ROOT.resolve("pom.xml"));
    for (String module : new String[] {"tests", "java/cuda"}) {
      poms += Files.readString(ROOT.resolve(module).resolve("pom.xml"));
    }
    for (String flag : OF_POMS) {
      assertTrue(poms.contains("${" + flag + "}"), flag);
    }
  }

  @Test
  void theNightlyBuildGivesFlagsThatThereAre() throws IOException {
    Set<String> given = new TreeSet<>();
    find(FLAG, Files.readString(ROOT.resolve(".ci/nightly")), given);
    Set<String> inFull = new TreeSet<>();
    String contributing = Files.readString(ROOT.resolve("CONTRIBUTING.md"));
    int from = contributing.indexOf("all of them in `.ci/nightly`");
    contributing
        .substring(from, contributing.indexOf("Others are"))
        .lines()
        .filter(line -> line.startsWith("| `-D"))
        .forEach(line -> find(FLAG, line, inFull));
    assertEquals(inFull, given);
  }

  /** Sources of the tests of all modules. */
  private static List<Path> folders() throws IOException {
    List<Path> folders = new ArrayList<>(List.of(ROOT.resolve("tests/src/test")));
    try (Stream<Path> modules = Files.list(ROOT.resolve("java"))) {
      modules.map(m -> m.resolve("src/test")).filter(Files::isDirectory).forEach(folders::add);
    }
    return folders;
  }

  private static void find(Pattern pattern, String text, Set<String> into) {
    for (Matcher m = pattern.matcher(text); m.find(); ) {
      into.add(m.group(1));
    }
  }
}
