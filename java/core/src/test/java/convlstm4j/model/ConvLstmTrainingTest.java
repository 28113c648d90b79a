package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.objective.Accuracy;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.optim.RMSprop;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Real layers: a task that needs memory, and resuming in the middle. */
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
}
