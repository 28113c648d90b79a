package convlstm4j.objective;

import convlstm4j.tensor.Tensor;

/**
 * How often which class was taken for which: rows are the targets' classes, columns the
 * predictions', as in {@code tf.math.confusion_matrix}. What lies outside of the classes does not
 * count.
 */
public final class ConfusionMatrix {
  /** Most classes that there may be. */
  static final int MOST = 1 << 14;

  private final int classes;
  private final double[] counts;

  /**
   * Without counts yet.
   *
   * @param classes how many there are, at least 1
   */
  public ConfusionMatrix(int classes) {
    if (classes < 1 || classes > MOST) {
      throw new IllegalArgumentException("num_classes=" + classes + ", expected 1 to " + MOST);
    }
    this.classes = classes;
    this.counts = new double[classes * classes];
  }

  /**
   * Adds a batch. Where the last axis is 1, it holds class numbers, else the largest value's place
   * is the class.
   *
   * @param target {@code [.., K]} or {@code [.., 1]}
   * @param prediction {@code [.., K]} or {@code [.., 1]}
   */
  public void add(Tensor target, Tensor prediction) {
    int t = (int) target.shape().dim(-1);
    int p = (int) prediction.shape().dim(-1);
    for (int i = 0; i < target.size() / t; i++) {
      add(of(target, i * t, t), of(prediction, i * p, p), 1);
    }
  }

  private static long of(Tensor x, int start, int n) {
    return n == 1 ? (long) x.get(start) : WeightedMean.largest(x, start, n);
  }

  void add(long target, long prediction, double weight) {
    if (target >= 0 && target < classes && prediction >= 0 && prediction < classes) {
      counts[(int) (target * classes + prediction)] += weight;
    }
  }

  /**
   * How often a class was taken for another.
   *
   * @param target what it was, from 0
   * @param prediction what it was taken for, from 0
   * @return weighted count
   */
  public double count(int target, int prediction) {
    return counts[target * classes + prediction];
  }

  /** Intersection over union of a class; NaN where it never occurs. */
  double overlap(int c) {
    double union = -count(c, c);
    for (int other = 0; other < classes; other++) {
      union += count(c, other) + count(other, c);
    }
    return union > 1e-9 ? count(c, c) / (union + 1e-7) : Double.NaN;
  }

  double[] counts() {
    return counts.clone();
  }

  void restore(double[] state) {
    System.arraycopy(state, 0, counts, 0, counts.length);
  }
}
