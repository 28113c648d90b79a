package convlstm4j.data.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Fit;
import convlstm4j.model.History;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders as models are trained and run on them. */
class VideoFolderModelTest {
  @TempDir Path folder;

  @BeforeEach
  void writeFolder() throws Exception {
    VideoFolderTest.writeTrailers(folder);
    VideoFolderTest.writeNpyLabels(folder);
    VideoFolderTest.write(folder, "genres.txt", "comedy", "action");
  }

  /** A model of trailers [T, 2, 3, 1] with a scored output of so many units for each name. */
  private static Model model(int units, String... outputs) {
    Symbol x = Input.named("video", Input.ANY, 2, 3, 1);
    Symbol y = new LSTM(3).returnSequences(true).apply(new TimeDistributed(new Flatten()).apply(x));
    Symbol[] scores = new Symbol[outputs.length];
    for (int i = 0; i < outputs.length; i++) {
      scores[i] = new TimeDistributed(new Dense(units)).named(outputs[i]).apply(y);
    }
    return Model.of(x, scores).backend("reference");
  }

  @Test
  void givesEachOutputItsGenre() {
    try (Model model = model(1, "action", "comedy")) {
      VideoFolder data = VideoFolder.open(folder).ids("2").fitting(model.signature());
      List<Tensor> targets = VideoFolderTest.epoch(data, 0, 0).get(0).targets();
      assertArrayEquals(new float[] {1, 0, 1}, targets.get(0).floats());
      assertArrayEquals(new float[] {0, 1, 0}, targets.get(1).floats());
    }
    try (Model one = model(1, "action")) {
      VideoFolder data = VideoFolder.open(folder).ids("2").fitting(one.signature());
      List<Tensor> targets = VideoFolderTest.epoch(data, 0, 0).get(0).targets();
      assertEquals(1, targets.size());
      assertArrayEquals(new float[] {1, 0, 1}, targets.get(0).floats());
    }
    try (Model joint = model(2, "scores")) {
      VideoFolder data = VideoFolder.open(folder).ids("2").fitting(joint.signature());
      List<Tensor> targets = VideoFolderTest.epoch(data, 0, 0).get(0).targets();
      assertArrayEquals(new float[] {0, 1, 1, 0, 0, 1}, targets.get(0).floats());
    }
  }

  @Test
  void refusesOutputsWithoutLabels() {
    try (Model model = model(1, "action", "drama")) {
      String message =
          assertThrows(
                  FolderException.class,
                  () -> VideoFolder.open(folder).fitting(model.signature()).batches())
              .getMessage();
      assertTrue(
          message.startsWith(
              folder + ": no labels for the output \"drama\"; the labels are [comedy, action]"),
          message);
    }
    try (Model model = model(3, "scores")) {
      String message =
          assertThrows(
                  FolderException.class,
                  () -> VideoFolder.open(folder).fitting(model.signature()).batches())
              .getMessage();
      assertTrue(
          message.contains(
              "output \"scores\" of shape [None, None, 3], expected outputs [N, T, 1]"),
          message);
    }
  }

  @Test
  void trainsAndRunsModels() {
    try (Model model = model(1, "action", "comedy")) {
      model.compile(new Adam(0.05), Loss.meanSquaredError());
      VideoFolder data = VideoFolder.open(folder).shuffle(1).fitting(model.signature());
      History history = model.fit(data, Fit.epochs(30));
      List<Double> losses = history.get("loss");
      assertTrue(losses.get(29) < 0.9 * losses.get(0), losses::toString);
      List<Shape> shapes =
          model.predict(VideoFolder.open(folder).unlabeled().fitting(model.signature())).stream()
              .map(outputs -> outputs.get(1).shape())
              .toList();
      assertEquals(List.of(Shape.of(1, 5, 1), Shape.of(1, 3, 1), Shape.of(1, 7, 1)), shapes);
    }
  }

  /** Two passes at a time do not disturb each other. */
  @Test
  void streamsAreIndependent() {
    VideoFolder data = VideoFolder.open(folder).windows(1);
    try (var one = data.open(0, 0);
        var other = data.open(0, 0)) {
      while (one.hasNext()) {
        Batch a = one.next();
        Batch b = other.next();
        assertEquals(a.description(), b.description());
        assertArrayEquals(a.inputs().get(0).floats(), b.inputs().get(0).floats());
      }
    }
  }
}
