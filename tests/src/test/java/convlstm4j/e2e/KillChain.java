package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One training that is killed and gone on with by the same command until it is done. What it gives
 * then is what the undisturbed one gave.
 */
final class KillChain {
  static final int KILLED = 137;
  private static final int STOPPED = 143;

  /** The first operations of a start, and those of two saves with their lines of the log. */
  static final int OPERATIONS = 75;

  private static final String SPILL = "spill";
  private static final int STARTING_MILLIS = 700;
  private static final int TRAINING_MILLIS = 60;
  private static final long PATIENCE_SECONDS = 120;
  private static final List<String> ALONE =
      List.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child");

  /**
   * What is trained.
   *
   * @param folder with {@code NAME.ckpt}, {@code x.npy}, {@code y.npy}
   * @param name of the model
   * @param more further words
   * @param spills whether arrays may lie in files
   * @param millis how long a kill waits at most, once there is a new checkpoint
   * @param epochs of the whole training
   */
  record Task(
      Path folder,
      String name,
      String backend,
      int threads,
      List<Object> more,
      boolean spills,
      int millis,
      int epochs) {
    Task(Path folder, String name, String backend, int threads, int epochs) {
      this(folder, name, backend, threads, List.of(), false, TRAINING_MILLIS, epochs);
    }

    List<Object> words(Path to) {
      List<Object> words = new ArrayList<>(List.of("train", "--resume", "--loss", "mse"));
      words.addAll(List.of("--model", folder.resolve(name + ".ckpt"), "--backend", backend));
      words.addAll(List.of("--x", folder.resolve("x.npy"), "--y", folder.resolve("y.npy")));
      words.addAll(List.of("--output", to.resolve("out.ckpt"), "--log", to.resolve("log.csv")));
      words.addAll(List.of("--batch-size", 4, "--epochs", epochs, "--metrics", "mae"));
      words.addAll(List.of("--learning-rate", 0.01, "--threads", threads));
      words.addAll(more);
      if (spills) {
        words.addAll(List.of("--spill", spillFolder(to)));
      }
      return words;
    }

    /** Makes the folder that {@link #words} name. */
    void prepare(Path to) throws IOException {
      if (spills) {
        Files.createDirectory(spillFolder(to));
      }
    }

    private static Path spillFolder(Path to) {
      return to.resolve(SPILL);
    }

    /** Starts a process with so many threads, as the launcher does. */
    ProcessBuilder process(List<String> before, List<Object> words) {
      List<String> command = Cli.process(before, words.toArray());
      command.addAll(
          command.indexOf("-cp"),
          List.of(
              "-Dconvlstm4j.threads=" + threads,
              "-XX:ActiveProcessorCount=" + threads,
              "-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + (threads - 1)));
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
      return builder;
    }
  }

  private final Task task;
  private final Path good;
  private final Path folder;
  private final Path shown;
  private final Random random;
  private Progress last = Progress.START;
  private List<String> leftover = List.of();
  private int left;

  /**
   * A training that has not begun.
   *
   * @param good where the undisturbed one has left its files
   * @param folder to be made
   */
  KillChain(Task task, Path good, Path folder, Random random) throws IOException {
    this.task = task;
    this.good = good;
    this.folder = Files.createDirectory(folder);
    task.prepare(folder);
    this.shown = Path.of(folder + ".txt");
    this.random = random;
  }

  /**
   * Goes on and is killed at a random time.
   *
   * @param alone whether as the first process of a namespace
   * @return false if all was done before
   */
  boolean killAtSomeTime(boolean alone) throws Exception {
    Object before = identity();
    Process process = start(alone, Map.of());
    try {
      if (random.nextInt(4) == 0) {
        process.waitFor(random.nextInt(STARTING_MILLIS), TimeUnit.MILLISECONDS);
      } else {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (process.isAlive() && Objects.equals(before, identity())) {
          assertTrue(System.nanoTime() < end, "no checkpoint in " + PATIENCE_SECONDS + " s");
          Thread.sleep(1);
        }
        process.waitFor(random.nextInt(task.millis), TimeUnit.MILLISECONDS);
      }
      ProcessHandle java = java(process, alone);
      if (random.nextInt(5) == 0) {
        java.destroy(); // it stops in the middle of an epoch, and is killed while it saves
        process.waitFor(random.nextInt(20), TimeUnit.MILLISECONDS);
      }
      java.destroyForcibly();
    } finally {
      process.waitFor(1, TimeUnit.SECONDS);
      process.destroyForcibly();
    }
    return check(process.waitFor());
  }

  /**
   * Goes on and is killed at its n-th operation on a file of the folder.
   *
   * @param library that counts them
   * @return what it did then, such as {@code rename}; empty if all was done before
   */
  String killAt(int operation, boolean alone, Path library) throws Exception {
    return killAt(operation, "", alone, library);
  }

  /** The same at the first operation of a name. */
  String killAtFirst(String name, Path library) throws Exception {
    return killAt(1, name, false, library);
  }

  private String killAt(int operation, String only, boolean alone, Path library) throws Exception {
    Path said = Path.of(folder + ".said");
    Process process =
        start(
            alone,
            Map.of(
                "KILL_ONLY",
                only,
                "LD_PRELOAD",
                library.toString(),
                "KILL_AT",
                Integer.toString(operation),
                "KILL_HALF",
                Integer.toString(random.nextInt(2)),
                "KILL_FOLDER",
                folder + "/",
                "KILL_SAID",
                said.toString()));
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "hangs");
    return check(process.waitFor()) ? Files.readString(said) : "";
  }

  private static ProcessHandle java(Process process, boolean alone) {
    return alone
        ? process.toHandle().children().findFirst().orElse(process.toHandle())
        : process.toHandle();
  }

  private Process start(boolean alone, Map<String, String> environment) throws IOException {
    ProcessBuilder builder = task.process(alone ? ALONE : List.of(), task.words(folder));
    builder.environment().putAll(environment);
    return builder.redirectOutput(shown.toFile()).start();
  }

  private Object identity() throws IOException {
    Path file = folder.resolve("out.ckpt");
    return Files.exists(file)
        ? Files.readAttributes(file, BasicFileAttributes.class).fileKey()
        : null;
  }

  /** Looks at what was left. Returns whether the process was killed; or else all is done. */
  private boolean check(int ended) throws IOException {
    // How unshare says that its only child was killed depends on its version.
    int code = ended == 1 && text(shown).contains("unshare: ") ? KILLED : ended;
    assertTrue(List.of(0, KILLED, STOPPED).contains(code), () -> code + ": " + text(shown));
    for (String name : List.of("out.ckpt", "log.csv")) {
      List<String> parts = names().filter(n -> n.matches("\\." + name + "\\..*part")).toList();
      assertTrue(parts.size() <= 1, parts::toString); // what one before left is gone
    }
    Path file = folder.resolve("out.ckpt");
    if (Files.exists(file)) {
      try (Model model = Checkpoint.load(file, m -> m.backend("reference"))) {
        Progress now = model.progress();
        assertTrue(now.step() >= last.step(), now + " after " + last);
        last = now;
        for (Tensor weight : model.weights().values()) {
          assertTrue(weight.isFinite());
        }
      }
    }
    checkLog();
    checkSpilled(code == 0);
    return code == KILLED || code == STOPPED;
  }

  /** Files of arrays that one process left when it was killed are gone when the next has begun. */
  private void checkSpilled(boolean ended) throws IOException {
    Path files = folder.resolve(SPILL);
    if (!task.spills) {
      return;
    }
    try (Stream<Path> all = Files.list(files)) {
      List<String> names = all.map(p -> p.getFileName().toString()).toList();
      assertTrue(names.size() <= (ended ? 0 : 1), names::toString);
      if (started()) {
        assertTrue(Collections.disjoint(names, leftover), names + " and before " + leftover);
      }
      left += names.size();
      leftover = names;
    }
  }

  /** Whether the process that ended last had begun to train. */
  private boolean started() {
    return text(shown).contains("epoch");
  }

  /** How often a file of arrays was left by a kill. */
  int left() {
    return left;
  }

  /** Whole lines are those of the undisturbed training, at most one is missing. */
  private void checkLog() throws IOException {
    Path file = folder.resolve("log.csv");
    String log = Files.exists(file) ? Files.readString(file) : "";
    String expected = Files.readString(good.resolve("log.csv"));
    assertTrue(expected.startsWith(log), log);
    long whole = log.chars().filter(c -> c == '\n').count() - 1;
    boolean agrees = whole <= last.epoch() && (last.epoch() == 0 || whole >= last.epoch() - 1);
    assertTrue(agrees, whole + " lines, " + last);
  }

  Task task() {
    return task;
  }

  /** The words that go on. */
  List<Object> words() {
    return task.words(folder);
  }

  /** Goes on to the end, in a process of its own, and compares. */
  void finish() throws Exception {
    Process process = start(false, Map.of());
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "hangs");
    assertEquals(0, process.waitFor(), () -> text(shown));
    compare();
  }

  /** Compares all there is in the end with the undisturbed training. */
  void compare() throws IOException {
    assertEquals(
        List.of("log.csv", "out.ckpt"), names().filter(n -> !n.equals(SPILL)).sorted().toList());
    checkSpilled(true);
    assertEquals(text(good.resolve("log.csv")), text(folder.resolve("log.csv")));
    assertEquals(task.epochs, SafeFilesTest.progress(folder.resolve("out.ckpt")).epoch());
    Map<String, float[]> expected = weights(good.resolve("out.ckpt"));
    Map<String, float[]> weights = weights(folder.resolve("out.ckpt"));
    assertEquals(expected.keySet(), weights.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, weights.get(name), name));
  }

  private static Map<String, float[]> weights(Path file) {
    Map<String, float[]> all = new TreeMap<>();
    try (Model model = Checkpoint.load(file, m -> m.backend("reference"))) {
      model.weights().forEach((name, w) -> all.put(name, w.floats().clone()));
    }
    return all;
  }

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(p -> p.getFileName().toString()).toList().stream();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Whether this system lets a process be the first of a namespace. */
  static boolean canBeAlone() throws InterruptedException {
    try {
      List<String> words = new ArrayList<>(ALONE);
      words.add("true");
      return new ProcessBuilder(words).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
