package convlstm4j.objective;

import convlstm4j.option.Config;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;

/**
 * Area under the ROC curve, exactly: the probability that a positive gets a higher prediction than
 * a negative, ties counting half (Mann and Whitney 1947), with weights. Keras approximates the same
 * area with 200 thresholds. Predictions along the last axis are taken together, as Keras does; a
 * target above 0.5 is a positive. Keeps up to 32 bytes per prediction until the measurement ends.
 *
 * <p>0 while positives or negatives are missing.
 */
public record AUC() implements Metric {
  @Override
  public String name() {
    return "auc";
  }

  @Override
  public boolean countsMasked() {
    return true;
  }

  @Override
  public Accumulator start() {
    return new Ranks();
  }

  @Override
  public Config config() {
    return Config.of("AUC").with("name", name());
  }

  /** Predictions, and weights that are negative for negatives. */
  private static final class Ranks implements Accumulator {
    private double[] scores = new double[64];
    private double[] weights = new double[64];
    private int n;

    @Override
    public void add(Tensor target, Tensor prediction, Tensor sampleWeights) {
      int k = (int) prediction.shape().dim(-1);
      int targets = (int) target.shape().dim(-1);
      for (int i = 0; i < prediction.size(); i++) {
        double w = sampleWeights.get(i / k);
        boolean positive = targets == k ? target.get(i) > 0.5 : target.get(i / k) == i % k;
        if (w != 0) {
          append(prediction.get(i), positive ? w : -w);
        }
      }
    }

    private void append(double score, double weight) {
      if (n == scores.length) {
        scores = Arrays.copyOf(scores, 2 * n);
        weights = Arrays.copyOf(weights, 2 * n);
      }
      scores[n] = score;
      weights[n++] = weight;
    }

    @Override
    public double result() {
      Integer[] order = new Integer[n];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, (a, b) -> Double.compare(scores[a], scores[b]));
      double below = 0;
      double positives = 0;
      double area = 0;
      for (int i = 0; i < n; ) {
        double up = 0;
        double down = 0;
        double score = scores[order[i]];
        do {
          double w = weights[order[i++]];
          up += Math.max(w, 0);
          down += Math.max(-w, 0);
        } while (i < n && scores[order[i]] == score);
        area += up * (below + down / 2);
        below += down;
        positives += up;
      }
      return positives == 0 || below == 0 ? 0 : area / (positives * below);
    }

    @Override
    public double[] state() {
      double[] state = Arrays.copyOf(scores, 2 * n);
      System.arraycopy(weights, 0, state, n, n);
      return state;
    }

    @Override
    public void restore(double[] state) {
      n = state.length / 2;
      scores = Arrays.copyOf(state, Math.max(n, 64));
      weights = Arrays.copyOf(Arrays.copyOfRange(state, n, 2 * n), Math.max(n, 64));
    }
  }
}
