package convlstm4j.backend.onednn;

import convlstm4j.op.Noise;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Noise}. */
final class NoisePlan extends OneDnnPlan<Noise> {
  NoisePlan(Noise op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer y = output(call.outputs(), "y");
    Parallel.ranges(
        y.size(),
        (from, n) -> {
          float[] v = Floats.scratch(0);
          for (int k = 0; k < n; k++) {
            v[k] = (float) (op.mean() + op.deviation() * call.random().normal(from + k));
          }
          Floats.write(v, y, from, n);
        });
  }
}
