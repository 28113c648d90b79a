package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyType;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.model.RunPlan;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code predict} and {@code train} of random networks and shapes near a limit of memory: of a
 * container (a cgroup, where this user can make one), of addresses ({@code ulimit -v}), of the Java
 * heap (-Xmx), or asked for (--memory). They end well or are refused with what they need; they are
 * never killed and never run out of memory half way. {@code -Dlimits.runs=30} is the large run.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 1, unit = TimeUnit.HOURS)
class RandomLimitsTest {
  private static final int RUNS = Integer.getInteger("limits.runs", 3);
  private static final long MIB = 1 << 20;

  /** What Java takes of addresses without a heap worth mentioning, as the options below ask. */
  private static final long ADDRESSES = 1500 * MIB;

  private static final List<String> JAVA =
      List.of("-XX:+UseSerialGC", "-Xms8m", "-XX:MaxHeapFreeRatio=50", "-XX:-ShrinkHeapInSteps");

  /** What sets a limit. */
  private enum Limit {
    GROUP,
    ADDRESSES,
    HEAP,
    ASKED
  }

  @TempDir Path dir;
  private final Map<String, Integer> ended = new TreeMap<>();

  /** A network, what it is run on, and how. */
  private record Try(Shape videos, Shape scores, boolean trains, String backend, RunPlan plan) {}

  @Test
  void nothingIsKilled() throws Exception {
    long seed = Long.getLong("seed", 20261129L);
    System.out.println("seed=" + seed + ", limits.runs=" + RUNS);
    Optional<Path> group = group();
    if (group.isEmpty()) {
      System.out.println("no cgroup can be made here: no runs in one");
    }
    try {
      for (int i = 0; i < RUNS; i++) {
        Random random = new Random(seed + i);
        Limit limit = Limit.values()[i % Limit.values().length];
        if (limit == Limit.GROUP && group.isEmpty()) {
          limit = Limit.ADDRESSES;
        }
        String what = "run " + i + " (replay all with -Dseed=" + seed + "), " + limit;
        try {
          run(made(random), limit, group, random);
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError(what + ": " + e.getMessage(), e);
        }
      }
    } finally {
      if (group.isPresent()) {
        Files.delete(group.get());
      }
    }
    System.out.println("ended: " + ended);
  }

  private static Optional<Path> group() {
    for (String parent : List.of("/sys/fs/cgroup/memory", "/sys/fs/cgroup")) {
      Path made = Path.of(parent, "convlstm4j-" + ProcessHandle.current().pid());
      try {
        Files.createDirectory(made);
        if (Files.exists(made.resolve(limitFile(made)))) {
          return Optional.of(made);
        }
        Files.delete(made);
      } catch (IOException e) {
        // not here, or not by this user
      }
    }
    return Optional.empty();
  }

  private static String limitFile(Path group) {
    return Files.exists(group.resolve("memory.limit_in_bytes"))
        ? "memory.limit_in_bytes"
        : "memory.max";
  }

  private static ConvLSTM2D memory(Random r) {
    return new ConvLSTM2D(1 + r.nextInt(10), 3).padding(Padding.SAME).returnSequences(true);
  }

  private static Symbol layer(Random r, Symbol x) {
    return switch (r.nextInt(8)) {
      case 0, 1, 2 -> memory(r).apply(x);
      case 3 -> new BatchNormalization().apply(memory(r).apply(x));
      case 4 -> new MaxPooling3D(1, 2, 2).apply(new BatchNormalization().apply(x));
      case 5 ->
          new TimeDistributed(new Conv2D(4 + r.nextInt(28), 3).padding(Padding.SAME)).apply(x);
      case 6 ->
          r.nextBoolean()
              ? new Bidirectional(memory(r)).apply(x)
              : new Conv3D(4 + r.nextInt(8), 3).padding(Padding.SAME).apply(x);
      default -> new Dropout(0.2).apply(x);
    };
  }

  /** Writes model, videos and targets. */
  private Try made(Random r) throws Exception {
    String backend = r.nextInt(4) == 0 ? "reference" : "onednn";
    int side = 16 * (backend.equals("onednn") ? 2 + r.nextInt(5) : 1 + r.nextInt(2));
    Shape videos = Shape.of(1 + r.nextInt(2), 6 + r.nextInt(20), side, side, 1 + r.nextInt(3));
    Symbol v = Input.named("video", Input.ANY, side, side, videos.dim(4));
    Symbol x = v;
    for (int i = 1 + r.nextInt(3); i > 0; i--) {
      x = layer(r, x);
    }
    x = new ConvLSTM2D(1, 3).padding(Padding.SAME).returnSequences(true).apply(x);
    boolean trains = r.nextBoolean();
    byte[] frame = new byte[(int) videos.from(2).elements()];
    r.nextBytes(frame);
    try (NpyWriter file = NpyWriter.create(dir.resolve("x.npy"), NpyType.UINT8, videos)) {
      for (long i = 0; i < videos.dim(0) * videos.dim(1); i++) {
        file.write(frame);
      }
      file.commit();
    }
    try (Model m = Model.of(v, x).backend(backend)) {
      m.compile(Compile.with(new Adam(0.01)).loss(Loss.meanSquaredError()));
      Checkpoint.save(m, dir.resolve("m.ckpt"));
      Shape scores = x.shape().with(0, videos.dim(0)).with(1, videos.dim(1));
      NpyWriter.write(dir.resolve("y.npy"), SmallModels.random(1, scores.dims()));
      return new Try(videos, scores, trains, backend, m.plan(trains, videos));
    }
  }

  /** The smallest that can, all at once, or something around these. */
  private static long near(Random r, RunPlan plan) {
    long least = plan.smallest();
    long most = Math.max(least, plan.total());
    return (long)
        ((least + r.nextDouble() * r.nextDouble() * (most - least)) * (0.9 + 0.3 * r.nextDouble()));
  }

  private void run(Try t, Limit limit, Optional<Path> group, Random r) throws Exception {
    List<Object> words = new ArrayList<>();
    Path out = dir.resolve(t.trains ? "out.ckpt" : "y-out.npy");
    Files.deleteIfExists(out);
    if (t.trains) {
      words.addAll(List.of("train", "--x", dir.resolve("x.npy"), "--y", dir.resolve("y.npy")));
      words.addAll(List.of("--loss", "mse", "--epochs", 1));
    } else {
      words.addAll(List.of("predict", "--input", dir.resolve("x.npy")));
    }
    words.addAll(List.of("--model", dir.resolve("m.ckpt"), "--output", out));
    words.addAll(List.of("--backend", t.backend, "--batch-size", t.videos.dim(0)));
    long bytes = near(r, t.plan);
    List<String> java = new ArrayList<>(JAVA);
    String before = "";
    switch (limit) {
      case GROUP -> {
        bytes = Math.max(bytes, 200 * MIB);
        Files.writeString(group.orElseThrow().resolve(limitFile(group.get())), bytes + "");
        before = "echo $$ > " + group.get().resolve("cgroup.procs") + " && ";
      }
      case ADDRESSES -> {
        before = "ulimit -v " + ((ADDRESSES + bytes) >> 10) + " && ";
        java.addAll(List.of("-Xmx128m", "-XX:CompressedClassSpaceSize=64m"));
        java.add("-XX:ReservedCodeCacheSize=64m");
      }
      case HEAP -> {
        long onHeap = t.plan.heap() + (t.backend.equals("reference") ? t.plan.run() : 0);
        java.add("-Xmx" + (24 + (long) (onHeap * 2 * r.nextDouble() / MIB)) + "m");
      }
      default -> words.addAll(List.of("--memory", (bytes >> 10) + "k"));
    }
    String said = before + java + " " + words + ", planned " + t.plan;
    Cli cli = process(before, java, words);
    boolean done = cli.code() == 0;
    ended.merge(
        limit + " " + (t.trains ? "train " : "predict ") + (done ? "done" : "refused"),
        1,
        Integer::sum);
    assertFalse(cli.err().contains("OutOfMemoryError"), () -> cli + said);
    assertFalse(cli.err().contains("out of memory"), () -> cli + said);
    assertTrue(done || cli.code() == 2, () -> cli + said);
    assertEquals(done, Files.exists(out), () -> cli + said);
    if (!done) {
      assertTrue(cli.err().contains("need"), () -> cli + said);
    } else if (t.trains) {
      assertEquals(1, SafeFilesTest.progress(out).step(), said);
    } else {
      assertEquals(t.scores, NpyFile.open(out).shape(), said);
    }
  }

  private Cli process(String before, List<String> java, List<Object> words) throws Exception {
    List<String> command =
        Cli.process(List.of("sh", "-c", before + "exec \"$@\"", "sh"), words.toArray());
    int at = command.indexOf("-Xmx512m");
    command.removeAll(List.of("-Xmx512m", "-XX:+UseSerialGC"));
    Cli.smallPages(command);
    command.addAll(at, java);
    Path err = dir.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectError(err.toFile())
            .redirectOutput(dir.resolve("out.txt").toFile());
    builder.environment().put("OMP_NUM_THREADS", "2");
    Process process = builder.start();
    return new Cli(process.waitFor(), "", Files.readString(err));
  }
}
