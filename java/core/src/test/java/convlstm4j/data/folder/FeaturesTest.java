package convlstm4j.data.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Augmentations;
import convlstm4j.data.Batch;
import convlstm4j.data.ByteScale;
import convlstm4j.data.FeatureForm;
import convlstm4j.data.FrameFeatures;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Backbone;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features of frames, computed once and kept: right, and computed anew when something changed. */
class FeaturesTest {
  private static final int CHANNELS = 3;
  private static final int HEIGHT = 5;
  private static final int WIDTH = 4;

  @TempDir Path dir;
  private Path folder;
  private Path kept;

  @BeforeEach
  void write() throws IOException {
    folder = Files.createDirectory(dir.resolve("videos"));
    kept = dir.resolve("kept/here");
    video(0, 19);
    video(1, 8);
    VideoFolderTest.write(folder, "labels.csv", "id,yes", "0,1", "1,0");
  }

  private void video(int id, int frames) {
    byte[] pixels = new byte[frames * CHANNELS * HEIGHT * WIDTH];
    new java.util.Random(id).nextBytes(pixels);
    NpyWriter.write(folder.resolve(id + ".npy"), pixels, Shape.of(frames, CHANNELS, HEIGHT, WIDTH));
  }

  /** Counts the frames of which features are computed. */
  private record Counted(FrameFeatures of, AtomicInteger frames) implements FrameFeatures {
    Counted(FrameFeatures of) {
      this(of, new AtomicInteger());
    }

    @Override
    public FeatureForm form() {
      return of.form();
    }

    @Override
    public String computedBy() {
      return of.computedBy();
    }

    @Override
    public FramePreparation preparation() {
      return of.preparation();
    }

    @Override
    public ByteScale bytes() {
      return of.bytes();
    }

    @Override
    public Shape shape(Shape frame) {
      return of.shape(frame);
    }

    @Override
    public Tensor of(Tensor some) {
      frames.addAndGet((int) some.shape().dim(0));
      return of.of(some);
    }
  }

  private static Model numbers(long seed) {
    Symbol x = Input.named("image", HEIGHT, WIDTH, CHANNELS);
    Symbol y = new Conv2D(7, 3).activation("relu").apply(x);
    return Model.of(x, new GlobalAveragePooling2D().apply(y)).backend("reference").seed(seed);
  }

  private static Model maps(boolean last) {
    Symbol x = last ? Input.shape(HEIGHT, WIDTH, CHANNELS) : Input.shape(CHANNELS, HEIGHT, WIDTH);
    Conv2D layer = new Conv2D(2, 3).padding("same").strides(2, 2);
    Symbol y = layer.dataFormat(last ? "channels_last" : "channels_first").apply(x);
    return Model.of(x, y).backend("reference").seed(3);
  }

  private VideoFolder data(FrameFeatures features) {
    return VideoFolder.open(folder).features(features, kept);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(kept)) {
      return all.sorted().toList();
    }
  }

  /** Of each frame by itself: {@code [T, H, W, C]} through the model, the scale as asked. */
  private Tensor expected(Model model, int id, ByteScale scale) {
    Tensor video = NpyFile.open(folder.resolve(id + ".npy")).scaled(scale).read(DType.FLOAT32);
    int frames = (int) video.shape().dim(0);
    Tensor images = Tensor.zeros(DType.FLOAT32, Shape.of(frames, HEIGHT, WIDTH, CHANNELS));
    for (int t = 0; t < frames; t++) {
      for (int c = 0; c < CHANNELS; c++) {
        for (int p = 0; p < HEIGHT * WIDTH; p++) {
          images.set(
              (t * HEIGHT * WIDTH + p) * CHANNELS + c,
              video.get((t * CHANNELS + c) * HEIGHT * WIDTH + p));
        }
      }
    }
    return model.predict(images).get(0);
  }

  @Test
  void areThoseOfTheModel() throws IOException {
    try (Model model = numbers(1)) {
      Counted eye = new Counted(Backbone.of(model).bytes(Backbone.SIGNED));
      VideoFolder all = data(eye);
      assertEquals(Shape.of(7), all.frameShape());
      assertEquals(0, eye.frames.get(), "nothing is computed to know the shape");
      List<Batch> batches = VideoFolderTest.epoch(all, 0, 0);
      Tensor first = batches.get(0).inputs().get(0);
      assertEquals(Shape.of(1, 19, 7), first.shape());
      assertArrayEquals(expected(model, 0, Backbone.SIGNED).floats(), first.floats(), 1e-6f);
      assertArrayEquals(
          expected(model, 1, Backbone.SIGNED).floats(),
          batches.get(1).inputs().get(0).floats(),
          1e-6f);
      // Windows are parts of that, from the file.
      List<Batch> windows = VideoFolderTest.epoch(data(eye).windows(4), 0, 0);
      assertEquals(6, windows.size());
      Tensor third = windows.get(2).inputs().get(0);
      assertArrayEquals(first.slice(1, 8, 12).floats(), third.floats());
      assertEquals(19 + 8, eye.frames.get(), "computed more than once");
      assertEquals(2, files().size());
    }
  }

  /** Channels first, as frames have it, whichever the network has. */
  @Test
  void maps() {
    for (boolean last : new boolean[] {true, false}) {
      try (Model model = maps(last)) {
        VideoFolder all = data(Backbone.of(model)).ids("1");
        assertEquals(Shape.of(2, 3, 2), all.frameShape());
        Tensor got = VideoFolderTest.epoch(all, 0, 0).get(0).inputs().get(0);
        assertEquals(Shape.of(1, 8, 2, 3, 2), got.shape());
        if (last) {
          Tensor y = expected(model, 1, ByteScale.UNIT);
          assertEquals(y.at(5, 2, 1, 0), got.at(0, 5, 0, 2, 1), 1e-6);
          assertEquals(y.at(7, 0, 1, 1), got.at(0, 7, 1, 0, 1), 1e-6);
        } else {
          Tensor x =
              NpyFile.open(folder.resolve("1.npy")).scaled(ByteScale.UNIT).read(DType.FLOAT32);
          assertArrayEquals(model.predict(x).get(0).floats(), got.floats(), 1e-6f);
        }
      }
    }
  }

  @Test
  void areComputedAnewWhenSomethingIsOther() throws IOException {
    try (Model model = numbers(1);
        Model same = numbers(1);
        Model other = numbers(2)) {
      VideoFolderTest.epoch(data(Backbone.of(model)), 0, 0);
      assertEquals(2, files().size());
      // Neither the program that made them nor where the video lies matters.
      Counted again = new Counted(Backbone.of(same));
      Path moved = Files.createDirectory(dir.resolve("moved"));
      Files.copy(folder.resolve("0.npy"), moved.resolve("5.npy"));
      VideoFolderTest.epoch(VideoFolder.open(moved).features(again, kept), 0, 0);
      assertEquals(0, again.frames.get());
      Counted scale = new Counted(Backbone.of(same).bytes(ByteScale.NONE));
      VideoFolderTest.epoch(data(scale), 0, 0);
      assertEquals(27, scale.frames.get());
      assertNotEquals(scale.form(), again.form());
      Counted weights = new Counted(Backbone.of(other));
      VideoFolderTest.epoch(data(weights), 0, 0);
      assertEquals(27, weights.frames.get());
      video(0, 19); // the same bytes
      byte[] bytes = Files.readAllBytes(folder.resolve("1.npy"));
      bytes[bytes.length - 1]++;
      Files.write(folder.resolve("1.npy"), bytes);
      Counted file = new Counted(Backbone.of(same));
      List<Batch> batches = VideoFolderTest.epoch(data(file), 0, 0);
      assertEquals(8, file.frames.get());
      assertArrayEquals(
          expected(same, 1, ByteScale.UNIT).floats(),
          batches.get(1).inputs().get(0).floats(),
          1e-6f);
    }
  }

  /** Whatever is wrong with a file, features are right and the file is, afterwards. */
  @Test
  void damagedFilesAreMadeAnew() throws IOException {
    try (Model model = numbers(1)) {
      VideoFolderTest.epoch(data(Backbone.of(model)).ids("1"), 0, 0);
      Path file = files().get(0);
      byte[] good = Files.readAllBytes(file);
      List<byte[]> wrong = new ArrayList<>();
      for (int at : new int[] {0, 25, 35, 60, good.length / 2, good.length - 1}) {
        byte[] one = good.clone();
        one[at] ^= 4;
        wrong.add(one);
      }
      for (int length : new int[] {0, 10, 24, good.length / 2, good.length - 1}) {
        wrong.add(java.util.Arrays.copyOf(good, length));
      }
      wrong.add(java.util.Arrays.copyOf(good, good.length + 1));
      for (byte[] one : wrong) {
        Files.write(file, one);
        Counted eye = new Counted(Backbone.of(model));
        Tensor got = VideoFolderTest.epoch(data(eye).ids("1"), 0, 0).get(0).inputs().get(0);
        assertEquals(8, eye.frames.get());
        assertArrayEquals(expected(model, 1, ByteScale.UNIT).floats(), got.floats(), 1e-6f);
        assertArrayEquals(good, Files.readAllBytes(file));
      }
      assertEquals(List.of(file), files(), "a part is left");
      // Cut while it is in use.
      FrameSource open =
          FrameFiles.openFeatures(
              folder.resolve("1.npy"), FramePreparation.NONE, 25, Backbone.of(model), kept);
      assertEquals(Shape.of(8, 7), open.shape());
      Files.write(file, new byte[100], StandardOpenOption.TRUNCATE_EXISTING);
      FolderException e =
          assertThrows(FolderException.class, () -> open.readFrames(0, 8, DType.FLOAT32));
      assertTrue(e.getMessage().contains("it was cut while it was read"), e.getMessage());
    }
  }

  /** Threads and views of one folder, and folders beside it as another program has them. */
  @Test
  void severalAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try (Model model = numbers(1)) {
      Backbone eye = Backbone.of(model);
      Counted shared = new Counted(eye);
      VideoFolder one = data(shared);
      List<Future<float[]>> all = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        VideoFolder data = i % 2 == 0 ? one : data(eye);
        all.add(
            threads.submit(
                () -> VideoFolderTest.epoch(data, 0, 0).get(0).inputs().get(0).floats()));
      }
      float[] expected = expected(numbers(1), 0, ByteScale.UNIT).floats();
      for (Future<float[]> f : all) {
        assertArrayEquals(expected, f.get(), 1e-6f);
      }
      assertTrue(shared.frames.get() <= 27, shared.frames + " frames by one folder");
      assertEquals(2, files().size());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void changesOfPixelsAreRefused() {
    try (Model model = numbers(1)) {
      Backbone eye = Backbone.of(model);
      VideoFolder plain = VideoFolder.open(folder);
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> data(eye).augmented(1, Augmentations.flip(1)));
      assertTrue(e.getMessage().contains("changes pixels, but features of"), e.getMessage());
      assertThrows(
          IllegalArgumentException.class,
          () -> plain.augmented(1, Augmentations.noise(0.1)).features(eye, kept));
      Tensor forth = VideoFolderTest.epoch(data(eye).ids("1"), 0, 0).get(0).inputs().get(0);
      Tensor back =
          VideoFolderTest.epoch(data(eye).ids("1").augmented(1, Augmentations.reversal(1)), 0, 0)
              .get(0)
              .inputs()
              .get(0);
      for (int t = 0; t < 8; t++) {
        assertEquals(forth.at(0, t, 3), back.at(0, 7 - t, 3));
      }
    }
  }

  @Test
  void theModelRemembersThem() {
    Symbol x = Input.named("features", Input.ANY, 7);
    Symbol y = new LSTM(3).returnSequences(true).apply(x);
    Symbol yes = new TimeDistributed(new Dense(1).activation("sigmoid")).named("yes").apply(y);
    try (Model eyes = numbers(1);
        Model others = numbers(2);
        Model head = Model.of(x, yes).backend("reference")) {
      head.compile(new Adam(0.01), Loss.binaryCrossentropy());
      head.fit(data(Backbone.of(eyes)).fitting(head.signature()), 2);
      assertEquals(Backbone.of(eyes).form(), head.inputForms().get(0).features().orElseThrow());
      Checkpoint.save(head, dir.resolve("head.ckpt"));
      try (Model loaded = Checkpoint.load(dir.resolve("head.ckpt"), m -> m.backend("reference"))) {
        assertEquals(head.inputForms(), loaded.inputForms());
        loaded.evaluate(data(Backbone.of(eyes)).fitting(loaded.signature()));
        IllegalArgumentException e =
            assertThrows(
                IllegalArgumentException.class,
                () -> loaded.evaluate(data(Backbone.of(others)).fitting(loaded.signature())));
        assertTrue(e.getMessage().contains("the frames are given as features of"), e.getMessage());
      }
    }
  }

  @Test
  void whatIsNoBackbone() {
    Symbol frames = Input.named("video", 4, HEIGHT, WIDTH, CHANNELS);
    try (Model video =
            Model.of(frames, new Dense(2).apply(new Flatten().apply(frames))).backend("reference");
        Model wide = numbers(1)) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> Backbone.of(video));
      assertTrue(e.getMessage().contains("expected one input of images"), e.getMessage());
      video(2, 3);
      NpyWriter.write(folder.resolve("2.npy"), new byte[3 * 3 * 6 * 4], Shape.of(3, 3, 6, 4));
      FolderException size =
          assertThrows(
              FolderException.class,
              () -> data(Backbone.of(wide)).ids("2").unlabeled().frameShape());
      assertTrue(size.getMessage().contains("2.npy: backbone"), size.getMessage());
      assertFalse(Files.exists(kept.resolve("x")));
    }
  }
}
