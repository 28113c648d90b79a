package convlstm4j.program.time;

import convlstm4j.formula.Formula;
import convlstm4j.op.BatchNorm;
import convlstm4j.op.Op;
import convlstm4j.op.Pointwise;
import convlstm4j.op.TimeUse;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.program.Value.Kind;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A batch normalisation in training, cut so that it runs in stretches: the moments of x, which are
 * those of all stretches joined; then x normalised by them, as at inference. That leaves out what x
 * changes of the moments: {@code dx} lacks {@code -gamma / deviation (S1 + x^ S2) / n}, S1 and S2
 * being the gradients of {@link #beta} and {@link #gamma}, which are this normalisation's own.
 *
 * @param op the one that was cut
 * @param x what is normalised, perhaps a view
 * @param gamma factors, also where the op has none
 * @param beta what is added, also where the op adds nothing
 * @param mean of x; each stretch makes that of its own frames
 * @param variance of x, likewise
 * @param y the result
 */
public record Normalization(
    BatchNorm op, Value x, Value gamma, Value beta, Value mean, Value variance, Value y) {
  /** The parts of a cut op. */
  record Cut(Normalization normalization, Step moments, List<Step> atOnce, Step normalize) {}

  /** How many frames the moments come from does not matter to its shape. */
  static TimeUse momentsUse(int axis) {
    return new TimeUse(
        TimeUse.Kind.LOCAL,
        List.of(axis, TimeUse.NONE, TimeUse.NONE),
        List.of(axis, TimeUse.NONE, TimeUse.NONE),
        List.of(),
        "");
  }

  /** Cuts a step whose op is a {@link BatchNorm} in training with statistics of all steps. */
  static Cut cut(Step s) {
    BatchNorm op = (BatchNorm) s.op();
    Value x = s.inputs().get(0);
    Shape p = op.parameterShape(x.shape());
    Value zeros = value(Kind.ZEROS, p);
    Value mean = value(Kind.RESULT, p);
    Value variance = value(Kind.RESULT, p);
    BatchNorm moments = new BatchNorm(op.axes(), 0, op.epsilon(), false, false, true, false);
    List<Step> atOnce = new ArrayList<>();
    Value gamma = copy(s, "gamma", 1, zeros, p, atOnce);
    Value beta = copy(s, "beta", 0, zeros, p, atOnce);
    moving(s, "moving_mean", mean, atOnce);
    moving(s, "moving_variance", variance, atOnce);
    Value y = s.outputs().get(0);
    BatchNorm at = new BatchNorm(op.axes(), op.momentum(), op.epsilon(), true, true, false, false);
    return new Cut(
        new Normalization(op, x, gamma, beta, mean, variance, y),
        step(
            s,
            moments,
            List.of(x, zeros, zeros),
            List.of(value(Kind.RESULT, x.shape()), mean, variance)),
        atOnce,
        step(s, at, List.of(x, gamma, beta, mean, variance), List.of(y)));
  }

  private static Value copy(
      Step s, String input, double absent, Value zeros, Shape shape, List<Step> steps) {
    int k = s.op().input(input);
    Value y = value(Kind.RESULT, shape);
    Formula f = k < 0 ? Formula.constant(absent) : Formula.input(0);
    steps.add(step(s, new Pointwise(f, 1), List.of(k < 0 ? zeros : s.inputs().get(k)), List.of(y)));
    return y;
  }

  private static void moving(Step s, String input, Value moment, List<Step> steps) {
    double momentum = ((BatchNorm) s.op()).momentum();
    Formula f = Formula.input(0).times(momentum).plus(Formula.input(1).times(1 - momentum));
    steps.add(
        step(
            s,
            new Pointwise(f, 2),
            List.of(s.inputs().get(s.op().input(input)), moment),
            List.of(s.outputs().get(s.op().output("new_" + input)))));
  }

  private static Step step(Step like, Op op, List<Value> inputs, List<Value> outputs) {
    return new Step(op, inputs, outputs, like.layer(), like.number());
  }

  /** Of no program: what it is in one, its phase's part says. */
  private static Value value(Kind kind, Shape shape) {
    return new Value(-1, kind, shape, null);
  }

  /**
   * What {@code dx} lacks, for each x: {@code -(a + (x - mean) b)}.
   *
   * @param count elements of x for each place of the moments
   * @param gamma its values
   * @param variance its values
   * @param sums S1 and S2
   * @return a and b
   */
  public List<double[]> share(long count, double[] gamma, double[] variance, List<double[]> sums) {
    double[] a = new double[gamma.length];
    double[] b = new double[gamma.length];
    for (int c = 0; c < gamma.length; c++) {
      double inverse = 1 / Math.sqrt(variance[c] + op.epsilon());
      a[c] = gamma[c] * inverse * sums.get(0)[c] / count;
      b[c] = gamma[c] * inverse * inverse * sums.get(1)[c] / count;
    }
    return List.of(a, b);
  }

  /**
   * The shape of x with sizes of 1 but along the op's axes.
   *
   * @return broadcast to x
   */
  public Shape broadcast() {
    long[] dims = new long[x.shape().rank()];
    Arrays.fill(dims, 1);
    op.axes().forEach(d -> dims[d] = x.shape().dim(d));
    return Shape.of(dims);
  }
}
