package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.cli.article.Architectures;
import convlstm4j.data.Batch;
import convlstm4j.graph.Node;
import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.model.Compile;
import convlstm4j.model.MemoryEstimate;
import convlstm4j.model.Model;
import convlstm4j.objective.Accuracy;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The article's networks, a score per frame and genre, as the command line makes them: at full size
 * by shape alone, and small in training.
 */
class ArticleModelTest {
  static final List<String> GENRES =
      List.of("comedy", "action", "horror", "thriller", "musical", "other");

  private static final Shape FULL = Shape.of(3, 400, 400);
  private static final int STEPS = 80;

  /** A small one, for videos of {@link #batch}. */
  static Model convLstm(int filters, int units) {
    return Architectures.convLstm(Shape.of(3, 8, 9), GENRES, filters, filters, units);
  }

  /** Two videos of noise, each output with targets of its own. */
  static Batch batch() {
    List<Tensor> targets = new ArrayList<>();
    for (int k = 0; k < GENRES.size(); k++) {
      targets.add(bits(Shape.of(2, 4, 1), k));
    }
    return new Batch(List.of(noise(Shape.of(2, 4, 3, 8, 9))), targets, List.of(), "given");
  }

  @Test
  void fullSizeByShape() {
    try (Model model = Architectures.convLstm(FULL, GENRES, 20, 20, 64)) {
      assertEquals(GENRES, model.network().outputNames());
      for (Symbol s : model.network().outputs()) {
        assertEquals("[None, None, 1]", s.shape().toString());
      }
      assertEquals("[None, None, 20, 400, 400]", shapeOf(model, "conv_lstm2d"));
      assertEquals("[None, None, 20, 100, 100]", shapeOf(model, "max_pooling3d_1"));
      assertEquals("[None, None, 50000]", shapeOf(model, "time_distributed"));
      // 4F (9 (C + F) + 1): 80 * 208 and, six times and once more, 80 * 361; statistics of the
      // channels, twice 4 * 20
      assertEquals(
          80 * 208 + 7 * 80 * 361 + 2 * 4 * 20 + 6 * (50000L * 64 + 64 + 64 * 32 + 32 + 32 + 1),
          weights(model));
    }
  }

  private static String shapeOf(Model model, String layer) {
    return model.network().nodes().stream()
        .filter(n -> n.layer().name().equals(layer))
        .map(n -> n.outputs().get(0).shape().toString())
        .findFirst()
        .orElseThrow();
  }

  private static long weights(Model model) {
    return model.network().parameters().stream().mapToLong(p -> p.shape().elements()).sum();
  }

  @Test
  void counterpartByShape() {
    try (Model model = Architectures.convolutionLstm(FULL, GENRES, 20, 64, 64)) {
      assertEquals(GENRES, model.network().outputNames());
      assertEquals("[None, None, 1]", model.network().outputs().get(0).shape().toString());
      assertEquals("[None, None, 200000]", shapeOf(model, "time_distributed_4"));
      // Conv2D 9 C F + F; LSTM 4 U (F * 100 * 100 + U + 1)
      assertEquals(
          560 + 3620 + 4 * 64 * (200000L + 65) + 6 * (64 * 64 + 64 + 64 * 32 + 32 + 32 + 1),
          weights(model));
    }
  }

  @Test
  void fullSizeIsEstimatedWithoutAllocating() {
    Shape batch = FULL.prepend(1, 1000);
    try (Backend backend = Backends.named("reference");
        Model model = Architectures.convLstm(FULL, GENRES, 20, 10, 32).backend(backend)) {
      model.compile(new Adam(), Loss.binaryCrossentropy(), new Accuracy());
      MemoryEstimate e = model.memoryEstimate(true, batch);
      assertEquals(0, backend.memory().liveBytes());
      assertTrue(e.total() > 100L << 30, e.toString());
      assertTrue(model.memoryEstimate(false, batch).total() < e.total());
    }
  }

  @Test
  void smallModelsLearnAndComeBackFromTheirArchitecture() {
    try (Model model = convLstm(4, 16)) {
      learns(model);
    }
    try (Model model = Architectures.convolutionLstm(Shape.of(3, 8, 9), GENRES, 4, 8, 16)) {
      learns(model);
    }
  }

  private static void learns(Model model) {
    Batch batch = batch();
    // What it predicts with is what it learns with: no statistics that lag behind.
    model.network().nodes().stream()
        .map(Node::layer)
        .filter(BatchNormalization.class::isInstance)
        .forEach(layer -> layer.trainable(false));
    model.seed(5).compile(Compile.with(new Adam(0.02)).loss(Loss.binaryCrossentropy()));
    Map<String, Double> first = model.trainOnBatch(batch);
    Map<String, Double> last = first;
    for (int i = 0; i < STEPS; i++) {
      last = model.trainOnBatch(batch);
    }
    assertEquals(1 + GENRES.size(), last.size());
    for (String genre : GENRES) {
      String loss = genre + "_loss";
      assertTrue(last.get(loss) < 0.5 * first.get(loss), first + " to " + last);
    }
    List<Tensor> scores = model.predict(batch.inputs().get(0));
    for (int k = 0; k < GENRES.size(); k++) {
      // What it has learnt is its own genre, in the place and under the name of that.
      double own = distance(scores.get(k), batch.targets().get(k));
      for (int other = 0; other < GENRES.size(); other++) {
        double far = distance(scores.get(k), batch.targets().get(other));
        assertTrue(other == k || own < far, GENRES.get(k) + " is like " + GENRES.get(other));
      }
    }
    try (Model copy = Model.of(Architecture.fromJson(Architecture.toJson(model.network())))) {
      assertEquals(GENRES, copy.network().outputNames());
      copy.setWeights(List.copyOf(model.weights().values()));
      List<Tensor> again = copy.predict(batch.inputs().get(0));
      for (int k = 0; k < scores.size(); k++) {
        assertArrayEquals(scores.get(k).floats(), again.get(k).floats(), GENRES.get(k));
      }
    }
  }

  /** Mean absolute difference. */
  private static double distance(Tensor a, Tensor b) {
    assertEquals(a.shape(), b.shape());
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += Math.abs(a.get(i) - b.get(i));
    }
    return sum / a.size();
  }

  private static Tensor noise(Shape shape) {
    Philox random = new Philox(11, 0);
    Tensor t = Tensor.zeros(DType.FLOAT32, shape);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, random.uniform(i));
    }
    return t;
  }

  /** Zeros and ones: any two outputs' differ in half of the frames (Walsh functions). */
  private static Tensor bits(Shape shape, int output) {
    Tensor t = Tensor.zeros(DType.FLOAT32, shape);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, Integer.bitCount(i & (output + 1)) % 2);
    }
    return t;
  }
}
