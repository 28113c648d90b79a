package convlstm4j.cli.demo;

import convlstm4j.data.Batch;
import convlstm4j.tensor.Tensor;
import java.util.List;

/**
 * F1 of each genre, over all frames: a frame counts as of a genre where the genre's score is above
 * one half; F1 = 2 TP / (2 TP + FP + FN).
 */
final class Scores {
  private static final double THRESHOLD = 0.5;

  private final long[] truePositive;
  private final long[] falsePositive;
  private final long[] falseNegative;

  Scores(int genres) {
    truePositive = new long[genres];
    falsePositive = new long[genres];
    falseNegative = new long[genres];
  }

  /** Counts a batch: one target and one output {@code [N, T, 1]} per genre. */
  void add(Batch batch, List<Tensor> outputs) {
    for (int g = 0; g < truePositive.length; g++) {
      Tensor target = batch.targets().get(g);
      for (int i = 0; i < target.size(); i++) {
        count(g, target.get(i) > THRESHOLD, outputs.get(g).get(i) > THRESHOLD);
      }
    }
  }

  /** Counts one frame. */
  void count(int genre, boolean is, boolean said) {
    truePositive[genre] += is && said ? 1 : 0;
    falsePositive[genre] += !is && said ? 1 : 0;
    falseNegative[genre] += is && !said ? 1 : 0;
  }

  /** F1 of a genre; 0 where it is neither there nor found. */
  double f1(int genre) {
    long twice = 2 * truePositive[genre];
    long all = twice + falsePositive[genre] + falseNegative[genre];
    return all == 0 ? 0 : (double) twice / all;
  }

  /** Mean over the genres. */
  double macroF1() {
    double sum = 0;
    for (int g = 0; g < truePositive.length; g++) {
      sum += f1(g);
    }
    return sum / truePositive.length;
  }
}
