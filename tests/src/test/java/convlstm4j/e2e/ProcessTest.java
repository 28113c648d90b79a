package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What needs a process of its own: Ctrl-C, a full disk, stderr as a user sees it. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ProcessTest {
  /** Start of the line that says why a faster backend was refused, where one was. */
  private static final String BACKEND = "WARN backend ";

  @TempDir Path dir;

  @Test
  void ctrlCSavesAndSaysWhere() throws Exception {
    Path data = TinyFolder.write(dir.resolve("data"));
    Path checkpoint = dir.resolve("a.ckpt");
    // What runs in the background of a script ignores SIGINT, and hands that down: take it back.
    Process process =
        start(
            List.of("env", "--default-signal=INT"),
            "train",
            "--data",
            data,
            "--output",
            checkpoint,
            "--epochs",
            1_000_000,
            "--filters",
            2,
            "--window",
            1);
    List<String> lines = new ArrayList<>();
    try (BufferedReader err = process.errorReader(StandardCharsets.UTF_8)) {
      String first = err.readLine();
      while (first != null && first.startsWith(BACKEND)) {
        first = err.readLine();
      }
      assertTrue(first != null && first.startsWith("epoch 1/"), "got " + first);
      interrupt(process);
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        lines.add(line);
      }
    } finally {
      process.destroyForcibly();
    }
    assertEquals(130, process.waitFor(), lines::toString);
    assertTrue(
        lines.contains("stopping after the running step; Ctrl-C again ends at once"),
        lines::toString);
    String last = lines.get(lines.size() - 1);
    assertTrue(last.startsWith("stopped: ") && last.endsWith(", saved to " + checkpoint), last);
    Progress stopped;
    try (Model model = Checkpoint.load(checkpoint)) {
      stopped = model.progress();
    }
    assertTrue(last.startsWith("stopped: " + stopped.epoch() + " epochs"), last);
    assertTrue(stopped.step() > 0 && stopped.epoch() < 1_000_000, stopped::toString);
    assertFalse(Cli.contents(dir).keySet().stream().anyMatch(p -> p.endsWith(".part")));

    long epochs = stopped.epoch() + 1;
    Cli.good(
        "train",
        "--data",
        data,
        "--output",
        checkpoint,
        "--model",
        checkpoint,
        "--window",
        1,
        "--epochs",
        epochs);
    try (Model model = Checkpoint.load(checkpoint)) {
      long perEpoch = (long) TinyFolder.TRAILERS * TinyFolder.FRAMES;
      assertEquals(new Progress(epochs, 0, epochs * perEpoch), model.progress());
    }
  }

  /**
   * The disk ends after 16 KiB: writing beyond a process's limit fails as on a full disk. By
   * default {@link QuotaTest} alone has such a limit.
   */
  @EnabledIfSystemProperty(named = "full", matches = "true")
  @Test
  void fullDiskLeavesTheOldCheckpoint() throws Exception {
    Path data = TinyFolder.write(dir.resolve("data"));
    Path checkpoint = dir.resolve("a.ckpt");
    Cli.good("train", "--data", data, "--output", checkpoint, "--epochs", 1, "--filters", 2);
    assertTrue(Files.size(checkpoint) > 32 << 10, "or the limit would not be met");
    var before = Cli.contents(dir);
    List<String> limited = List.of("bash", "-c", "ulimit -f 16 && exec \"$@\"", "limited");
    List<String> lines =
        failed(
            limited,
            1,
            "train",
            "--data",
            data,
            "--output",
            checkpoint,
            "--model",
            checkpoint,
            "--epochs",
            2);
    String last = lines.get(lines.size() - 1);
    assertTrue(
        last.startsWith("convlstm4j: " + checkpoint + ": cannot be written: "), lines::toString);
    assertFalse(last.contains("Exception"), last);
    assertEquals(before, Cli.contents(dir), "files changed");

    TinyFolder.trailer(data, 0, 6000, 3, 8);
    before = Cli.contents(dir);
    lines =
        failed(
            limited,
            1,
            "predict",
            "--model",
            checkpoint,
            "--input",
            data.resolve("trailer_0.npy"),
            "--output",
            dir.resolve("scores.npy"));
    List<String> errors = withoutBackend(lines);
    assertEquals(1, errors.size(), lines::toString);
    assertTrue(
        errors.get(0).startsWith("convlstm4j: " + dir.resolve("scores.npy") + ": cannot be"),
        lines::toString);
    assertEquals(before, Cli.contents(dir), "files changed");
  }

  /** Beside the error there is at most the line that says which backend was chosen. */
  @Test
  void errorIsOneLine() throws Exception {
    Path data = TinyFolder.write(dir.resolve("data"));
    Path checkpoint = dir.resolve("a.ckpt");
    Cli.good("train", "--data", data, "--output", checkpoint, "--epochs", 1, "--filters", 2);
    TinyFolder.trailer(data, 0, 6, 4, 8);
    List<String> lines =
        failed(
            List.of(),
            2,
            "predict",
            "--model",
            checkpoint,
            "--input",
            data.resolve("trailer_0.npy"),
            "--output",
            dir.resolve("scores.npy"));
    List<String> errors = withoutBackend(lines);
    assertEquals(1, errors.size(), lines::toString);
    assertTrue(errors.get(0).startsWith("convlstm4j: "), lines::toString);
  }

  private static List<String> withoutBackend(List<String> lines) {
    return lines.stream().filter(l -> !l.startsWith(BACKEND)).toList();
  }

  private static Process start(List<String> before, Object... words) throws IOException {
    return new ProcessBuilder(Cli.process(before, words))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Runs a command that must fail; gives the lines of its stderr. */
  private static List<String> failed(List<String> before, int code, Object... words)
      throws Exception {
    Process process = start(before, words);
    try (BufferedReader err = process.errorReader(StandardCharsets.UTF_8)) {
      List<String> lines = err.lines().toList();
      assertEquals(code, process.waitFor(), lines::toString);
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  private static void interrupt(Process process) throws Exception {
    Process kill = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
    assertEquals(0, kill.waitFor());
  }
}
