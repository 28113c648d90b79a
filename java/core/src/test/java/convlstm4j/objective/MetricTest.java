package convlstm4j.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.objective.Metric.Accumulator;
import convlstm4j.option.Config;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Metrics against brute force over all samples at once, and by hand. */
class MetricTest {
  /** Some batches of random data; predictions are coarse, so that ties are common. */
  private static final class Data {
    final int n;
    final int k;
    final double[] target;
    final double[] classes;
    final double[] prediction;
    final double[] weight;

    Data(long seed, int n, int k) {
      Random r = new Random(seed);
      this.n = n;
      this.k = k;
      target = r.doubles((long) n * k).map(v -> v > 0.6 ? 1 : 0).toArray();
      classes = r.doubles(n).map(v -> Math.floor(v * k)).toArray();
      prediction = r.doubles((long) n * k).map(v -> Math.round(v * 8) / 8.0).toArray();
      weight = r.doubles(n).map(v -> Math.floor(v * 4) / 2).toArray();
    }

    /** Streams the data in batches of 3; halfway, the measurement moves to a new accumulator. */
    double run(Metric metric, boolean sparse) {
      Accumulator a = metric.start();
      for (int from = 0; from < n; from += 3) {
        int m = Math.min(3, n - from);
        Tensor t =
            sparse
                ? Tensor.of(Arrays.copyOfRange(classes, from, from + m), m, 1)
                : part(target, from, m);
        a.add(
            t, part(prediction, from, m), Tensor.of(Arrays.copyOfRange(weight, from, from + m), m));
        if (from >= n / 2) {
          Accumulator b = metric.start();
          b.restore(a.state());
          a = b;
        }
      }
      return a.result();
    }

    private Tensor part(double[] x, int from, int m) {
      return Tensor.of(Arrays.copyOfRange(x, from * k, (from + m) * k), m, k);
    }

    int largest(int i) {
      int best = 0;
      for (int j = 0; j < k; j++) {
        if (prediction[i * k + j] > prediction[i * k + best]) {
          best = j;
        }
      }
      return best;
    }
  }

  @Property(tries = 200)
  void aucIsTheProbabilityOfTheRightOrder(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int n) {
    Data d = new Data(seed, n, 1);
    double right = 0;
    double pairs = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (d.target[i] == 1 && d.target[j] == 0) {
          double w = d.weight[i] * d.weight[j];
          pairs += w;
          right +=
              d.prediction[i] > d.prediction[j]
                  ? w
                  : d.prediction[i] == d.prediction[j] ? w / 2 : 0;
        }
      }
    }
    assertEquals(pairs == 0 ? 0 : right / pairs, d.run(new AUC(), false), 1e-12);
  }

  @Property(tries = 200)
  void meansAreWeighted(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 30) int n,
      @ForAll @IntRange(min = 1, max = 4) int k) {
    Data d = new Data(seed, n, k);
    double[] sums = new double[5];
    double weights = 0;
    for (int i = 0; i < n; i++) {
      double binary = 0;
      double square = 0;
      double absolute = 0;
      int wanted = 0;
      for (int j = 0; j < k; j++) {
        double t = d.target[i * k + j];
        double p = d.prediction[i * k + j];
        binary += (p > 0.25) == (t == 1) ? 1.0 / k : 0;
        square += (p - t) * (p - t) / k;
        absolute += Math.abs(p - t) / k;
        wanted = t > d.target[i * k + wanted] ? j : wanted;
      }
      double w = d.weight[i];
      weights += w;
      sums[0] += w * binary;
      sums[1] += w * square;
      sums[2] += w * absolute;
      sums[3] += d.largest(i) == wanted ? w : 0;
      sums[4] += d.largest(i) == d.classes[i] ? w : 0;
    }
    double total = weights == 0 ? 1 : weights;
    assertEquals(sums[0] / total, d.run(new BinaryAccuracy(0.25), false), 1e-12);
    assertEquals(sums[1] / total, d.run(new MeanSquaredError(), false), 1e-12);
    assertEquals(sums[2] / total, d.run(new MeanAbsoluteError(), false), 1e-12);
    assertEquals(sums[3] / total, d.run(new CategoricalAccuracy(), false), 1e-12);
    assertEquals(sums[4] / total, d.run(new SparseCategoricalAccuracy(), true), 1e-12);
    Metric same = k == 1 ? new BinaryAccuracy() : new CategoricalAccuracy();
    assertEquals(d.run(same, false), d.run(new Accuracy(), false), 0);
    if (k > 1) {
      assertEquals(sums[4] / total, d.run(new Accuracy(), true), 1e-12);
    }
  }

  @Property(tries = 200)
  void countsAreWeighted(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 30) int n,
      @ForAll @IntRange(min = 1, max = 4) int k,
      @ForAll boolean sparse,
      @ForAll boolean byThreshold) {
    Data d = new Data(seed, n, k);
    double threshold = byThreshold ? 0.25 : Double.NaN;
    double bound = byThreshold ? 0.25 : 0.5;
    double[] macro = new double[3];
    double[] all = new double[3];
    for (int c = 0; c < k; c++) {
      double[] count = new double[3];
      for (int i = 0; i < n; i++) {
        boolean oneOf = !byThreshold && k > 1;
        boolean says = oneOf ? d.largest(i) == c : d.prediction[i * k + c] > bound;
        boolean is = (sparse && k > 1) ? d.classes[i] == c : d.target[i * k + c] == 1;
        if (says && is) {
          count[0] += d.weight[i];
        } else if (says) {
          count[1] += d.weight[i];
        } else if (is) {
          count[2] += d.weight[i];
        }
      }
      double[] scores = scores(count);
      for (int s = 0; s < 3; s++) {
        macro[s] += scores[s] / k;
        all[s] += count[s];
      }
    }
    double[] micro = scores(all);
    boolean asClasses = sparse && k > 1;
    for (Average average : Average.values()) {
      double[] expected = average == Average.MACRO ? macro : micro;
      List<Metric> metrics =
          List.of(
              new Precision(average, threshold),
              new Recall(average, threshold),
              new F1Score(average, threshold));
      for (int s = 0; s < 3; s++) {
        assertEquals(
            expected[s], d.run(metrics.get(s), asClasses), 1e-12, metrics.get(s).toString());
      }
    }
  }

  private static double[] scores(double[] c) {
    double precision = c[0] + c[1] == 0 ? 0 : c[0] / (c[0] + c[1]);
    double recall = c[0] + c[2] == 0 ? 0 : c[0] / (c[0] + c[2]);
    double f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    return new double[] {precision, recall, f1};
  }

  @Test
  void numbersByHand() {
    // sklearn's documentation of roc_auc_score: 0.75 for these four.
    Tensor t = Tensor.of(new double[] {0, 0, 1, 1}, 4, 1);
    Tensor p = Tensor.of(new double[] {0.1, 0.4, 0.35, 0.8}, 4, 1);
    Tensor w = Tensor.of(new double[] {1, 1, 1, 1}, 4);
    Accumulator auc = new AUC().start();
    assertEquals(0, auc.result());
    auc.add(t, p, w);
    assertEquals(0.75, auc.result(), 1e-15);
    Accumulator f1 = new F1Score().start();
    assertEquals(0, f1.result());
    f1.add(t, p, w);
    assertEquals(2 * 1 * 0.5 / 1.5, f1.result(), 1e-15);
  }

  @Test
  void configGoesThereAndBack() {
    List<Metric> all =
        List.of(
            new Accuracy(),
            new BinaryAccuracy(0),
            new CategoricalAccuracy(),
            new SparseCategoricalAccuracy(),
            new MeanSquaredError(),
            new MeanAbsoluteError(),
            new AUC(),
            new Precision(),
            new Recall(Average.MACRO, 0.3),
            new F1Score(),
            new F1Score(Average.MICRO, 0.4).named("strict_f1"));
    for (Metric m : all) {
      assertEquals(m, Metric.fromConfig(Config.of(m.config().toMap())));
    }
    assertThrows(IllegalArgumentException.class, () -> Metric.fromConfig(Config.of("MyOwnMetric")));
    assertThrows(
        IllegalArgumentException.class,
        () -> Metric.fromConfig(Config.of("F1Score").with("average", "weighted")));
  }

  @Test
  void byKerasName() {
    for (String name :
        List.of(
            "accuracy",
            "binary_accuracy",
            "categorical_accuracy",
            "sparse_categorical_accuracy",
            "mean_squared_error",
            "mean_absolute_error",
            "auc",
            "precision",
            "recall",
            "f1_score",
            "micro_f1")) {
      assertEquals(name, Metric.ofName(name).name());
    }
    assertEquals(new MeanSquaredError(), Metric.ofName("mse"));
    assertEquals(new MeanAbsoluteError(), Metric.ofName("mae"));
    assertEquals(new F1Score(), Metric.ofName("f1"));
    assertThrows(IllegalArgumentException.class, () -> Metric.ofName("F1"));
  }
}
