package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.objective.Accuracy;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.optim.RMSprop;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Real layers: a task that needs memory, the article's network, and resuming in the middle. */
class ConvLstmTrainingTest {
  private static final int T = 4;
  private static final int W = 6;

  /**
   * A bar that moves left or right around a ring of columns, from a random start: each frame by
   * itself looks the same for both classes.
   */
  private static InMemoryDataset bars(int n, long seed) {
    Philox random = new Philox(seed, 4);
    Tensor x = Tensor.of(new float[n * T * 3 * W], n, T, 1, 3, W);
    Tensor y = Tensor.of(new float[n], n, 1);
    for (int i = 0; i < n; i++) {
      int start = (int) (random.uniform(2L * i) * W);
      int direction = random.uniform(2L * i + 1) < 0.5 ? -1 : 1;
      y.set(i, direction > 0 ? 1 : 0);
      for (int t = 0; t < T; t++) {
        int column = Math.floorMod(start + direction * t, W);
        for (int row = 0; row < 3; row++) {
          for (int w = 0; w < W; w++) {
            int k = ((i * T + t) * 3 + row) * W + w;
            x.set(k, (w == column ? 1 : 0) + 0.1 * random.normal(1_000_000L + k));
          }
        }
      }
    }
    return InMemoryDataset.of(x, y).batch(16).shuffle(seed);
  }

  private static Model barModel(Backend backend, double dropout) {
    return Sequential.of(
            Input.shape(T, 1, 3, W),
            new ConvLSTM2D(4, 3)
                .padding(Padding.SAME)
                .dataFormat(DataFormat.CHANNELS_FIRST)
                .dropout(dropout)
                .recurrentDropout(dropout),
            new BatchNormalization(),
            new Flatten(),
            new Dense(1).activation(Activation.SIGMOID))
        .backend(backend)
        .seed(2)
        .compile(new Adam(0.02), Loss.binaryCrossentropy(), new Accuracy());
  }

  @Test
  void learnsWhichWayThingsMove() {
    try (Backend backend = Backends.named("reference")) {
      Model m = barModel(backend, 0);
      m.fit(bars(160, 1), Fit.epochs(25));
      double accuracy = m.evaluate(bars(200, 2)).get("accuracy");
      // Chance is 0.5; 200 samples put it below 0.62 with 99.9 %.
      assertTrue(accuracy > 0.9, "accuracy " + accuracy);
    }
  }

  @Test
  void resumesBitForBitWithDropoutShuffleAndStatistics() {
    try (Backend backend = Backends.named("reference")) {
      InMemoryDataset data = bars(70, 1);
      Supplier<Model> fresh =
          () ->
              barModel(backend, 0.3)
                  .compile(
                      new RMSprop(0.01).momentum(0.9).centered(true),
                      Loss.binaryCrossentropy(),
                      new Accuracy());
      Model whole = fresh.get();
      History all = whole.fit(data, Fit.epochs(3));
      for (int stop : List.of(1, 5, 7, 9)) {
        Model first = fresh.get();
        Callback stops =
            new Callback() {
              @Override
              public void onBatchEnd(
                  Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
                if (run.model().progress().step() == stop) {
                  run.model().requestStop();
                }
              }
            };
        List<Double> losses =
            new ArrayList<>(
                first
                    .fit(data, Fit.epochs(3).callbacks(stops))
                    .values()
                    .getOrDefault("loss", List.of()));
        assertEquals(stop, first.progress().step());
        Snapshot s = first.snapshot();
        first.close();
        Model second = fresh.get();
        second.restore(s);
        losses.addAll(second.fit(data, Fit.epochs(3)).get("loss"));
        assertEquals(all.get("loss"), losses);
        StepTest.assertSame(whole.weights(), second.weights(), 0);
        StepTest.assertSame(whole.snapshot().slots(), second.snapshot().slots(), 0);
        second.close();
      }
      whole.close();
      assertEquals(0, backend.memory().liveBytes());
    }
  }

  /** The article's network: two stages, then six branches with a score per frame. */
  private static Model article(int filters, long t, long size) {
    List<String> genres = List.of("comedy", "action", "horror", "thriller", "musical", "other");
    Symbol video = Input.named("video", t, 3, size, size);
    Symbol x = video;
    for (int stage = 0; stage < 2; stage++) {
      x = lstm(filters).apply(x);
      x = new BatchNormalization().apply(x);
      x = pool().apply(x);
    }
    List<Symbol> scores = new ArrayList<>();
    for (String genre : genres) {
      Symbol b = pool().apply(lstm(filters / 2).apply(x));
      b = new TimeDistributed(new Flatten()).apply(b);
      b = new TimeDistributed(new Dense(32).activation(Activation.RELU)).apply(b);
      b = new TimeDistributed(new Dense(8).activation(Activation.RELU)).apply(b);
      scores.add(
          new TimeDistributed(new Dense(1).activation(Activation.SIGMOID)).named(genre).apply(b));
    }
    return Model.of(List.of(video), scores);
  }

  private static ConvLSTM2D lstm(int filters) {
    return new ConvLSTM2D(filters, 3)
        .padding(Padding.SAME)
        .dataFormat(DataFormat.CHANNELS_FIRST)
        .returnSequences(true);
  }

  private static MaxPooling3D pool() {
    return new MaxPooling3D(1, 2, 2).dataFormat(DataFormat.CHANNELS_FIRST);
  }

  @Test
  void fullSizeIsEstimatedWithoutAllocating() {
    try (Backend backend = Backends.named("reference")) {
      Model m =
          article(20, 1000, 400)
              .backend(backend)
              .compile(new Adam(), Loss.binaryCrossentropy(), new Accuracy());
      long start = System.nanoTime();
      MemoryEstimate e = m.memoryEstimate(true, Shape.of(1, 1000, 3, 400, 400));
      double seconds = (System.nanoTime() - start) / 1e9;
      assertEquals(0, backend.memory().liveBytes());
      assertTrue(e.total() > 100L << 30, e.toString());
      assertTrue(seconds < 1, seconds + " s");
      assertTrue(m.memoryEstimate(false, Shape.of(1, 1000, 3, 400, 400)).total() < e.total());
    }
  }

  @Test
  void articleNetworkTrainsInSmall() {
    try (Backend backend = Backends.named("reference")) {
      Model m =
          article(4, Input.ANY, 16)
              .backend(backend)
              .compile(new Adam(0.01), Loss.binaryCrossentropy(), new Accuracy());
      Tensor video = Tensor.of(new float[5 * 3 * 16 * 16], 1, 5, 3, 16, 16);
      List<Tensor> labels = new ArrayList<>();
      Philox random = new Philox(3, 0);
      for (int i = 0; i < video.size(); i++) {
        video.set(i, random.uniform(i));
      }
      for (int g = 0; g < 6; g++) {
        Tensor y = Tensor.of(new float[5], 1, 5, 1);
        for (int t = 0; t < 5; t++) {
          y.set(t, random.uniform(5000 + 5L * g + t) < 0.5 ? 1 : 0);
        }
        labels.add(y);
      }
      Batch batch = new Batch(List.of(video), labels, List.of(), "trailer_0.npy");
      long estimate = m.memoryEstimate(true, video.shape()).total();
      double first = m.trainOnBatch(batch).get("loss");
      Map<String, Double> last = Map.of();
      for (int step = 0; step < 40; step++) {
        last = m.trainOnBatch(batch);
      }
      assertTrue(last.get("loss") < first / 2, first + " -> " + last);
      assertEquals(1 + 6 + 6, last.size());
      assertTrue(last.containsKey("comedy_loss") && last.containsKey("other_accuracy"));
      assertEquals(List.of(Shape.of(1, 5, 1)), shapes(m.predict(video).subList(0, 1)));
      assertTrue(backend.memory().liveBytes() < estimate);
    }
  }

  private static List<Shape> shapes(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::shape).toList();
  }
}
