package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Input;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.model.RunPlan;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings whose steps are long, in stretches, and keep arrays in files, are killed in the middle
 * of steps: no file is left after the next start, the last checkpoint loads, and in the end the
 * weights are to the bit those of the undisturbed training. {@code -Dkill.steps=50} is the large
 * run.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 1, unit = TimeUnit.HOURS)
class LongStepKillTest {
  private static final int KILLS = Integer.getInteger("kill.steps", 1);

  /** Shorter videos and trainings are enough for so few kills. */
  private static final boolean FEW = KILLS <= 2;

  /** About as long as a step takes. */
  private static final int STEP_MILLIS = FEW ? 150 : 700;

  /** A kill comes in the first two after a start, so that one training outlives several. */
  private static final int EPOCHS = FEW ? 3 : 7;

  private static final Shape VIDEOS = Shape.of(4, FEW ? 6 : 30, 20, 20, 1);

  /** One in so many kills is at an operation on a file, most of them on those of arrays. */
  private static final int AT_OPERATION = 4;

  @TempDir Path dir;

  private static Model model() {
    Symbol v = Input.named("frames", Input.ANY, 20, 20, 1);
    Symbol x = new Dropout(0.2).apply(memory(4).apply(v));
    x = memory(1).apply(new BatchNormalization().apply(memory(3).apply(x)));
    return Model.of(v, x).backend("onednn").seed(3);
  }

  private static ConvLSTM2D memory(int filters) {
    return new ConvLSTM2D(filters, 3).padding(Padding.SAME).returnSequences(true);
  }

  /** So little memory, in KiB, that arrays have to lie in files. */
  private long budget() {
    try (Model m = model().stretch(1)) {
      m.compile(Compile.with(new Adam(0.01)).loss(Loss.meanSquaredError()));
      long without = m.memory(1).plan(true, VIDEOS).smallest();
      long with = m.spill(dir).plan(true, VIDEOS).smallest();
      long budget = (with + without) / 2;
      RunPlan plan = m.memory(budget).plan(true, VIDEOS);
      assertTrue(plan.spilled() > 0 && plan.refusal().isEmpty(), plan.toString());
      return budget >> 10;
    }
  }

  @Test
  void killsInTheMiddleOfStepsLoseNothingAndLeaveNothing() throws Exception {
    long seed = Long.getLong("seed", 20261129L);
    System.out.println("seed=" + seed + ", kill.steps=" + KILLS);
    NpyWriter.write(dir.resolve("x.npy"), SmallModels.random(1, VIDEOS.dims()));
    NpyWriter.write(dir.resolve("y.npy"), SmallModels.random(2, VIDEOS.dims()));
    try (Model model = model()) {
      Checkpoint.save(model, dir.resolve("long.ckpt"));
    }
    List<Object> more = List.of("--stretch", 1, "--memory", budget() + "k");
    KillChain.Task task =
        new KillChain.Task(dir, "long", "onednn", 1, more, true, STEP_MILLIS, EPOCHS);
    Path good = Files.createDirectory(dir.resolve("good"));
    task.prepare(good);
    undisturbed(task, good);
    Optional<Path> library = Preloaded.build("kill_at", dir);
    Random random = new Random(seed);
    int done = 0;
    int left = 0;
    int atOperations = 0;
    for (int chains = 0; done < KILLS; chains++) {
      KillChain chain = new KillChain(task, good, dir.resolve("chain-" + chains), random);
      boolean goesOn = true;
      while (goesOn && done < KILLS) {
        boolean atOperation = library.isPresent() && done % AT_OPERATION == 1;
        goesOn =
            atOperation
                ? !chain.killAt(1 + random.nextInt(40), false, library.get()).isEmpty()
                : chain.killAtSomeTime(false);
        done += goesOn ? 1 : 0;
        atOperations += goesOn && atOperation ? 1 : 0;
      }
      chain.finish();
      left += chain.left();
    }
    System.out.println(
        "kills: " + done + ", " + atOperations + " at operations; files left: " + left);
  }

  private static void undisturbed(KillChain.Task task, Path good) throws Exception {
    List<Object> words = new ArrayList<>(task.words(good));
    Process process = task.process(List.of(), words).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }
}
