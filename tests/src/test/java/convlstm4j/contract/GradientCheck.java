package convlstm4j.contract;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares backward with central differences of forward, in float64, for {@code L = sum_k
 * sum(output_k projection_k)} with random projections. Of a large input a sample of elements is
 * tried.
 */
final class GradientCheck {
  private static final double STEP = 1e-5;
  private static final double RELATIVE = 1e-6;
  private static final double FLOOR = 1e-7;
  private static final int ELEMENTS = Sweep.FULL ? 24 : 8;

  private GradientCheck() {}

  static void check(Backend backend, OpCase c, Philox random) {
    List<Tensor> projections = c.outputGradients(random);
    List<Tensor> gradients;
    try (OpRun run = new OpRun(backend, DType.FLOAT64, Mode.TRAINING, c.op(), c.inputs(), random)) {
      run.forward();
      gradients = run.backward(projections);
    }
    // One run serves all differences: most of the time would else go into planning.
    try (OpRun run = new OpRun(backend, DType.FLOAT64, Mode.TRAINING, c.op(), c.inputs(), random)) {
      for (int i = 0; i < c.inputs().size(); i++) {
        if (c.op().differentiable(i)) {
          checkInput(run, c, random, projections, i, gradients.get(i));
        }
      }
    }
  }

  private static void checkInput(
      OpRun run, OpCase c, Philox random, List<Tensor> projections, int input, Tensor gradient) {
    int n = gradient.size();
    for (int k = 0; k < Math.min(n, ELEMENTS); k++) {
      int at = n <= ELEMENTS ? k : (int) (random.stream(2, input).uniform(k) * n);
      double x = c.inputs().get(input).get(at);
      double up = value(run, c, projections, input, at, x + STEP);
      double down = value(run, c, projections, input, at, x - STEP);
      double expected = (up - down) / (2 * STEP);
      double got = gradient.get(at);
      double allowed = FLOOR + RELATIVE * Math.max(1, Math.abs(expected)) + rounding(up);
      if (!(Math.abs(got - expected) <= allowed)) {
        throw new AssertionError(
            c
                + ": gradient of "
                + c.op().inputNames().get(input)
                + "["
                + at
                + "] is "
                + got
                + ", differences give "
                + expected
                + ", allowed error "
                + allowed);
      }
    }
  }

  /** What rounding of the two values can do to their difference. */
  private static double rounding(double value) {
    return 64 * Math.ulp(Math.max(1, Math.abs(value))) / STEP;
  }

  private static double value(
      OpRun run, OpCase c, List<Tensor> projections, int input, int at, double x) {
    List<Tensor> inputs = new ArrayList<>(c.inputs());
    Tensor moved = inputs.get(input).copy();
    moved.set(at, x);
    inputs.set(input, moved);
    run.refill(inputs, List.of());
    double sum = 0;
    List<Tensor> outputs = run.forward();
    for (int k = 0; k < outputs.size(); k++) {
      if (projections.get(k) != null) {
        double[] output = outputs.get(k).doubles();
        double[] projection = projections.get(k).doubles();
        for (int e = 0; e < output.length; e++) {
          sum += output[e] * projection[e];
        }
      }
    }
    return sum;
  }
}
