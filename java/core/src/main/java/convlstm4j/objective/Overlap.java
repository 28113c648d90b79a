package convlstm4j.objective;

import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The mean intersection over union of some classes that occur: Keras's {@code IoU} and its kinds
 * (keras/src/metrics/iou_metrics.py).
 */
final class Overlap implements Metric.Accumulator {
  /** How a class is read from the last axis. */
  enum Form {
    /** Class numbers. */
    SPARSE,
    /** The place of the largest. */
    ONE_HOT,
    /** 1 from the threshold on, else 0. */
    THRESHOLD
  }

  private final Options options;
  private final Form targets;
  private final Form predictions;
  private @Nullable ConfusionMatrix matrix;

  Overlap(Options options, Form targets, Form predictions) {
    this.options = options;
    this.targets = targets;
    this.predictions = predictions;
  }

  /**
   * Fails where targets and predictions are not of its forms, or a class is not among those that
   * there are.
   */
  void check(String name, Shape target, Shape prediction) {
    long k = prediction.dim(-1);
    long t = target.dim(-1);
    if (targets == Form.ONE_HOT && predictions == Form.SPARSE && k > 1) {
      throw unfit(name, "class numbers, [N, .., 1]", "predictions", prediction);
    }
    if (predictions == Form.ONE_HOT && targets == Form.SPARSE && t != 1) {
      throw unfit(name, "class numbers, [N, .., 1]", "targets", target);
    }
    if (predictions != Form.ONE_HOT && t != k) {
      throw unfit(name, "one number for each of the predictions " + prediction, "targets", target);
    }
    long all = classes() == 0 ? k : classes();
    for (int c : options.list("target_class_ids")) {
      if (c < 0 || (c >= all && all != Shape.UNKNOWN)) {
        throw new IllegalArgumentException(
            name + " has target_class_ids with " + c + ", expected classes 0 to " + (all - 1));
      }
    }
  }

  private static IllegalArgumentException unfit(
      String name, String expected, String what, Shape came) {
    return new IllegalArgumentException(
        name
            + " is for "
            + what
            + " of "
            + expected
            + ", got "
            + came
            + "; see its options sparse_y_true and sparse_y_pred");
  }

  private int classes() {
    return options.values().get("num_classes") instanceof Double n ? n.intValue() : 2;
  }

  @Override
  public void add(Tensor target, Tensor prediction, Tensor weights) {
    int k = (int) prediction.shape().dim(-1);
    int t = (int) target.shape().dim(-1);
    if (matrix == null) {
      matrix = new ConfusionMatrix(classes() == 0 ? k : classes());
    }
    Object ignored = options.values().get("ignore_class");
    int each = predictions == Form.ONE_HOT ? 1 : k;
    int groups = each * weights.size();
    for (int i = 0; i < groups; i++) {
      long is = of(target, i, t, t > 1 || k == 1 ? targets : Form.SPARSE);
      if (!(ignored instanceof Double d && d == is)) {
        matrix.add(is, of(prediction, i, k, predictions), weights.get(i / each));
      }
    }
  }

  private long of(Tensor x, int i, int n, Form form) {
    return switch (form) {
      case ONE_HOT -> WeightedMean.largest(x, i * n, n);
      case SPARSE -> (long) x.get(i);
      case THRESHOLD -> x.get(i) >= options.number("threshold") ? 1 : 0;
    };
  }

  @Override
  public double result() {
    if (matrix == null) {
      return 0;
    }
    int all = classes() == 0 ? (int) Math.sqrt(matrix.counts().length) : classes();
    List<Integer> ids = options.list("target_class_ids");
    List<Integer> chosen = ids.isEmpty() ? IntStream.range(0, all).boxed().toList() : ids;
    double sum = 0;
    int valid = 0;
    for (int c : chosen) {
      double overlap = matrix.overlap(c);
      if (!Double.isNaN(overlap)) {
        sum += overlap;
        valid++;
      }
    }
    return sum / (valid + 1e-7);
  }

  @Override
  public double[] state() {
    return matrix == null ? new double[0] : matrix.counts();
  }

  @Override
  public void restore(double[] state) {
    matrix = null;
    if (state.length > 0) {
      matrix = new ConfusionMatrix((int) Math.sqrt(state.length));
      matrix.restore(state);
    }
  }
}
