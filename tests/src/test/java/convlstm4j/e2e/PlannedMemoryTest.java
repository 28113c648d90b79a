package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.cli.article.Architectures;
import convlstm4j.data.Batch;
import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.checkpoint.CheckpointOptions;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyType;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Compile;
import convlstm4j.model.InputPlace;
import convlstm4j.model.Model;
import convlstm4j.model.RunPlan;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The article's network by the command line in less memory than all frames at once take: two
 * training steps, then scores by what was saved; and the resident set that the processes had at
 * most, beside what was planned.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PlannedMemoryTest {
  private static final boolean FULL = Boolean.getBoolean("full");

  /** With 16, most of what a prediction takes is Java itself. */
  private static final int FRAMES = FULL ? 24 : 16;

  /** So many are run at once. */
  private static final int FEW = 18;

  private static final int SIDE = 240;
  private static final List<String> GENRES =
      List.of("comedy", "action", "horror", "thriller", "musical", "other");
  private static final Shape FRAME = Shape.of(3, SIDE, SIDE);

  private static final double CLOSE = 0.05;

  /** So much less Java takes where the machine is busy, since less is compiled. */
  private static final long COMPILED = 24 << 20;

  private static final double MIB = 1 << 20;

  /** As the launcher does, without the options by which tests start fast. */
  private static final List<String> JAVA =
      List.of("-XX:+UseSerialGC", "-Xms8m", "-XX:MaxHeapFreeRatio=50", "-XX:-ShrinkHeapInSteps");

  @TempDir static Path dir;

  @BeforeAll
  static void write() throws Exception {
    try (Model m = Architectures.convLstm(FRAME, GENRES, 12, 5, 32).backend("onednn")) {
      m.compile(Compile.with(new Adam(1e-3)).loss(Loss.binaryCrossentropy()));
      Checkpoint.save(m, dir.resolve("start.ckpt"));
    }
    write("data", FRAMES);
    write("few", FEW);
  }

  private static void write(String folder, int frames) throws Exception {
    Path data = Files.createDirectories(dir.resolve(folder));
    Random random = new Random(3);
    byte[] frame = new byte[(int) FRAME.elements()];
    Shape shape = Shape.of(frames, 3, SIDE, SIDE);
    try (NpyWriter video = NpyWriter.create(data.resolve("trailer_0.npy"), NpyType.UINT8, shape)) {
      for (int i = 0; i < frames; i++) {
        random.nextBytes(frame);
        video.write(frame);
      }
      video.commit();
    }
    Tensor labels = Tensor.zeros(DType.FLOAT32, Shape.of(frames, GENRES.size()));
    for (int i = 0; i < labels.size(); i++) {
      labels.set(i, random.nextInt(2));
    }
    NpyWriter.write(data.resolve("labels_0.npy"), labels);
    Files.write(data.resolve("genres.txt"), GENRES);
  }

  /** What a process had at most, looked at until it ends. */
  private static long peak(String name, Object... words) throws Exception {
    List<String> command = Cli.process(List.of(), words);
    command.removeAll(List.of("-Xmx512m", "-XX:+UseSerialGC"));
    if (FULL) { // with both compilers, as users have it
      command.removeAll(List.of("-XX:TieredStopAtLevel=1", "-XX:CompileThresholdScaling=3"));
    }
    ClassArchive.remove(command);
    Cli.smallPages(command);
    command.addAll(1, JAVA);
    Path said = dir.resolve(name + ".txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    long most = 0;
    while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
      most = Math.max(most, resident(process.pid()).orElse(0));
    }
    assertEquals(0, process.waitFor(), () -> text(said));
    return most;
  }

  private static OptionalLong resident(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(l -> l.startsWith("VmHWM:"))
          .mapToLong(l -> Long.parseLong(l.replaceAll("\\D+", "")) << 10)
          .findFirst();
    } catch (java.io.IOException e) {
      return OptionalLong.empty(); // it has ended
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }

  /** Frames to train on are read from a file of bytes. */
  private static RunPlan planned(String file, boolean training, int frames, long memory) {
    Shape video = Shape.of(1, frames, 3, SIDE, SIDE);
    try (Model m = Checkpoint.load(dir.resolve(file), x -> x.backend("onednn"))) {
      if (memory > 0) {
        m.memory(memory);
      }
      return training ? m.planTraining(InputPlace.FILES, video) : m.plan(false, video);
    }
  }

  /** In less memory than all at once takes. */
  private static RunPlan stretchedTraining() {
    long all = planned("start.ckpt", true, FRAMES, 0).total();
    return stretched(planned("start.ckpt", true, FRAMES, (long) (0.7 * all)));
  }

  /** In the least memory that can. */
  private static RunPlan least(String file) {
    long least = planned(file, false, FRAMES, 1).smallest();
    return stretched(planned(file, false, FRAMES, least));
  }

  private static RunPlan stretched(RunPlan plan) {
    assertTrue(plan.isStretched() && plan.refusal().isEmpty(), plan.toString());
    return plan;
  }

  private static String budget(RunPlan plan) {
    return (plan.total() >> 10) + 1024 + "k";
  }

  private static void check(String what, RunPlan plan, long took) {
    List<String> said = new ArrayList<>(List.of(what));
    said.add(String.format("took %.1f MiB, planned %.1f MiB", took / MIB, plan.total() / MIB));
    assertTrue(took < (1 + CLOSE) * plan.total(), said + " " + plan);
    assertTrue(took > (1 - CLOSE) * plan.total() - COMPILED, said + " " + plan);
  }

  /** Trains for some steps; what the process had at most. */
  private static long train(String folder, int steps, RunPlan plan) throws Exception {
    Path trained = dir.resolve(folder + ".ckpt");
    List<Object> words = new ArrayList<>(List.of("train", "--data", dir.resolve(folder)));
    words.addAll(List.of("--model", dir.resolve("start.ckpt"), "--output", trained));
    words.addAll(List.of("--epochs", steps, "--memory", budget(plan), "--backend", "onednn"));
    long took = peak("train-" + folder, words.toArray());
    try (Model m = Checkpoint.load(trained, x -> x.backend("reference"))) {
      assertEquals(steps, m.progress().step());
      assertTrue(m.weights().values().stream().allMatch(Tensor::isFinite));
    }
    return took;
  }

  private static long predict(String folder, int frames, RunPlan plan) throws Exception {
    Path scores = dir.resolve(folder + ".npy");
    List<Object> words = new ArrayList<>(List.of("predict", "--model"));
    words.addAll(List.of(dir.resolve(folder + ".ckpt"), "--output", scores));
    words.addAll(List.of("--input", dir.resolve(folder).resolve("trailer_0.npy")));
    words.addAll(List.of("--memory", budget(plan), "--backend", "onednn"));
    long took = peak("predict-" + folder, words.toArray());
    Tensor all = NpyFile.open(scores).read(DType.FLOAT32);
    assertEquals(Shape.of(frames, GENRES.size()), all.shape());
    assertTrue(IntStream.range(0, all.size()).allMatch(i -> all.get(i) > 0 && all.get(i) < 1));
    return took;
  }

  @Test
  void trainsAndPredictsInStretchesAsPlanned() throws Exception {
    RunPlan training = stretchedTraining();
    check("train", training, train("data", 2, training));
    RunPlan prediction = least("data.ckpt");
    check("predict", prediction, predict("data", FRAMES, prediction));
  }

  /** So few frames that a step needs no stretches. */
  @EnabledIfSystemProperty(named = "full", matches = "true")
  @Test
  void trainsAndPredictsAtOnceAsPlanned() throws Exception {
    RunPlan training = planned("start.ckpt", true, FEW, 0);
    assertFalse(training.isStretched(), training.toString());
    check("train", training, train("few", 3, training));
    RunPlan prediction = planned("few.ckpt", false, FEW, 0);
    assertFalse(prediction.isStretched(), prediction.toString());
    // Of one large convolution's scratch memory, pages are counted that it never touches.
    long took = predict("few", FEW, prediction);
    assertTrue(took < (1 + CLOSE) * prediction.total(), took + " " + prediction);
  }

  /** A weight of 64 MiB and an Adam's two slots of it, most of what there is. */
  @EnabledIfSystemProperty(named = "full", matches = "true")
  @Test
  void predictsWithALargeWeightAsPlanned() throws Exception {
    Symbol x = Input.shape(4096);
    Symbol y = new Dense(1).apply(new Dense(4096).apply(x));
    Tensor input = Tensor.zeros(DType.FLOAT32, Shape.of(4, 4096));
    NpyWriter.write(dir.resolve("x.npy"), input);
    Path file = dir.resolve("large.ckpt");
    RunPlan plan;
    try (Model m = Model.of(x, y).backend("onednn")) {
      m.compile(new Adam(1e-3), Loss.meanSquaredError());
      Tensor target = Tensor.zeros(DType.FLOAT32, Shape.of(4, 1));
      m.trainOnBatch(new Batch(List.of(input), List.of(target), List.of(), "a batch"));
      Checkpoint.save(m, file);
    }
    CheckpointOptions used = CheckpointOptions.defaults().withoutTraining();
    try (Model m = Checkpoint.load(file, used.model(l -> l.backend("onednn")))) {
      plan = m.plan(false, input.shape());
    }
    Object[] words = {"predict", "--model", file, "--input", dir.resolve("x.npy")};
    List<Object> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--output", dir.resolve("y.npy"), "--backend", "onednn"));
    all.addAll(List.of("--memory", budget(plan)));
    long took = peak("large", all.toArray());
    assertTrue(took < (1 + 1.5 * CLOSE) * plan.total(), took + " " + plan);
  }
}
