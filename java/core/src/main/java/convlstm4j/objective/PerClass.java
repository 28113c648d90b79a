package convlstm4j.objective;

import convlstm4j.tensor.Tensor;

/** Sums for each class of the last axis, of which one number is made in the end. */
final class PerClass implements Metric.Accumulator {
  /** Adds one element. */
  interface Adder {
    void add(double[] sums, int at, double target, double prediction, double weight);
  }

  /** Makes one number. */
  interface Score {
    /**
     * The metric.
     *
     * @param sums of the first class, then of the next
     * @param elements how many there were of all classes
     */
    double of(double[] sums, double elements);
  }

  /** How many sums a class has. */
  private final int each;

  private final Decision decision;

  private final Adder adder;
  private final Score score;
  private double[] sums = {};
  private double elements;

  /** What is made of a prediction before it is added. */
  interface Decision {
    /**
     * What counts for a class.
     *
     * @param prediction of the class
     * @param largest of all classes of the position
     * @return 1 or 0 for a yes or no, or the number itself
     */
    double of(double prediction, double largest);
  }

  PerClass(int each, Decision decision, Adder adder, Score score) {
    this.each = each;
    this.decision = decision;
    this.adder = adder;
    this.score = score;
  }

  @Override
  public void add(Tensor target, Tensor prediction, Tensor weights) {
    int k = (int) prediction.shape().dim(-1);
    int targets = (int) target.shape().dim(-1);
    if (sums.length == 0) {
      sums = new double[each * k];
    }
    for (int i = 0; i < weights.size(); i++) {
      double largest = prediction.get(i * k + WeightedMean.largest(prediction, i * k, k));
      for (int j = 0; j < k; j++) {
        double is = targets == k ? target.get(i * k + j) : target.get(i) == j ? 1 : 0;
        double says = decision.of(prediction.get(i * k + j), largest);
        adder.add(sums, j * each, is, says, weights.get(i));
        elements++;
      }
    }
  }

  @Override
  public double result() {
    return sums.length == 0 ? 0 : score.of(sums, elements);
  }

  @Override
  public double[] state() {
    double[] state = new double[sums.length + 1];
    System.arraycopy(sums, 0, state, 1, sums.length);
    state[0] = elements;
    return state;
  }

  @Override
  public void restore(double[] state) {
    elements = state[0];
    sums = new double[state.length - 1];
    System.arraycopy(state, 1, sums, 0, sums.length);
  }
}
