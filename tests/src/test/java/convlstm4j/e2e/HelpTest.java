package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
    assertEquals("letterbox", completed(script, "convlstm4j", "train", "--frame-fit", "l"));
    Cli wrong = Cli.run("completion", "tcsh");
    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("expected one of [bash, zsh]"), wrong.err());
    Cli fit = Cli.run("train", "--data", "d", "--output", "o.ckpt", "--frame-fit", "WIDE");
    String words = "expected one of [stretch, crop, letterbox] (case-insensitive) but was 'WIDE'";
    assertTrue(fit.err().contains(words), fit.err());
  }

  /** Typed in a terminal, with the key of tabulation. */
  @Test
  void bashCompletesWhatIsTyped() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no script: apt install bsdutils");
    Path script = Files.writeString(dir.resolve("complete"), Cli.good("completion", "bash").out());
    Files.writeString(dir.resolve("film one.mp4"), "");
    Path typed =
        Files.writeString(
            dir.resolve("rc"),
            "source '%s'; cd '%s'; PS1='READY> '; convlstm4j() { printf 'CALLED'; printf '<%%s>'"
                    .formatted(script, dir)
                + " \"$@\"; printf '.\\n'; }\n");
    ProcessBuilder builder =
        new ProcessBuilder(
            "script", "-qec", "bash --noprofile --rcfile '" + typed + "' -i", "/dev/null");
    builder.environment().put("TERM", "dumb");
    Process bash = builder.redirectErrorStream(true).start();
    try (OutputStream keys = bash.getOutputStream();
        InputStream screen = bash.getInputStream()) {
      await(screen, "READY> ");
      assertEquals(
          "<predict><--threshold><0.5>", called("convlstm4j pre\t--thresh\t0.5\n", keys, screen));
      assertEquals(
          "<train><--frame-fit><letterbox>",
          called("convlstm4j tr\t--frame-fi\tlet\t\n", keys, screen));
      assertEquals(
          "<predict><--input><film one.mp4>",
          called("convlstm4j predict --input fil\t\n", keys, screen));
      keys.write("exit\n".getBytes(StandardCharsets.UTF_8));
      keys.flush();
      assertEquals(0, bash.waitFor());
    } finally {
      bash.destroyForcibly();
    }
  }

  private static String called(String typed, OutputStream keys, InputStream screen)
      throws IOException {
    keys.write(typed.getBytes(StandardCharsets.UTF_8));
    keys.flush();
    String shown = await(screen, ">.");
    await(screen, "READY> ");
    return shown.substring(shown.lastIndexOf("CALLED") + 6, shown.length() - 1);
  }

  /** What is shown until a text comes. */
  private static String await(InputStream screen, String end) throws IOException {
    StringBuilder shown = new StringBuilder();
    while (shown.indexOf(end) < 0) {
      int c = screen.read();
      assertTrue(c >= 0, shown.toString());
      shown.append((char) c);
    }
    return shown.toString();
  }

  /** As {@code man} shows it. */
  @Test
  void manShowsPages() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/man")), "no man: apt install man-db");
    Path page = Files.writeString(dir.resolve("p.1"), Cli.good("man", "predict").out());
    for (int width : new int[] {70, 120}) {
      ProcessBuilder builder = new ProcessBuilder("man", "--warnings=all", "-l", page.toString());
      builder.environment().putAll(Map.of("MANWIDTH", "" + width, "LC_ALL", "C.UTF-8"));
      Process process = builder.redirectErrorStream(true).start();
      String shown =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .replaceAll(".\b", "");
      assertEquals(0, process.waitFor(), shown);
      assertTrue(shown.contains("convlstm4j-predict"), shown);
      assertFalse(shown.contains("warning"), shown);
      // Examples are shown as they are.
      long longest =
          shown
              .lines()
              .filter(l -> !l.matches(" +(convlstm4j |--|<).*"))
              .mapToInt(String::length)
              .max()
              .orElse(0);
      assertTrue(longest <= width && longest > width / 2, longest + " of " + width);
    }
  }

  /** Help is as wide as the terminal, from one that is narrow to one that is wide. */
  @Test
  void terminalsOfAllWidths() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no script: apt install bsdutils");
    for (int width : Boolean.getBoolean("full") ? new int[] {40, 80, 200} : new int[] {40, 200}) {
      String call =
          Cli.process(List.of(), "train", "--help").stream()
              .map(w -> "'" + w + "'")
              .collect(Collectors.joining(" "));
      Path wide =
          Files.writeString(dir.resolve("wide.sh"), "stty cols " + width + "\nexec " + call + "\n");
      ProcessBuilder builder = new ProcessBuilder("script", "-qec", "sh " + wide, "/dev/null");
      builder.environment().put("TERM", "dumb");
      Process process = builder.redirectErrorStream(true).start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), out);
      long longest =
          out.lines()
              .takeWhile(l -> !l.startsWith("Example"))
              .mapToInt(l -> l.strip().length())
              .max()
              .orElse(0);
      assertTrue(longest <= Math.max(width, 60), longest + " of " + width);
      assertTrue(longest > width * 3 / 4, longest + " of " + width);
    }
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
    Path mine = Files.write(cache.resolve("mine.dat"), new byte[5 << 20]); // of somebody else
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
