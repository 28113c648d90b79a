package convlstm4j.objective;

import convlstm4j.tensor.Tensor;

/** The square root of a mean. */
record RootMean(WeightedMean mean) implements Metric.Accumulator {
  @Override
  public void add(Tensor target, Tensor prediction, Tensor weights) {
    mean.add(target, prediction, weights);
  }

  @Override
  public double result() {
    return Math.sqrt(mean.result());
  }

  @Override
  public double[] state() {
    return mean.state();
  }

  @Override
  public void restore(double[] state) {
    mean.restore(state);
  }
}
