package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.data.BatchStream;
import convlstm4j.data.ByteScale;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.folder.FolderException;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Compile;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Films in a {@link VideoFolder}. */
@ExtendWith(WithFfmpeg.class)
class FilmFolderTest {
  private static final FramePreparation SMALL =
      new FramePreparation(12, 16, FramePreparation.Fit.CROP, 5, Colours.RGB);

  @TempDir Path folder;

  @BeforeEach
  void films() throws IOException {
    Clips.makeAll(
        folder,
        List.of(
            Clips.Clip.of("corner kick.mp4", "testsrc2=s=64x48:r=25:d=2"),
            Clips.Clip.of("10.mkv", "testsrc2=s=100x48:r=10:d=1"),
            Clips.Clip.of("9.avi", "testsrc=s=32x32:r=10:d=3")));
    Files.writeString(
        folder.resolve("labels.csv"), "id,goal,corner\ncorner kick.mp4,0,1\n9,1,0\n10,0.5,0\n");
  }

  @Test
  void samplesAreTheFilmsFrames() {
    VideoFolder films = VideoFolder.open(folder).frames(SMALL);
    assertEquals(List.of("9", "10", "corner kick"), films.ids());
    assertEquals(List.of("goal", "corner"), films.labels());
    assertEquals(Shape.of(3, 12, 16), films.frameShape());
    List<Batch> batches = epoch(films);
    assertEquals(
        List.of(Shape.of(1, 15, 3, 12, 16), Shape.of(1, 5, 3, 12, 16), Shape.of(1, 10, 3, 12, 16)),
        batches.stream().map(b -> b.inputs().get(0).shape()).toList());
    assertEquals(0.5, batches.get(1).targets().get(0).get(4));
    try (VideoFile film = VideoFile.open(folder.resolve("corner kick.mp4"), SMALL)) {
      assertArrayEquals(
          film.scaled(ByteScale.UNIT).readFrames(0, 10, DType.FLOAT32).pixels(),
          batches.get(2).inputs().get(0).pixels());
    }
  }

  /** Windows in any order hold the frames of their place. */
  @Test
  void windows() {
    VideoFolder films = VideoFolder.open(folder).frames(SMALL).ids("9,corner kick").windows(5);
    List<Batch> inOrder = epoch(films);
    assertEquals(5, inOrder.size());
    List<Batch> shuffled = epoch(films.shuffle(3));
    for (Batch b : shuffled) {
      Batch same =
          inOrder.stream()
              .filter(o -> o.description().equals(b.description()))
              .findFirst()
              .orElseThrow();
      assertArrayEquals(same.inputs().get(0).pixels(), b.inputs().get(0).pixels());
    }
  }

  @Test
  void aStreamClosedBeforeItsEndLeavesNoProcess() {
    try (BatchStream stream = VideoFolder.open(folder).frames(SMALL).windows(5).open(0, 0)) {
      stream.next();
    }
    assertEquals(0, Clips.running());
  }

  @Test
  void framesOfDifferentSizesAreRefused() {
    String message =
        assertThrows(FolderException.class, () -> VideoFolder.open(folder).frameShape())
            .getMessage();
    assertTrue(
        message.contains("10.mkv: frames of shape [3, 48, 100], expected [3, 32, 32]"), message);
  }

  @Test
  void twoFilmsOfOneIdAreRefused() throws IOException {
    Files.copy(folder.resolve("9.avi"), folder.resolve("9.mkv"));
    String message =
        assertThrows(FolderException.class, () -> VideoFolder.open(folder)).getMessage();
    assertTrue(message.contains("has the same id as 9."), message);
  }

  @Test
  void labelsByInterval() throws IOException {
    Files.writeString(
        folder.resolve("labels.csv"),
        "id,start,end,label\n9,0.5,1,goal\n9,0,2.99,play\ncorner kick,1.2,60,goal\n10,0.41,0.42,z\n");
    VideoFolder films = VideoFolder.open(folder).frames(SMALL).joint();
    assertEquals(List.of("goal", "play", "z"), films.labels());
    List<Batch> batches = epoch(films);
    for (int frame = 0; frame < 15; frame++) {
      double at = frame / 5.0;
      assertEquals(at >= 0.5 && at < 1 ? 1 : 0, batches.get(0).targets().get(0).get(3 * frame));
      assertEquals(1, batches.get(0).targets().get(0).get(3 * frame + 1));
    }
    for (int frame = 0; frame < 10; frame++) {
      double expected = frame / 5.0 >= 1.2 ? 1 : 0;
      assertEquals(expected, batches.get(2).targets().get(0).get(3 * frame), "frame " + frame);
    }
    // Shorter than from a frame to the next: the one that is shown then.
    for (int frame = 0; frame < 5; frame++) {
      assertEquals(frame == 2 ? 1 : 0, batches.get(1).targets().get(0).get(3 * frame + 2));
    }
    assertEquals(List.of("10"), films.ids("10").ids());
    films.ids("10").batches(); // intervals of others are no fault
    refusedLabels(
        "id,start,end,label\nflim,0,1,goal\n", "line 2: there is no video flim, expected one");
    refusedLabels("id,start,end,label\n9,2,1,goal\n", "line 2: from 2.0 s to 1.0 s, expected a");
    refusedLabels("id,start,end,label\n9,7,8,goal\n", "from 7.0 s, the last frame of 9.avi");
    refusedLabels("id,start,end,label\n9,0,1,\n", "label = \"\", expected a name");
    refusedLabels("id,start,end,label\n", "has no intervals");
    NpyWriter.write(folder.resolve("7.npy"), new byte[3 * 12 * 16], Shape.of(1, 3, 12, 16));
    refusedLabels("id,start,end,label\n9,0,1,goal\n", "7.npy does not say when");
  }

  private void refusedLabels(String csv, String reason) throws IOException {
    Files.writeString(folder.resolve("labels.csv"), csv);
    VideoFolder films = VideoFolder.open(folder).frames(SMALL);
    String message = assertThrows(FolderException.class, films::batches).getMessage();
    assertTrue(message.contains(reason), message);
  }

  @Test
  void labelsByFolder() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    for (String name : List.of("goal", "corner", "empty", ".hidden")) {
      Files.createDirectory(data.resolve(name));
    }
    Files.move(folder.resolve("9.avi"), data.resolve("goal").resolve("9.avi"));
    Files.move(folder.resolve("10.mkv"), data.resolve("corner").resolve("9.mkv"));
    Files.copy(folder.resolve("corner kick.mp4"), data.resolve(".hidden").resolve("a.mp4"));
    VideoFolder films = VideoFolder.open(data).frames(SMALL);
    assertEquals(List.of("corner/9", "goal/9"), films.ids());
    assertEquals(List.of("corner", "goal"), films.labels());
    List<Batch> batches = epoch(films);
    assertEquals(1, batches.get(0).targets().get(0).get(4));
    assertEquals(0, batches.get(0).targets().get(1).get(4));
    assertEquals(0, batches.get(1).targets().get(0).get(14));
    assertEquals(1, batches.get(1).targets().get(1).get(14));
    assertEquals(List.of("goal/9"), films.ids("goal/9").ids());
  }

  /** A model learns how films were prepared, takes it along in its file, and refuses another. */
  @Test
  void theModelRemembersThePreparation() throws IOException {
    Path file = folder.resolve("model.ckpt");
    // One film shows it.
    Files.delete(folder.resolve("10.mkv"));
    Files.delete(folder.resolve("corner kick.mp4"));
    Files.writeString(folder.resolve("labels.csv"), "id,goal\n9,1\n");
    try (Model model = model()) {
      VideoFolder films = VideoFolder.open(folder).frames(SMALL).fitting(model.signature());
      model.compile(Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError()));
      model.fit(films, Fit.epochs(1));
      assertEquals(Optional.of(SMALL), model.inputForms().get(0).frames());
      assertEquals(Optional.of(ByteScale.UNIT), model.inputForms().get(0).bytes());
      Checkpoint.save(model, file);
    }
    try (Model model = Checkpoint.load(file, l -> l.backend("reference"))) {
      assertEquals(Optional.of(SMALL), model.inputForms().get(0).frames());
      VideoFolder films = VideoFolder.open(folder).fitting(model.signature());
      assertEquals(Shape.of(3, 12, 16), films.frameShape());
      assertEquals(15, films.frames("9"));
      model.evaluate(films);
      FramePreparation other =
          new FramePreparation(12, 16, FramePreparation.Fit.CROP, 2, Colours.RGB);
      VideoFolder slow = VideoFolder.open(folder).frames(other).fitting(model.signature());
      String message =
          assertThrows(IllegalArgumentException.class, () -> model.evaluate(slow)).getMessage();
      assertTrue(
          message.contains(
              "the films are prepared as 12x16 (crop), 2 a second, rgb, the model takes them as"
                  + " 12x16 (crop), 5 a second, rgb"),
          message);
    }
  }

  /** A model that has seen no film gets the size of its input. */
  @Test
  void aNewModelGetsItsSize() {
    try (Model model = model()) {
      VideoFolder films = VideoFolder.open(folder).fitting(model.signature());
      assertEquals(Shape.of(3, 12, 16), films.frameShape());
      assertEquals(10, films.frames("10"));
    }
  }

  private static Model model() {
    Symbol x = Input.named("video", Input.ANY, 3, 12, 16);
    Symbol y = new TimeDistributed(new Flatten()).apply(x);
    Symbol goal = new TimeDistributed(new Dense(1)).named("goal").apply(y);
    return Model.of(x, goal).backend("reference");
  }

  private static List<Batch> epoch(VideoFolder films) {
    List<Batch> all = new ArrayList<>();
    try (BatchStream stream = films.open(0, 0)) {
      stream.forEachRemaining(all::add);
    }
    return all;
  }
}
