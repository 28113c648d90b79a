package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a run of the command line gave.
 *
 * @param code exit code
 * @param out what went to stdout
 * @param err what went to stderr
 */
record Cli(int code, String out, String err) {
  /** Fewer page faults; Java complains of it where the system has no such pages. */
  private static final String LARGE_PAGES = "-XX:+UseTransparentHugePages";

  /** Runs the command in this JVM. */
  static Cli run(Object... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] args = Stream.of(words).map(Object::toString).toArray(String[]::new);
    int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new Cli(code, out.toString(), err.toString());
  }

  /** Runs the command, which must succeed. */
  static Cli good(Object... words) {
    Cli cli = run(words);
    assertEquals(0, cli.code, cli::toString);
    return cli;
  }

  /** The same on the backend in plain Java. */
  static Cli onReference(Object... words) {
    return good(Stream.concat(Stream.of(words), Stream.of("--backend", "reference")).toArray());
  }

  /** Runs the command, which must be refused for a reason. */
  static void refused(String reason, Object... words) {
    Cli cli = run(words);
    assertEquals(2, cli.code, cli::toString);
    assertTrue(cli.err.contains(reason), cli::toString);
  }

  /** Java with options by which a short process is short. */
  static List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-XX:-UsePerfData");
    command.add("-XX:CompileThresholdScaling=3"); // half of what is compiled else runs a few times
    command.addAll(largePages());
    return command;
  }

  /** The option, or nothing. */
  static List<String> largePages() {
    try {
      String modes = Files.readString(Path.of("/sys/kernel/mm/transparent_hugepage/enabled"));
      return modes.contains("[never]") ? List.of() : List.of(LARGE_PAGES);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Pages of a command as users have them, where its memory is limited or measured. */
  static void smallPages(List<String> command) {
    command.remove(LARGE_PAGES);
  }

  /** The words that run the command in a process of its own, as the launcher does. */
  static List<String> process(List<String> before, Object... words) {
    List<String> command = new ArrayList<>(before);
    command.addAll(java());
    command.addAll(ClassArchive.options());
    command.add(Main.class.getName());
    Stream.of(words).map(Object::toString).forEach(command::add);
    return command;
  }

  /** Lines of stderr. */
  List<String> errLines() {
    return err.lines().toList();
  }

  /** All files under a folder with what they hold, to see that a failed run has left nothing. */
  static Map<String, Integer> contents(Path folder) throws IOException {
    Map<String, Integer> all = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.toList()) {
        all.put(
            folder.relativize(path).toString(),
            Files.isRegularFile(path) ? java.util.Arrays.hashCode(Files.readAllBytes(path)) : 0);
      }
    }
    return all;
  }
}
