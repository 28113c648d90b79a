package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Help, manual pages, completion, and what the program leaves behind. */
class HelpTest {
  @TempDir Path dir;

  static Stream<String> commands() {
    return Cli.good("help")
        .out()
        .lines()
        .dropWhile(l -> !l.equals("Commands:"))
        .skip(1)
        .takeWhile(l -> !l.isEmpty())
        .filter(l -> l.matches("  [a-z].*"))
        .map(l -> l.strip().split(" ")[0]);
  }

  @Test
  void helpIsACommand() {
    assertTrue(
        commands().toList().containsAll(List.of("train", "predict", "help", "man", "cache")));
    assertEquals(Cli.good("--help").out(), Cli.good("help").out());
    Cli wrong = Cli.run("help", "traim");
    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("traim: there is no such command, expected one of "));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void ofEachCommand(String command) throws Exception {
    String help = Cli.good(command, "--help").out();
    assertEquals(help, Cli.good("help", command).out());
    assertTrue(help.contains("\nExample"), help);
    assertTrue(help.lines().allMatch(l -> l.length() <= 80), help);
    if (command.equals("predict")) {
      assertTrue(help.contains("\nOptions (* is needed):\n"), help);
      assertTrue(help.lines().anyMatch(l -> l.startsWith("*     --model=FILE")), help);
      assertTrue(help.lines().anyMatch(l -> l.startsWith("      --output=OUT")), help);
    }
    assertTrue(Cli.good(command, "--version").out().startsWith("convlstm4j "));
    checkPage(command, Cli.good("man", command).out());
  }

  /** groff finds nothing wrong with a page, and shows every option. */
  private void checkPage(String command, String page) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "no groff");
    Path file = Files.writeString(dir.resolve(command + ".1"), page);
    String shown = run("groff", "-ww", "-man", "-Tutf8", "-P-c", file.toString());
    String plain = shown.replaceAll(".\b", "").replaceAll("\\s+", " ").replace('\u2010', '-');
    for (String section : List.of("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES")) {
      assertTrue(plain.contains(" " + section + " "), section + ": " + plain);
    }
    for (String word : Cli.good(command, "--help").out().split("[^-a-z]+")) {
      if (word.matches("--[a-z][-a-z]*")) {
        assertTrue(plain.contains(word), word + " is not in " + plain);
      }
    }
    assertTrue(plain.contains("130 stopped by Ctrl-C"), plain);
  }

  private static String run(String... words) throws Exception {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    assertFalse(out.contains("warning"), out);
    return out;
  }

  @Test
  void bashCompletes() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash");
    Path script = Files.writeString(dir.resolve("complete"), Cli.good("completion", "bash").out());
    assertEquals(Cli.good("completion", "zsh").out(), Files.readString(script));
    assertEquals("predict", completed(script, "convlstm4j", "pre"));
    assertEquals("--threshold", completed(script, "convlstm4j", "predict", "--thresh"));
    assertEquals("--picture-rate", completed(script, "./convlstm4j", "train", "--picture-r"));
    assertEquals("LETTERBOX", completed(script, "convlstm4j", "train", "--frame-fit", "L"));
    Cli wrong = Cli.run("completion", "tcsh");
    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("expected one of [BASH, ZSH]"), wrong.err());
  }

  private static String completed(Path script, String... words) throws Exception {
    String line = String.join(" ", words);
    return run(
            "/bin/bash",
            "-c",
            "source '%s'; COMP_LINE='%s' COMP_POINT=%d COMP_WORDS=(%s) COMP_CWORD=%d; "
                    .formatted(script, line, line.length(), line, words.length - 1)
                + "_complete_convlstm4j 2>/dev/null; echo \"${COMPREPLY[@]}\"")
        .strip();
  }

  /** Sees and removes what is its own, in a folder of its own. */
  @Test
  void theCache() throws IOException {
    Path cache = Files.createDirectory(dir.resolve("cache"));
    Path own = Files.createDirectories(cache.resolve("0a".repeat(32)).resolve("in"));
    Files.write(own.resolve("lib.so"), new byte[3 << 20]);
    Files.write(Files.createDirectory(cache.resolve("javacpp")).resolve("a"), new byte[10]);
    Path mine = Files.writeString(cache.resolve("mine.txt"), "of somebody else");
    String before = System.setProperty("convlstm4j.cache", cache.toString());
    try {
      assertEquals(cache + ": 3.0 MB\n", Cli.good("cache").out());
      assertEquals(cache + ": removed 3.0 MB\n", Cli.good("cache", "--clear").out());
      try (Stream<Path> left = Files.list(cache)) {
        assertEquals(List.of(mine), left.toList());
      }
      Files.delete(mine);
      Files.delete(cache);
      assertEquals(cache + ": 0.0 MB\n", Cli.good("cache").out());
      Cli.good("cache", "--clear");
      assertFalse(Files.exists(cache));
    } finally {
      if (before == null) {
        System.clearProperty("convlstm4j.cache");
      } else {
        System.setProperty("convlstm4j.cache", before);
      }
    }
  }

  /** No bars and no colours for a terminal that knows none. */
  @Test
  void dumbTerminals() throws Exception {
    ProcessBuilder builder = new ProcessBuilder(Cli.process(List.of(), "train", "--help"));
    builder.environment().put("TERM", "dumb");
    builder.environment().put("CLICOLOR_FORCE", "1");
    Process process = builder.redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    assertFalse(out.contains("\u001b"), out);
    builder.environment().put("TERM", "xterm");
    Process coloured = builder.start();
    out = new String(coloured.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, coloured.waitFor(), out);
    assertTrue(out.contains("\u001b["), "this test would see colours");
  }
}
