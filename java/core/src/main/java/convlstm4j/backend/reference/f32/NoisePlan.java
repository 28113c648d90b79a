package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Noise;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Noise}, element by element. */
final class NoisePlan extends ReferencePlan<Noise> {
  NoisePlan(Noise op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  protected void compute(Forward call) {
    float[] y = output(call.outputs(), "y");
    Parallel.ranges(
        y.length,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] = (float) (op.mean() + op.deviation() * call.random().normal(i));
          }
        });
  }
}
