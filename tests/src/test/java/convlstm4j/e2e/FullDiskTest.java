package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.cli.Main;
import convlstm4j.cli.demo.PictureToDisk;
import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that is full, read-only or gone: the message names the file and the cause, the last good
 * file is as it was, nothing half-written stays. The disk is a small one in memory, which only the
 * command sees; what is on it afterwards is copied out of it.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FullDiskTest {
  /**
   * {@code disk, what is done before, copy, command..}: mounts, copies {@code good} onto the disk,
   * runs, and copies all that is on it to {@code copy}.
   */
  private static final String SCRIPT =
      "disk=$1; before=$2; copy=$3; shift 3; mount -t tmpfs -o size=200k none \"$disk\" || exit 99;"
          + " cp -p \"$disk\"/../good/* \"$disk\"; eval \"$before\"; \"$@\"; code=$?;"
          + " mount -o remount,rw \"$disk\" 2>/dev/null; rm -f \"$disk/ballast\";"
          + " cp -a \"$disk\"/. \"$copy\"; exit $code";

  private static final boolean FULL = Boolean.getBoolean("full");
  private static final String FILL = "head -c 1M /dev/zero > \"$disk/ballast\" 2>/dev/null; true";

  private static final List<String> GOOD = List.of("a.ckpt", "a.csv");

  /** The disk takes nothing any more. */
  private static final String LOCK = "mount -o remount,ro \"$disk\"";

  @TempDir static Path shared;
  private static Path data;

  @TempDir Path dir;
  private Path disk;
  private Path good;
  private Path after;

  @BeforeAll
  static void train() throws Exception {
    assumeTrue(canMount(), "no file system may be mounted here");
    data = TinyFolder.write(shared.resolve("data"));
    Cli.good(
        "train",
        "--data",
        data,
        "--output",
        shared.resolve("a.ckpt"),
        "--log",
        shared.resolve("a.csv"),
        "--epochs",
        1,
        "--filters",
        2,
        "--backend",
        "reference");
  }

  @BeforeEach
  void makeFiles() throws Exception {
    disk = Files.createDirectory(dir.resolve("disk"));
    good = Files.createDirectory(dir.resolve("good"));
    after = Files.createDirectory(dir.resolve("after"));
    for (String name : GOOD) {
      Files.copy(shared.resolve(name), good.resolve(name));
    }
  }

  private static boolean canMount() throws Exception {
    try {
      String script = "mount -t tmpfs -o size=200k none " + shared;
      return new ProcessBuilder("unshare", "--mount", "bash", "-c", script).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs a command that fails; gives what it said. */
  private String failed(String before, Object... words) throws Exception {
    return failed(Cli.process(start(before), words));
  }

  /** The words before a command that sees the disk. */
  private List<String> start(String before) {
    return List.of(
        "unshare",
        "--mount",
        "bash",
        "-c",
        SCRIPT,
        "bash",
        disk.toString(),
        before,
        after.toString());
  }

  private String failed(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String shown = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    assertTrue(code == 1 || code == 2, code + ": " + shown);
    assertFalse(shown.contains("Exception"), shown);
    return shown.lines().filter(l -> l.startsWith("convlstm4j: ")).collect(Collectors.joining());
  }

  private Object[] train(Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", "--data", data, "--backend"));
    words.addAll(List.of("reference", "--filters", 2, "--epochs", 3));
    words.addAll(List.of(more));
    return words.toArray();
  }

  private void assertAsBefore(String... names) throws IOException {
    Set<String> all;
    try (Stream<Path> files = Files.list(after)) {
      all =
          files.map(p -> p.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
    }
    assertEquals(Set.copyOf(GOOD), all);
    for (String name : names) {
      assertEquals(-1, Files.mismatch(good.resolve(name), after.resolve(name)), name);
    }
  }

  @Test
  void fullBeforeTheCheckpoint() throws Exception {
    Path file = disk.resolve("a.ckpt");
    String said = failed(FILL, train("--output", file, "--resume"));
    assertTrue(said.contains("a.ckpt") && said.contains("No space left"), said);
    assertAsBefore("a.ckpt", "a.csv");
  }

  /** The disk fills up while the training runs. */
  @Test
  void fullInTheMiddle() throws Exception {
    Path file = disk.resolve("a.ckpt");
    String later = "(while [ ! -e \"$disk/.a.ckpt.lock\" ]; do sleep 0.01; done; " + FILL + ") &";
    String said = failed(later, train("--output", file, "--resume"));
    assertTrue(said.contains("a.ckpt") && said.contains("No space left"), said);
    assertAsBefore("a.csv");
    try (Model model = Checkpoint.load(after.resolve("a.ckpt"), m -> m.backend("reference"))) {
      assertTrue(model.progress().epoch() >= 1);
    }
  }

  @Test
  void fullBeforeTheLog() throws Exception {
    String said =
        failed(FILL, train("--output", dir.resolve("b.ckpt"), "--log", disk.resolve("new.csv")));
    assertTrue(said.contains("new.csv") && said.contains("No space left"), said);
    assertAsBefore("a.ckpt", "a.csv");
  }

  @Test
  void fullBeforePredictions() throws Exception {
    // By default the array meets a quota only, in QuotaTest.
    for (String name : FULL ? List.of("scores.npy", "scores.csv") : List.of("scores.csv")) {
      String said =
          failed(
              FILL,
              "predict",
              "--model",
              good.resolve("a.ckpt"),
              "--input",
              data.resolve("trailer_0.npy"),
              "--backend",
              "reference",
              "--output",
              disk.resolve(name));
      assertTrue(said.contains(name) && said.contains("No space left"), said);
      assertAsBefore("a.ckpt", "a.csv");
    }
  }

  /** Of a video, all features are kept or none. */
  @Test
  void fullBeforeFeatures() throws Exception {
    Symbol image = Input.named("image", 8, 8, 3);
    Path eye = dir.resolve("eye.ckpt");
    try (Model model = Model.of(image, new Conv2D(64, 3).padding("same").apply(image))) {
      model.backend("reference").save(eye);
    }
    // 98 kB a video: not all four have room.
    String said =
        failed(
            "true",
            train(
                "--output",
                dir.resolve("b.ckpt"),
                "--backbone",
                eye,
                "--feature-cache",
                disk.resolve("features")));
    assertTrue(said.contains(".features: ") && said.contains("No space left"), said);
    List<String> left =
        Cli.contents(after.resolve("features")).keySet().stream()
            .filter(n -> !n.matches("|[0-9a-f]{64}[.]features"))
            .toList();
    assertEquals(List.of(), left);
  }

  @Test
  void fullBeforeAPicture() throws Exception {
    for (String before : FULL ? List.of(FILL, LOCK) : List.of(FILL)) {
      List<String> command = Cli.process(start(before), disk.resolve("picture.png"));
      command.set(command.indexOf(Main.class.getName()), PictureToDisk.class.getName());
      String said = failed(command);
      assertTrue(said.contains("picture.png"), said);
      assertTrue(said.contains("No space left") || said.contains("may not be written to"), said);
      assertAsBefore("a.ckpt", "a.csv");
    }
  }

  /**
   * A disk that fills up while a step keeps arrays there: an error, not a signal; no file stays.
   */
  @Test
  void fullInTheMiddleOfASpill() throws Exception {
    List<String> command = Cli.process(start("true"), disk);
    command.set(command.indexOf(Main.class.getName()), SpillToDisk.class.getName());
    String said = failed(command);
    assertTrue(
        said.startsWith("convlstm4j: spill=" + disk + ": cannot make a file of")
            && said.contains("No space left")
            && said.contains("name a folder on another disk"),
        said);
    assertAsBefore("a.ckpt", "a.csv");
  }

  /** The disk is too small for the demo's trailers. */
  @Test
  void fullInTheMiddleOfADemo() throws Exception {
    String said =
        failed("true", "demo", "--backend", "reference", "--output", disk.resolve("demo"));
    assertTrue(said.contains("demo") && said.contains("No space left"), said);
    List<String> left =
        Cli.contents(after).keySet().stream()
            .filter(n -> n.matches(".*\\.(part|lock|tmp)"))
            .toList();
    assertEquals(List.of(), left);
  }

  /** Native libraries are unpacked onto a disk without room, or one that takes nothing. */
  @Test
  void fullBeforeNativeLibraries() throws Exception {
    for (String before : FULL ? List.of(FILL, LOCK) : List.of(FILL)) {
      List<String> command =
          Cli.process(
              start(before),
              "predict",
              "--model",
              good.resolve("a.ckpt"),
              "--input",
              data.resolve("trailer_0.npy"),
              "--backend",
              "onednn",
              "--output",
              dir.resolve("scores.npy"));
      command.add(command.indexOf("-cp"), "-Dconvlstm4j.cache=" + disk.resolve("cache"));
      String said = failed(command);
      assertTrue(said.contains(disk.toString()), said);
      assertTrue(said.contains("No space left") || said.contains("ead-only"), said);
      List<String> left =
          Cli.contents(after).keySet().stream().filter(n -> n.matches(".*\\.(part|tmp)")).toList();
      assertEquals(List.of(), left);
      assertFalse(Files.exists(dir.resolve("scores.npy")));
    }
  }

  @Test
  void readOnlyDisk() throws Exception {
    String said = failed(LOCK, train("--output", disk.resolve("a.ckpt"), "--resume"));
    assertTrue(said.contains("a.ckpt") && said.contains("may not be written to"), said);
    assertAsBefore("a.ckpt", "a.csv");
  }

  /** The folder goes while the training runs. */
  @Test
  void vanishedFolder() throws Exception {
    String later =
        "mkdir \"$disk/sub\"; (while [ ! -e \"$disk/sub/b.ckpt\" ]; do sleep 0.01; done;"
            + " while ! rm -r \"$disk/sub\"; do :; done) 2>/dev/null &";
    List<Object> words = new ArrayList<>(List.of(train("--output", disk.resolve("sub/b.ckpt"))));
    words.set(words.indexOf(3), 1_000_000);
    String said = failed(later, words.toArray());
    assertTrue(said.contains("b.ckpt") && said.contains("there is no folder"), said);
    assertAsBefore("a.ckpt", "a.csv");
  }
}
