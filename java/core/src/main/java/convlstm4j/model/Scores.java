package convlstm4j.model;

import convlstm4j.model.Objectives.Output;
import convlstm4j.objective.Metric;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Losses and metrics over some batches. A batch's losses count with its number of samples. */
final class Scores {
  static final String TOTAL = "loss";

  private final Objectives objectives;
  private final Map<String, double[]> losses = new LinkedHashMap<>();
  private final Map<String, Metric.Accumulator> metrics = new LinkedHashMap<>();
  private Tensor ones = Tensor.zeros(DType.FLOAT32, Shape.of(0));

  Scores(Objectives objectives) {
    this.objectives = objectives;
    losses.put(TOTAL, new double[2]);
    for (Output o : objectives.outputs()) {
      if (o.isTrained() && objectives.outputs().size() > 1) {
        losses.put(objectives.lossName(o), new double[2]);
      }
      o.metrics().forEach(m -> metrics.put(objectives.metricName(o, m), m.start()));
    }
  }

  void add(Results r) {
    addLoss(TOTAL, r.total(), r.samples());
    for (int k = 0; k < objectives.outputs().size(); k++) {
      Output o = objectives.outputs().get(k);
      if (o.isTrained() && objectives.outputs().size() > 1) {
        addLoss(objectives.lossName(o), r.losses().get(k), r.samples());
      }
      for (Metric m : o.metrics()) {
        Tensor prediction = r.predictions().get(k);
        Tensor given = (m.countsMasked() ? r.weights() : r.counted()).get(k);
        Tensor weights = given == null ? ones(prediction.shape().without(-1)) : given;
        String name = objectives.metricName(o, m);
        Objects.requireNonNull(metrics.get(name), name)
            .add(r.targets().get(k), prediction, weights);
      }
    }
  }

  /** Weights of 1, made once for batches of one shape. */
  private Tensor ones(Shape shape) {
    if (!ones.shape().equals(shape)) {
      ones = Tensor.zeros(DType.FLOAT32, shape);
      Arrays.fill(ones.floats(), 1);
    }
    return ones;
  }

  private void addLoss(String name, double value, long samples) {
    double[] sum = Objects.requireNonNull(losses.get(name), name);
    sum[0] += value * samples;
    sum[1] += samples;
  }

  Map<String, Double> logs() {
    Map<String, Double> logs = new LinkedHashMap<>();
    losses.forEach((name, sum) -> logs.put(name, sum[1] == 0 ? 0 : sum[0] / sum[1]));
    metrics.forEach((name, m) -> logs.put(name, m.result()));
    return logs;
  }

  Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    losses.forEach((name, sum) -> state.put(name, Tensor.of(sum.clone(), sum.length)));
    metrics.forEach(
        (name, m) -> {
          double[] s = m.state();
          state.put(name, Tensor.of(s, s.length));
        });
    return state;
  }

  void restore(Map<String, Tensor> state) {
    losses.forEach((name, sum) -> System.arraycopy(saved(state, name), 0, sum, 0, sum.length));
    metrics.forEach((name, m) -> m.restore(saved(state, name)));
  }

  private static double[] saved(Map<String, Tensor> state, String name) {
    Tensor t = state.get(name);
    if (t == null) {
      throw new IllegalArgumentException(
          "the snapshot has no sum of \""
              + name
              + "\" for the epoch in progress; it has "
              + state.keySet()
              + ": it was made with other metrics");
    }
    return t.doubles();
  }
}
