package convlstm4j.io.checkpoint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that train and save after each step are killed at random moments, 100 times. */
class KillTest {
  private static final int LANES = 2;
  private static final int KILLS = 50;

  /** After the first save of a process. */
  private static final int LATEST_MILLIS = 80;

  private static final long PATIENCE = 60_000;

  @TempDir Path folder;

  @Test
  void lastCheckpointAlwaysLoads() throws Exception {
    long seed = Long.getLong("seed", 20261126L);
    List<Future<Integer>> lanes = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(LANES);
    for (int lane = 0; lane < LANES; lane++) {
      Random random = new Random(seed + lane);
      Path own = Files.createDirectory(folder.resolve("lane" + lane));
      lanes.add(threads.submit(() -> kill(own, random)));
    }
    int duringSave = 0;
    for (Future<Integer> lane : lanes) {
      duringSave += lane.get();
    }
    threads.shutdown();
    // Otherwise the kills missed the moments that matter.
    assertTrue(duringSave >= 5, duringSave + " kills fell into a save");
  }

  /** Returns how many kills left a file that was being written. */
  private static int kill(Path folder, Random random) throws Exception {
    Path path = folder.resolve("last.ckpt");
    int duringSave = 0;
    Progress last = Progress.START;
    for (int kill = 0; kill < KILLS; kill++) {
      Object before = identity(path);
      Process process = Trainee.start("forever", path.toString());
      long start = System.currentTimeMillis();
      while (java.util.Objects.equals(before, identity(path))) {
        assertTrue(process.isAlive(), () -> log(path));
        assertTrue(System.currentTimeMillis() - start < PATIENCE, "no checkpoint in a minute");
        Thread.sleep(2);
      }
      Thread.sleep(random.nextInt(LATEST_MILLIS));
      assertTrue(process.isAlive(), () -> log(path));
      process.destroyForcibly().waitFor();
      try (Stream<Path> files = Files.list(folder)) {
        List<String> left =
            files.map(p -> p.getFileName().toString()).filter(n -> n.endsWith(".part")).toList();
        // What the process before left was removed by this one.
        assertTrue(left.size() <= 1, left::toString);
        duringSave += left.size();
      }
      try (Model model = Checkpoint.load(path, m -> m.backend("reference"))) {
        Progress now = model.progress();
        // The end of an epoch is saved with the number of steps of its last batch.
        boolean further = now.step() > last.step() || now.epoch() > last.epoch();
        assertTrue(further, now + " after " + last);
        last = now;
        assertTrue(model.weights().values().stream().allMatch(t -> t.isFinite()));
      }
    }
    return duringSave;
  }

  private static Object identity(Path path) throws java.io.IOException {
    return Files.exists(path)
        ? Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class).fileKey()
        : null;
  }

  private static String log(Path path) {
    try {
      return Files.readString(Path.of(path + ".log"));
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
