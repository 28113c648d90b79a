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
import convlstm4j.data.FramePreparation.Fit;
import convlstm4j.data.folder.FolderException;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Films in a {@link VideoFolder}. */
class FilmFolderTest {
  private static final FramePreparation SMALL =
      new FramePreparation(12, 16, Fit.CROP, 5, Colours.RGB);

  @TempDir Path folder;

  @BeforeEach
  void films() throws IOException {
    Clips.assumeFfmpeg();
    Clips.make(folder.resolve("corner kick.mp4"), "testsrc2=s=64x48:r=25:d=2");
    Clips.make(folder.resolve("10.mkv"), "testsrc2=s=100x48:r=10:d=1");
    Clips.make(folder.resolve("9.avi"), "testsrc=s=32x32:r=10:d=3");
    Files.writeString(
        folder.resolve("labels.csv"), "id,goal,corner\ncorner kick.mp4,0,1\n9,1,0\n10,0.5,0\n");
  }

  @AfterEach
  void noProcessIsLeft() {
    assertEquals(0, Clips.running());
  }

  @Test
  void samplesAreTheFilmsFrames() {
    VideoFolder films = VideoFolder.open(folder).frames(SMALL);
    assertEquals(List.of("9", "10", "corner kick"), films.ids());
    assertEquals(List.of("goal", "corner"), films.genres());
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

  private static List<Batch> epoch(VideoFolder films) {
    List<Batch> all = new ArrayList<>();
    try (BatchStream stream = films.open(0, 0)) {
      stream.forEachRemaining(all::add);
    }
    return all;
  }
}
