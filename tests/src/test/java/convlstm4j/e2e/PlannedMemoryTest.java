package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.cli.article.Architectures;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyType;
import convlstm4j.io.npy.NpyWriter;
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
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
  private static final int FRAMES = 40;
  private static final int SIDE = 240;
  private static final List<String> GENRES =
      List.of("comedy", "action", "horror", "thriller", "musical", "other");
  private static final Shape VIDEO = Shape.of(1, FRAMES, 3, SIDE, SIDE);

  private static final double CLOSE = 0.05;

  private static final double MIB = 1 << 20;

  /** As the launcher does, without the options by which tests start fast. */
  private static final List<String> JAVA =
      List.of("-XX:+UseSerialGC", "-Xms8m", "-XX:MaxHeapFreeRatio=50", "-XX:-ShrinkHeapInSteps");

  @TempDir static Path dir;

  @BeforeAll
  static void write() throws Exception {
    Path data = Files.createDirectories(dir.resolve("data"));
    try (Model m = Architectures.convLstm(VIDEO.from(2), GENRES, 12, 5, 32).backend("onednn")) {
      m.compile(Compile.with(new Adam(1e-3)).loss(Loss.binaryCrossentropy()));
      Checkpoint.save(m, dir.resolve("start.ckpt"));
    }
    Random random = new Random(3);
    byte[] frame = new byte[(int) VIDEO.from(2).elements()];
    try (NpyWriter video =
        NpyWriter.create(data.resolve("trailer_0.npy"), NpyType.UINT8, VIDEO.from(1))) {
      for (int i = 0; i < FRAMES; i++) {
        random.nextBytes(frame);
        video.write(frame);
      }
      video.commit();
    }
    Tensor labels = Tensor.zeros(DType.FLOAT32, Shape.of(FRAMES, GENRES.size()));
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
    ClassArchive.remove(command);
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

  /** In more than the least memory that can; frames to train on are read from a file of bytes. */
  private static RunPlan planned(String file, boolean training, double more) {
    try (Model m = Checkpoint.load(dir.resolve(file), x -> x.backend("onednn"))) {
      Supplier<RunPlan> plan =
          () -> training ? m.planTraining(InputPlace.FILES, VIDEO) : m.plan(false, VIDEO);
      m.memory(1);
      m.memory((long) (plan.get().smallest() * more));
      return plan.get();
    }
  }

  private static String budget(RunPlan plan) {
    return (plan.total() >> 10) + 1024 + "k";
  }

  private static void check(String what, RunPlan plan, long took) {
    List<String> said = new ArrayList<>(List.of(what));
    said.add(String.format("took %.1f MiB, planned %.1f MiB", took / MIB, plan.total() / MIB));
    assertTrue(took < (1 + CLOSE) * plan.total(), said + " " + plan);
    assertTrue(took > (1 - CLOSE) * plan.total(), said + " " + plan);
  }

  @Test
  void trainsAndPredictsInStretchesAsPlanned() throws Exception {
    RunPlan training = planned("start.ckpt", true, 1.6);
    assertTrue(training.isStretched() && training.refusal().isEmpty(), training.toString());
    Path trained = dir.resolve("trained.ckpt");
    List<Object> words = new ArrayList<>(List.of("train", "--data", dir.resolve("data")));
    words.addAll(List.of("--model", dir.resolve("start.ckpt"), "--output", trained));
    words.addAll(List.of("--epochs", 2, "--memory", budget(training), "--backend", "onednn"));
    long took = peak("train", words.toArray());
    try (Model m = Checkpoint.load(trained, x -> x.backend("reference"))) {
      assertEquals(2, m.progress().step());
      assertTrue(m.weights().values().stream().allMatch(Tensor::isFinite));
    }
    check("train", training, took);

    RunPlan prediction = planned("trained.ckpt", false, 1.6);
    assertTrue(prediction.isStretched() && prediction.refusal().isEmpty(), prediction.toString());
    Path scores = dir.resolve("scores");
    took =
        peak(
            "predict",
            "predict",
            "--model",
            trained,
            "--input",
            dir.resolve("data/trailer_0.npy"),
            "--output",
            dir.resolve("scores.npy"),
            "--memory",
            budget(prediction),
            "--backend",
            "onednn");
    Tensor all = NpyFile.open(dir.resolve("scores.npy")).read(DType.FLOAT32);
    assertEquals(Shape.of(FRAMES, GENRES.size()), all.shape(), scores.toString());
    assertTrue(IntStream.range(0, all.size()).allMatch(i -> all.get(i) > 0 && all.get(i) < 1));
    check("predict", prediction, took);
  }
}
