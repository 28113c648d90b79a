package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.model.Model;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Signals end a training with all of its work saved, in every phase, in a terminal and without one.
 * In a terminal each bar of an epoch once took the handlers away, so that Ctrl-C lost everything.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SignalTest {
  private static final String MANY = "1000000";

  private static final Pattern EPOCH = Pattern.compile("epoch (\\d+)/");

  @TempDir Path dir;

  /** A command that runs, with what it has shown so far. */
  private static final class Running {
    final Process process;
    private final StringBuilder shown = new StringBuilder();
    private final Thread reader;

    Running(boolean terminal, Object... words) throws IOException {
      // What runs in the background of a script ignores SIGINT, and what nohup runs SIGHUP; both
      // hand that down, here from whoever builds.
      this(terminal ? Terminal.words() : List.of("env", "--default-signal=HUP,INT,TERM"), words);
    }

    Running(List<String> before, Object... words) throws IOException {
      process = new ProcessBuilder(Cli.process(before, words)).redirectErrorStream(true).start();
      InputStream in = process.getInputStream();
      reader =
          new Thread(
              () -> {
                try {
                  byte[] bytes = new byte[4096];
                  for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                    synchronized (shown) {
                      shown.append(new String(bytes, 0, n, StandardCharsets.UTF_8));
                    }
                  }
                } catch (IOException e) {
                  synchronized (shown) {
                    shown.append(e);
                  }
                }
              });
      reader.start();
    }

    String shown() {
      synchronized (shown) {
        return shown.toString();
      }
    }

    void waitFor(String text) throws InterruptedException {
      while (!shown().contains(text)) {
        assertTrue(process.isAlive(), this::shown);
        Thread.sleep(1);
      }
    }

    void type(String keys) throws IOException {
      process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    }

    /** The command, not what holds its terminal. */
    ProcessHandle command(boolean terminal) {
      ProcessHandle started = process.toHandle();
      return terminal ? started.children().findFirst().orElseThrow() : started;
    }

    void signal(boolean terminal, String name) throws Exception {
      send(name, command(terminal).pid());
    }

    static void send(String name, long pid) throws Exception {
      assertEquals(0, new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor());
    }

    int end() throws InterruptedException {
      int code = process.waitFor();
      reader.join();
      return code;
    }
  }

  private Running train(boolean terminal, Path checkpoint, Object... more) throws IOException {
    return new Running(terminal, words(checkpoint, more));
  }

  /** On the backend that starts fastest, unless another is named. */
  private Object[] words(Path checkpoint, Object... more) throws IOException {
    Path data = TinyFolder.write(dir.resolve("data"));
    List<Object> words =
        new ArrayList<>(List.of("train", "--data", data, "--output", checkpoint, "--epochs", MANY));
    words.addAll(List.of("--filters", 2, "--window", 1));
    words.addAll(List.of(more));
    if (!words.contains("--backend")) {
      words.addAll(List.of("--backend", "reference"));
    }
    return words.toArray();
  }

  private void assertSaved(Running running, int code, Path checkpoint) throws Exception {
    assertEquals(code, running.end(), running::shown);
    String last = running.shown().lines().reduce((a, b) -> b).orElse("");
    assertTrue(last.startsWith("stopped: ") && last.endsWith("saved to " + checkpoint), last);
    try (Model model = Checkpoint.load(checkpoint, m -> m.backend("reference"))) {
      String epochs = "stopped: " + model.progress().epoch() + " epochs";
      assertTrue(last.startsWith(epochs), last + " for " + model.progress());
      // An epoch is shown when it begins or ends, so those before it are done.
      long begun = epochs(running).max().orElse(1);
      assertTrue(model.progress().epoch() >= begun - 1, last + " in epoch " + begun);
    }
    assertNothingLeft();
  }

  private static LongStream epochs(Running running) {
    return EPOCH.matcher(running.shown()).results().mapToLong(m -> Long.parseLong(m.group(1)));
  }

  private void assertNothingLeft() throws IOException {
    List<String> hidden =
        Cli.contents(dir).keySet().stream()
            .filter(p -> Path.of(p).getFileName().toString().startsWith("."))
            .toList();
    assertEquals(List.of(), hidden);
  }

  @ParameterizedTest
  @CsvSource({"true, INT, 130, 1", "false, TERM, 143, 2", "false, HUP, 129, 2"})
  void savesInTheMiddleOfTraining(boolean terminal, String signal, int code, int epoch)
      throws Exception {
    Path checkpoint = dir.resolve("a.ckpt");
    // That of a user, with native threads, for one of the signals.
    String backend = signal.equals("TERM") ? "auto" : "reference";
    Running running = train(terminal, checkpoint, "--validation", "3", "--backend", backend);
    running.waitFor("epoch " + epoch + "/");
    if (terminal && epoch == 1) {
      running.waitFor("/18 "); // the bar: the epoch runs
    }
    if (terminal && signal.equals("INT")) {
      running.type("\003");
    } else {
      running.signal(terminal, signal);
    }
    assertSaved(running, code, checkpoint);
  }

  /** What {@code nohup} starts goes on when its terminal is gone, and can be ended. */
  @Test
  void goesOnAfterASignalThatIsIgnored() throws Exception {
    Path checkpoint = dir.resolve("a.ckpt");
    List<String> before = List.of("env", "--ignore-signal=HUP", "--default-signal=INT,TERM");
    Running running = new Running(before, words(checkpoint));
    running.waitFor("epoch 2/");
    running.signal(false, "HUP");
    long shown = epochs(running).max().orElseThrow();
    running.waitFor("epoch " + (shown + 3) + "/"); // the signal was there before these
    running.signal(false, "TERM");
    assertSaved(running, 143, checkpoint);
  }

  @EnabledIfSystemProperty(named = "full", matches = "true")
  @ParameterizedTest
  @CsvSource({
    "true, TERM, 143, 3",
    "true, HUP, 129, 1",
    "false, INT, 130, 1",
    "true, INT, 130, 3",
    "true, TERM, 143, 1",
    "true, HUP, 129, 3"
  })
  void savesAtTheOtherSignalsAndInOtherEpochs(boolean terminal, String signal, int code, int epoch)
      throws Exception {
    savesInTheMiddleOfTraining(terminal, signal, code, epoch);
  }

  /** Shells and batch systems send these twice by themselves: nothing is lost by that. */
  @ParameterizedTest
  @CsvSource("true, HUP, 129")
  void otherSignalsMayComeTwice(boolean terminal, String signal, int code) throws Exception {
    Path checkpoint = dir.resolve("a.ckpt");
    Running running = train(terminal, checkpoint);
    running.waitFor("epoch 2/");
    ProcessHandle command = running.command(terminal);
    running.signal(terminal, signal);
    if (running.process.isAlive()) {
      long pid = running.process.pid();
      // It may have ended meanwhile: then there is nobody to get it.
      new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
    }
    if (terminal) {
      running.end(); // what holds the terminal: the command may need longer
      command.onExit().join();
      assertLoads(checkpoint);
    } else {
      assertSaved(running, code, checkpoint);
    }
  }

  @EnabledIfSystemProperty(named = "full", matches = "true")
  @ParameterizedTest
  @CsvSource({"true, TERM, 143", "false, HUP, 129", "false, TERM, 143"})
  void theOthersOfThemMayAsWell(boolean terminal, String signal, int code) throws Exception {
    otherSignalsMayComeTwice(terminal, signal, code);
  }

  /** As when a window is closed or a connection breaks: nobody reads what is shown any more. */
  @Test
  void savesWhenTheTerminalIsGone() throws Exception {
    Path checkpoint = dir.resolve("a.ckpt");
    Running running = train(true, checkpoint);
    running.waitFor("epoch 2/");
    Running.send("USR1", running.process.pid());
    assertEquals(129, running.end(), running::shown);
    assertLoads(checkpoint);
    assertNothingLeft();
  }

  private static void assertLoads(Path checkpoint) {
    try (Model model = Checkpoint.load(checkpoint, m -> m.backend("reference"))) {
      assertTrue(model.progress().step() > 0);
    }
  }

  /** A step that takes minutes: the second Ctrl-C does not wait for it. */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void secondCtrlCEndsAtOnce(boolean terminal) throws Exception {
    Path data = TinyFolder.write(dir.resolve("data"));
    byte[] black = new byte[60_000 * 3 * 8 * 8];
    NpyWriter.write(data.resolve("trailer_0.npy"), black, Shape.of(60_000, 3, 8, 8));
    TinyFolder.labels(data, 0, 60_000, TinyFolder.GENRES.size());
    Path checkpoint = dir.resolve("a.ckpt");
    Running running =
        new Running(
            terminal,
            "train",
            "--data",
            data,
            "--ids",
            "0",
            "--output",
            checkpoint,
            "--filters",
            "16",
            "--window",
            "30000",
            "--backend",
            "reference");
    try {
      while (!running.shown().contains("stopping after")) {
        assertTrue(running.process.isAlive(), running::shown);
        interrupt(running, terminal);
        Thread.sleep(20);
        if (!running.process.isAlive()) {
          break; // it had nothing to save yet
        }
      }
      while (running.process.isAlive()) {
        interrupt(running, terminal);
        Thread.sleep(50);
      }
      assertEquals(130, running.end(), running::shown);
      assertFalse(Files.exists(checkpoint));
    } finally {
      running.process.destroyForcibly();
    }
  }

  private static void interrupt(Running running, boolean terminal) throws Exception {
    if (terminal) {
      try {
        running.type("\003");
      } catch (IOException e) {
        // It may have ended meanwhile: then there is nobody to get it.
      }
    } else {
      running.signal(false, "INT");
    }
  }

  /** While it starts there is nothing to save, and nothing may be left behind. */
  @ParameterizedTest
  @CsvSource("false, TERM, 143")
  void endsWhileItStarts(boolean terminal, String signal, int code) throws Exception {
    Path checkpoint = dir.resolve("a.ckpt");
    Running running = train(terminal, checkpoint);
    while (!Files.exists(dir.resolve(".a.ckpt.lock"))) {
      assertTrue(running.process.isAlive(), running::shown);
      Thread.sleep(1);
    }
    running.signal(terminal, signal);
    assertEquals(code, running.end(), running::shown);
    if (Files.exists(checkpoint)) {
      assertSaved(running, code, checkpoint); // it was that fast
    }
    assertNothingLeft();
  }

  @EnabledIfSystemProperty(named = "full", matches = "true")
  @ParameterizedTest
  @CsvSource({"true, HUP, 129", "false, INT, 130", "true, INT, 130"})
  void endsByOtherSignalsWhileItStarts(boolean terminal, String signal, int code) throws Exception {
    endsWhileItStarts(terminal, signal, code);
  }

  /** A file that is being written when the signal comes becomes whole. */
  @ParameterizedTest
  @CsvSource("true, TERM, 143")
  void savesWhileItSaves(boolean terminal, String signal, int code) throws Exception {
    Path checkpoint = dir.resolve("a.ckpt");
    Running running = train(terminal, checkpoint);
    // Before the first checkpoint, a part file only tries whether one can be made.
    while (!Files.exists(checkpoint)) {
      assertTrue(running.process.isAlive(), running::shown);
      Thread.sleep(1);
    }
    while (!isSaving()) {
      assertTrue(running.process.isAlive(), running::shown);
    }
    running.signal(terminal, signal);
    assertSaved(running, code, checkpoint);
  }

  @EnabledIfSystemProperty(named = "full", matches = "true")
  @ParameterizedTest
  @CsvSource({"false, INT, 130", "true, INT, 130"})
  void savesWhileItSavesAtCtrlC(boolean terminal, String signal, int code) throws Exception {
    savesWhileItSaves(terminal, signal, code);
  }

  private boolean isSaving() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.anyMatch(p -> p.toString().endsWith(".part"));
    }
  }
}
