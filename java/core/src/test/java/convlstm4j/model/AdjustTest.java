package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.objective.Loss;
import convlstm4j.objective.MeanAbsoluteError;
import convlstm4j.optim.Adam;
import convlstm4j.optim.SGD;
import convlstm4j.optim.Schedule;
import convlstm4j.option.Activation;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Other options for a training that goes on. */
class AdjustTest {
  private static final InMemoryDataset DATA =
      InMemoryDataset.of(
              Tensor.of(new float[] {1, 2, -1, 0.5f, 0, 1, 2, -2}, 4, 2),
              Tensor.of(new float[] {1, 0, 1, 0}, 4, 1))
          .batch(2);

  private static Model model(Compile compile) {
    Symbol x = Mini.input("x", 2);
    Symbol y = Mini.dense(1, Activation.SIGMOID).named("y").apply(x);
    return Model.of(x, y).backend("reference").seed(3).compile(compile);
  }

  private static Compile adam() {
    return Compile.with(new Adam(0.1)).loss(Loss.meanSquaredError());
  }

  @Test
  void keepsWhatTheOptimizerRemembers() {
    Map<String, Tensor> expected;
    try (Model m = model(adam())) {
      m.fit(DATA, Fit.epochs(4));
      expected = m.weights();
    }
    try (Model m = model(adam())) {
      m.fit(DATA, Fit.epochs(2));
      m.adjust(adam().metrics(new MeanAbsoluteError()));
      assertEquals(2, m.progress().epoch());
      assertEquals(4, m.progress().step());
      History history = m.fit(DATA, Fit.epochs(4));
      assertEquals(2, history.get("mean_absolute_error").size());
      StepTest.assertSame(expected, m.weights(), 0);
    }
  }

  @Test
  void aRateThatWasSetStaysUnlessAnotherIsAskedFor() {
    try (Model m = model(adam())) {
      m.fit(DATA, Fit.epochs(1));
      m.learningRate(0.03);
      m.adjust(Compile.with(new Adam(0.1).clipNorm(1)).loss(Loss.meanSquaredError()));
      assertEquals(0.03, m.learningRate());
      m.adjust(
          Compile.with(new Adam(new Schedule.ExponentialDecay(0.5, 2, 0.5, false)))
              .loss(Loss.meanSquaredError()));
      assertEquals(0.25, m.learningRate(), "two steps are done");
    }
  }

  @Test
  void refusesAnotherOptimizer() {
    try (Model m = model(adam())) {
      m.fit(DATA, Fit.epochs(1));
      Compile sgd = Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError());
      String message =
          assertThrows(IllegalArgumentException.class, () -> m.adjust(sgd)).getMessage();
      assertTrue(message.contains("SGD with [] cannot go on where Adam with ["), message);
      assertEquals(1, m.progress().epoch());
    }
  }

  @Test
  void refusesOtherMetricsInTheMiddleOfAnEpoch() {
    try (Model m = model(adam())) {
      m.fit(
          DATA,
          Fit.epochs(2)
              .callbacks(
                  new Callback() {
                    @Override
                    public void onBatchEnd(
                        Run run,
                        long epoch,
                        int batch,
                        Supplier<? extends Map<String, Double>> logs) {
                      run.model().requestStop();
                    }
                  }));
      assertEquals(1, m.progress().batch());
      Compile other = adam().metrics(new MeanAbsoluteError());
      String message =
          assertThrows(IllegalArgumentException.class, () -> m.adjust(other)).getMessage();
      assertTrue(message.contains("measured by [loss], not [loss, mean_absolute_error]"), message);
      m.adjust(Compile.with(new Adam(0.1).clipNorm(1)).loss(Loss.meanSquaredError()));
      m.fit(DATA, Fit.epochs(2));
      assertEquals(List.of(2L, 0L), List.of(m.progress().epoch(), (long) m.progress().batch()));
    }
  }

  @Test
  void needsACompiledModel() {
    Symbol x = Mini.input("x", 2);
    try (Model m = Model.of(x, Mini.dense(1, Activation.SIGMOID).apply(x)).backend("reference")) {
      assertThrows(IllegalStateException.class, () -> m.adjust(adam()));
    }
  }
}
