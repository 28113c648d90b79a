package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.cli.Main;
import convlstm4j.cli.demo.PictureToDisk;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.model.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A quota that is used up at an operation that takes room, whichever it is: the message names the
 * file and the cause, the last good file is as it was or is the next one, whole, and nothing
 * half-written stays. No quota can be set without an administrator, so a library stands between the
 * process and the system and says what a quota says. {@code -Dquota.tries=250} tries every
 * operation of every phase but the native libraries' thousands.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class QuotaTest {
  /** Operations that are tried in each phase. */
  private static final int TRIES = Integer.getInteger("quota.tries", 2);

  private static final String SAID = "quota exceeded";
  private static final int KIBIBYTES = 4;

  @TempDir static Path dir;
  private static Optional<Path> library;
  private static Path data;
  private static Path good;
  private static Path folder;
  private Random random;

  @BeforeAll
  static void makeFiles() throws Exception {
    library = Preloaded.build("quota", dir);
    data = TinyFolder.write(dir.resolve("data"));
    good = Files.createDirectory(dir.resolve("good"));
    folder = dir.resolve("folder");
    Cli.good(train(good, 1).toArray());
  }

  @BeforeEach
  void begin() {
    long seed = Long.getLong("seed", 20261129L);
    System.out.println("seed=" + seed + ", quota.tries=" + TRIES);
    random = new Random(seed);
  }

  private static List<Object> train(Path to, int epochs) {
    List<Object> words = new ArrayList<>(List.of("train", "--data", data, "--backend"));
    words.addAll(List.of("reference", "--filters", 2, "--epochs", epochs, "--resume"));
    words.addAll(List.of("--output", to.resolve("a.ckpt"), "--log", to.resolve("a.csv")));
    return words;
  }

  private List<Object> predict(String name) {
    List<Object> words = new ArrayList<>(List.of("predict", "--backend", "reference"));
    words.addAll(List.of("--model", good.resolve("a.ckpt"), "--output", folder.resolve(name)));
    words.addAll(List.of("--input", data.resolve("trailer_0.npy")));
    return words;
  }

  /** How a process ended, and the number of operations there were. */
  private record Ended(int code, String said, int operations) {}

  /** Runs a command under a quota that is used up at an operation; 0: never. */
  private Ended run(int at, List<String> command) throws Exception {
    restore();
    Path count = dir.resolve("count");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LD_PRELOAD", library.orElseThrow().toString());
    builder.environment().put("QUOTA_FOLDER", folder + "/");
    builder.environment().put("QUOTA_FROM", Integer.toString(at));
    builder.environment().put("QUOTA_SAID", count.toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said, Integer.parseInt(Files.readString(count)));
  }

  /** The folder with the good files, and nothing else. */
  private void restore() throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path p : all.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(p);
        }
      }
    }
    Files.createDirectory(folder);
    for (String name : List.of("a.ckpt", "a.csv")) {
      Files.copy(good.resolve(name), folder.resolve(name));
    }
  }

  private interface Look {
    void at(String said) throws Exception;
  }

  /** Tries operations of a command, first and last among them. */
  private void each(List<String> command, int atLeast, Look look) throws Exception {
    assumeTrue(library.isPresent(), "no cc (Debian: apt install gcc)");
    Ended whole = run(0, command);
    Files.deleteIfExists(dir.resolve("scores.npy"));
    assertEquals(0, whole.code, whole.said);
    assertTrue(whole.operations >= atLeast, whole.operations + " operations");
    Set<Integer> tried = new TreeSet<>(List.of(1, whole.operations));
    for (int n = 2; TRIES >= whole.operations && n < whole.operations; n++) {
      tried.add(n);
    }
    while (tried.size() < Math.min(TRIES, whole.operations)) {
      tried.add(1 + random.nextInt(whole.operations));
    }
    for (int at : tried) {
      Ended ended = run(at, command);
      String said = "operation " + at + " of " + whole.operations + ": " + ended.said;
      assertTrue(ended.code == 1 || ended.code == 2, ended.code + ", " + said);
      assertFalse(ended.said.contains("Exception"), said);
      List<String> lines = ended.said.lines().filter(l -> l.startsWith("convlstm4j: ")).toList();
      assertEquals(1, lines.size(), said);
      assertTrue(lines.get(0).contains(folder.toString()), said);
      assertTrue(lines.get(0).contains(SAID), said);
      List<String> left =
          Cli.contents(folder).keySet().stream().filter(n -> n.matches(".*\\.(part|tmp)")).toList();
      assertEquals(List.of(), left, said);
      look.at(said);
    }
  }

  private void assertAsBefore(String said) throws IOException {
    for (String name : List.of("a.ckpt", "a.csv")) {
      assertEquals(-1, Files.mismatch(good.resolve(name), folder.resolve(name)), name + said);
    }
  }

  /** Checkpoint and log, through two epochs. */
  @Test
  void ofATraining() throws Exception {
    each(
        Cli.process(List.of(), train(folder, 3).toArray()),
        10,
        said -> {
          assertEquals(Set.of("a.ckpt", "a.csv", ""), Cli.contents(folder).keySet(), said);
          String log = Files.readString(folder.resolve("a.csv"));
          assertTrue(log.startsWith(Files.readString(good.resolve("a.csv"))), said);
          try (Model m = Checkpoint.load(folder.resolve("a.ckpt"), b -> b.backend("reference"))) {
            assertTrue(m.progress().epoch() >= 1, said);
          }
        });
  }

  @Test
  void ofPredictions() throws Exception {
    // By default the table is written to a full disk only, in FullDiskTest.
    boolean full = Boolean.getBoolean("full");
    for (String name : full ? List.of("scores.npy", "scores.csv") : List.of("scores.npy")) {
      each(
          Cli.process(List.of(), predict(name).toArray()),
          3,
          said -> {
            assertAsBefore(said);
            assertFalse(Files.exists(folder.resolve(name)), said);
          });
    }
  }

  /** By default it meets a full disk only, in {@link FullDiskTest}. */
  @EnabledIfSystemProperty(named = "full", matches = "true")
  @Test
  void ofAPicture() throws Exception {
    List<String> command = Cli.process(List.of(), folder.resolve("picture.png"));
    command.set(command.indexOf(Main.class.getName()), PictureToDisk.class.getName());
    each(
        command,
        3,
        said -> {
          assertAsBefore(said);
          assertFalse(Files.exists(folder.resolve("picture.png")), said);
        });
  }

  /** As with a picture. */
  @EnabledIfSystemProperty(named = "full", matches = "true")
  @Test
  void ofNativeLibraries() throws Exception {
    List<Object> words = predict("none");
    words.set(words.indexOf("reference"), "onednn");
    words.set(words.indexOf(folder.resolve("none")), dir.resolve("scores.npy"));
    List<String> command = Cli.process(List.of(), words.toArray());
    command.add(command.indexOf("-cp"), "-Dconvlstm4j.cache=" + folder.resolve("cache"));
    each(
        command,
        3,
        said -> {
          assertAsBefore(said);
          assertFalse(Files.exists(dir.resolve("scores.npy")), said);
        });
  }

  /** The system's own limit of a file's size, which any process may set itself. */
  @Test
  void aLimitOfAFilesSize() throws Exception {
    restore();
    String limit = "ulimit -f " + KIBIBYTES + "; exec \"$@\"";
    List<String> before = List.of("bash", "-c", limit, "bash");
    ProcessBuilder command = new ProcessBuilder(Cli.process(before, train(folder, 3).toArray()));
    Process process = command.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor(), said);
    assertTrue(said.contains("a.ckpt: cannot be written: File too large"), said);
    assertAsBefore(said);
    assertEquals(Set.of("a.ckpt", "a.csv", ""), Cli.contents(folder).keySet());
  }
}
