package convlstm4j.io.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Callback;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import convlstm4j.model.Run;
import convlstm4j.model.Snapshot;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckpointTest {
  @TempDir Path folder;

  private Path path() {
    return folder.resolve("model.ckpt");
  }

  private static Model load(Path path) {
    return Checkpoint.load(path, m -> m.backend("reference"));
  }

  /** Equal files are equal models: a file depends on nothing but the model. */
  private byte[] saved(Model model) throws IOException {
    Path path = folder.resolve("compare.ckpt");
    Checkpoint.save(model, path);
    return Files.readAllBytes(path);
  }

  /** A second model of its size does not lie on the heap while one is saved. */
  @Test
  void whatIsOnlyReadIsCopiedTensorByTensor() {
    try (Model model = SmallNet.compiled(DType.FLOAT32)) {
      model.fit(SmallNet.data(DType.FLOAT32), Fit.epochs(1));
      Snapshot kept = model.snapshot();
      model.readSnapshot(
          read -> {
            check(kept.weights(), read.weights());
            check(kept.slots(), read.slots());
            assertEquals(kept.progress(), read.progress());
          });
      String name = kept.weights().keySet().iterator().next();
      float[] before = kept.weights().get(name).floats().clone();
      model.fit(SmallNet.data(DType.FLOAT32), Fit.epochs(2));
      assertArrayEquals(before, kept.weights().get(name).floats());
      assertFalse(Arrays.equals(before, model.weights().get(name).floats()));
    }
  }

  private static void check(Map<String, Tensor> kept, Map<String, Tensor> read) {
    assertEquals(List.copyOf(kept.keySet()), List.copyOf(read.keySet()));
    assertEquals(kept.size(), read.size());
    for (String name : kept.keySet()) {
      assertSame(kept.get(name), kept.get(name));
      assertNotSame(read.get(name), read.get(name), name);
      assertArrayEquals(kept.get(name).floats(), read.get(name).floats(), name);
    }
    assertNull(read.get("none"));
    assertFalse(read.containsKey("none"));
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void keepsATrainedModel(DType dtype) throws IOException {
    try (Model model = SmallNet.compiled(dtype)) {
      model.fit(SmallNet.data(dtype), Fit.epochs(1));
      Checkpoint.save(model, path());
      assertTrue(Checkpoint.isCheckpoint(path()));
      try (Model back = load(path())) {
        assertEquals(new Progress(1, 0, 3), back.progress());
        assertEquals(dtype, back.dtype());
        assertEquals(model.summary(), back.summary());
        assertArrayEquals(saved(model), saved(back));
        Tensor x = SmallNet.data(dtype).open(0, 0).next().inputs().get(0);
        model.resetStates(); // a loaded model begins with zeros
        Tensor expected = model.predict(x).get(0);
        assertTrue(expected.isFinite());
        assertEquals(
            Arrays.toString(numbers(expected)), Arrays.toString(numbers(back.predict(x).get(0))));
      }
      try (Model other = SmallNet.model(dtype, 3).seed(99)) {
        Checkpoint.loadInto(other, path());
        assertArrayEquals(Files.readAllBytes(path()), saved(other));
      }
    }
  }

  @Test
  void leavesWhatOnlyTrainingNeedsInTheFile() throws IOException {
    try (Model model = SmallNet.compiled(DType.FLOAT32)) {
      model.fit(SmallNet.data(DType.FLOAT32), Fit.epochs(1));
      Checkpoint.save(model, path());
      Tensor x = SmallNet.data(DType.FLOAT32).open(0, 0).next().inputs().get(0);
      model.resetStates();
      CheckpointOptions options =
          CheckpointOptions.defaults().model(m -> m.backend("reference")).withoutTraining();
      try (Model all = load(path());
          Model used = Checkpoint.load(path(), options)) {
        assertArrayEquals(model.predict(x).get(0).floats(), used.predict(x).get(0).floats());
        used.resetStates();
        all.resetStates();
        assertEquals(
            all.evaluate(SmallNet.data(DType.FLOAT32)),
            used.evaluate(SmallNet.data(DType.FLOAT32)));
        Snapshot kept = used.snapshot();
        assertEquals(Progress.START, kept.progress());
        assertEquals(Map.of(), kept.slots());
        assertTrue(all.plan(false, x.shape()).optimizer() > 0);
        assertEquals(0, used.plan(false, x.shape()).optimizer());
        used.resetStates();
        used.fit(SmallNet.data(DType.FLOAT32), Fit.epochs(1));
        assertEquals(new Progress(1, 0, 3), used.progress());
      }
    }
  }

  private static double[] numbers(Tensor t) {
    return t.cast(DType.FLOAT64).doubles();
  }

  @Test
  void keepsAModelThatWasNeverTrained() throws IOException {
    try (Model model = SmallNet.model(DType.FLOAT32, 3)) {
      Checkpoint.save(model, path());
      try (Model back = load(path())) {
        assertTrue(back.compilation().isEmpty());
        assertArrayEquals(saved(model), saved(back));
      }
    }
  }

  private String refused(Model model) {
    try (model) {
      String message =
          assertThrows(CheckpointException.class, () -> Checkpoint.loadInto(model, path()))
              .getMessage();
      assertTrue(message.startsWith(path() + ": "), message);
      return message;
    }
  }

  private static Model dense(int units, String name) {
    Symbol x = Input.named("x", 4);
    Symbol y = new Dense(units).named(name).apply(x);
    return Model.of(x, new Dense(2).named("head").apply(y)).backend("reference");
  }

  @Test
  void refusesAnotherArchitecture() {
    try (Model model = dense(3, "a").compile(new Adam(), Loss.meanSquaredError())) {
      model.trainOnBatch(batch());
      Checkpoint.save(model, path());
    }
    String message = refused(dense(5, "a"));
    assertTrue(
        message.contains(
            "another architecture than the model: layer \"a\", units is 3 in the checkpoint,"
                + " 5 in the model"),
        message);
    message = refused(dense(3, "b"));
    assertTrue(message.contains("name is \"a\" in the checkpoint, \"b\" in the model"), message);
    message = refused(dense(3, "a").dtype(DType.FLOAT64));
    assertTrue(message.contains("is of a FLOAT32 model, expected FLOAT64"), message);
    message = refused(SmallNet.model(DType.FLOAT32, 3));
    assertTrue(message.contains("another architecture"), message);
    message = refused(dense(3, "a").compile(new SGD(0.1), Loss.meanSquaredError()));
    assertTrue(message.contains("does not fit the model: "), message);
    try (Model slower = dense(3, "a").compile(new Adam(1e-5), Loss.meanSquaredError())) {
      Checkpoint.loadInto(slower, path());
      assertEquals(1e-5, slower.learningRate());
      assertEquals(1, slower.progress().step());
    }
  }

  private static convlstm4j.data.Batch batch() {
    return convlstm4j.data.Batch.of(
        Tensor.of(new float[] {1, 2, 3, 4}, 1, 4), Tensor.of(new float[] {1, -1}, 1, 2));
  }

  @Test
  void refusedModelIsAsBefore() throws IOException {
    try (Model model = dense(3, "a")) {
      Checkpoint.save(model, path());
    }
    try (Model other = dense(5, "a").seed(3)) {
      byte[] before = saved(other);
      assertThrows(CheckpointException.class, () -> Checkpoint.loadInto(other, path()));
      assertArrayEquals(before, saved(other));
    }
  }

  @Test
  void saysWhatIsNoCheckpoint() throws IOException {
    for (Path p : List.of(path(), folder)) {
      String message = assertThrows(CheckpointException.class, () -> load(p)).getMessage();
      assertTrue(
          message.equals(p + ": there is no such file")
              || message.equals(p + ": is a folder, expected a checkpoint"),
          message);
      assertFalse(Checkpoint.isCheckpoint(p));
    }
    Files.writeString(path(), "{}");
    assertTrue(
        assertThrows(CheckpointException.class, () -> load(path()))
            .getMessage()
            .contains("is no checkpoint"));
    assertFalse(Checkpoint.isCheckpoint(path()));
    try (Model model = dense(3, "a")) {
      Checkpoint.save(model, path());
    }
    byte[] bytes = Files.readAllBytes(path());
    bytes[bytes.length - 3] ^= 1;
    Files.write(path(), bytes);
    assertTrue(
        assertThrows(CheckpointException.class, () -> load(path()))
            .getMessage()
            .endsWith("checksum of weight \"head/bias\""));
  }

  /** The old file stays, and nothing else is left, whenever the disk is full. */
  @Test
  void survivesAFullDisk() throws IOException {
    try (Model model = dense(3, "a")) {
      Checkpoint.save(model, path());
      byte[] old = Files.readAllBytes(path());
      model.setWeights(List.copyOf(dense(3, "a").seed(8).weights().values()));
      for (int room = 0; room < old.length; room += 97) {
        int left = room;
        UncheckedIOException e =
            assertThrows(
                UncheckedIOException.class,
                () -> Checkpoint.save(model, path(), c -> new Full(c, left)));
        assertTrue(
            e.getMessage().startsWith(path() + ": cannot be written: No space"), e.toString());
        assertArrayEquals(old, Files.readAllBytes(path()));
        try (Stream<Path> files = Files.list(folder)) {
          assertEquals(List.of(path()), files.toList());
        }
      }
      Path nowhere = folder.resolve("absent").resolve("a.ckpt");
      assertTrue(
          assertThrows(UncheckedIOException.class, () -> Checkpoint.save(model, nowhere))
              .getMessage()
              .contains("there is no folder"));
    }
  }

  /** A disk with room for some bytes. */
  private static final class Full implements WritableByteChannel {
    private final WritableByteChannel channel;
    private int room;

    Full(WritableByteChannel channel, int room) {
      this.channel = channel;
      this.room = room;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      if (room == 0) {
        throw new IOException("No space left on device");
      }
      ByteBuffer some = bytes.slice().limit(Math.min(bytes.remaining(), room));
      int n = channel.write(some);
      bytes.position(bytes.position() + n);
      room -= n;
      return n;
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** Notes the progress that the file holds after each step. */
  private static final class Watch implements Callback {
    private final Path path;
    private final StringBuilder seen = new StringBuilder();

    Watch(Path path) {
      this.path = path;
    }

    @Override
    public void onBatchEnd(
        Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
      note();
    }

    @Override
    public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
      note();
      seen.append('|');
    }

    private void note() {
      if (!Files.exists(path)) {
        seen.append("- ");
        return;
      }
      try (Model model = load(path)) {
        seen.append(model.progress().step()).append(' ');
      }
    }
  }

  @Test
  void keepsTheLast() {
    Watch epochs = new Watch(path());
    Watch steps = new Watch(folder.resolve("steps.ckpt"));
    try (Model model = SmallNet.compiled(DType.FLOAT32)) {
      model.fit(
          SmallNet.data(DType.FLOAT32),
          Fit.epochs(2)
              .callbacks(
                  new LastCheckpoint(epochs.path),
                  new LastCheckpoint(steps.path).everySteps(2),
                  epochs,
                  steps));
    }
    assertEquals("- - - 3 |3 3 3 6 |", epochs.seen.toString());
    assertEquals("- 2 2 3 |4 4 6 6 |", steps.seen.toString());
    assertThrows(IllegalArgumentException.class, () -> new LastCheckpoint(path()).everySteps(0));
  }

  /** A stop in the middle of an epoch is saved, a failure is not. */
  @Test
  void savesWhenStopped() {
    Callback stop =
        new Callback() {
          @Override
          public void onBatchEnd(
              Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
            if (run.model().progress().step() == 5) {
              run.model().requestStop();
            }
            if (run.model().progress().step() == 7) {
              throw new IllegalStateException("broken");
            }
          }
        };
    try (Model model = SmallNet.compiled(DType.FLOAT32)) {
      Fit fit = Fit.epochs(4).callbacks(new LastCheckpoint(path()), stop);
      model.fit(SmallNet.data(DType.FLOAT32), fit);
      try (Model back = load(path())) {
        assertEquals(new Progress(1, 2, 5), back.progress());
      }
      assertThrows(IllegalStateException.class, () -> model.fit(SmallNet.data(DType.FLOAT32), fit));
      try (Model back = load(path())) {
        assertEquals(new Progress(2, 0, 6), back.progress());
      }
    }
  }

  @Test
  void keepsTheBest() {
    for (String mode : List.of("min", "max")) {
      Path best = folder.resolve(mode + ".ckpt");
      BestCheckpoint callback = new BestCheckpoint(best, "loss").mode(mode);
      try (Model model = SmallNet.compiled(DType.FLOAT64)) {
        List<Double> losses =
            model.fit(SmallNet.data(DType.FLOAT64), Fit.epochs(5).callbacks(callback)).get("loss");
        double extreme =
            losses.stream()
                .mapToDouble(v -> v)
                .reduce(mode.equals("min") ? Math::min : Math::max)
                .orElseThrow();
        assertEquals(extreme, callback.best());
        try (Model back = load(best)) {
          assertEquals(losses.indexOf(extreme) + 1, back.progress().epoch());
          // What was best is remembered when training goes on.
          BestCheckpoint next = new BestCheckpoint(best, "loss").mode(mode);
          back.fit(SmallNet.data(DType.FLOAT64), Fit.moreEpochs(0).callbacks(next));
          assertEquals(extreme, next.best());
        }
      }
    }
    try (Model model = SmallNet.compiled(DType.FLOAT32)) {
      assertThrows(
          IllegalArgumentException.class,
          () ->
              model.fit(
                  SmallNet.data(DType.FLOAT32),
                  Fit.epochs(1).callbacks(new BestCheckpoint(path(), "val_loss"))));
    }
  }
}
