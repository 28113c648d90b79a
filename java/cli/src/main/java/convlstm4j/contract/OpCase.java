package convlstm4j.contract;

import convlstm4j.op.Op;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * An op with data to try it on.
 *
 * @param name what is special about it
 * @param op the op
 * @param inputs float64 values that float32 holds exactly, so that both precisions see the same
 * @param terms about how many terms the longest sum for an output has
 * @param gradientTerms the same for a gradient
 * @param mayBeZero whether many zeros among the expected values are right (ReLU, masks, dropout)
 * @param smooth whether derivatives exist near the inputs, so that differences can be taken (not
 *     where equal values compete for a maximum)
 */
record OpCase(
    String name,
    Op op,
    List<Tensor> inputs,
    long terms,
    long gradientTerms,
    boolean mayBeZero,
    boolean smooth) {

  static OpCase of(String name, Op op, List<Tensor> inputs, long terms, long gradientTerms) {
    return new OpCase(name, op, inputs, terms, gradientTerms, false, true);
  }

  OpCase withZeros() {
    return new OpCase(name, op, inputs, terms, gradientTerms, true, smooth);
  }

  OpCase notSmooth() {
    return new OpCase(name, op, inputs, terms, gradientTerms, mayBeZero, false);
  }

  /** The same with the elements of every input in the opposite order. */
  OpCase reversed() {
    List<Tensor> moved = new ArrayList<>();
    for (Tensor t : inputs) {
      Tensor m = Tensor.zeros(t.dtype(), t.shape());
      for (int k = 0; k < t.size(); k++) {
        m.set(k, t.get(t.size() - 1 - k));
      }
      moved.add(m);
    }
    return new OpCase(name, op, moved, terms, gradientTerms, mayBeZero, smooth);
  }

  /**
   * The same with every input off by at most one rounding error.
   *
   * @param unit the error at 1
   */
  OpCase neighbour(Philox random, double unit) {
    List<Tensor> moved = new ArrayList<>();
    for (Tensor t : inputs) {
      Tensor m = Tensor.zeros(t.dtype(), t.shape());
      Philox r = random.stream(2, moved.size());
      for (int k = 0; k < t.size(); k++) {
        m.set(k, (float) (t.get(k) * (1 + unit * (2 * r.uniform(k) - 1))));
      }
      moved.add(m);
    }
    return new OpCase(name, op, moved, terms, gradientTerms, mayBeZero, smooth);
  }

  /**
   * Random gradients of the outputs, for a given generator; null for moving statistics, which pass
   * none on.
   */
  List<Tensor> outputGradients(Philox random) {
    List<Tensor> g = new ArrayList<>();
    for (Shape s : op.outputShapes(inputs.stream().map(Tensor::shape).toList())) {
      boolean statistics = op.outputNames().get(g.size()).startsWith("new_moving_");
      g.add(statistics ? null : normal(s, 1, random.stream(1, g.size())));
    }
    return g;
  }

  /** Normally distributed values that float32 holds exactly. */
  static Tensor normal(Shape shape, double scale, Philox random) {
    double[] values = new double[Tensor.arrayLength(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * random.normal(i));
    }
    return Tensor.of(values, shape);
  }

  /** Uniform values that float32 holds exactly. */
  static Tensor uniform(Shape shape, double from, double to, Philox random) {
    Tensor t = Tensor.zeros(DType.FLOAT64, shape);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, (float) (from + (to - from) * random.uniform(i)));
    }
    return t;
  }

  @Override
  public String toString() {
    return op.opName() + " " + name;
  }
}
