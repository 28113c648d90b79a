package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Merge;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Merge}. */
final class MergePlan extends ReferencePlan<Merge> {
  MergePlan(Merge op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  public void forward(Forward call) {
    List<float[]> x = call.inputs().stream().map(ReferencePlan::array).toList();
    float[] y = array(call.outputs().get(0));
    Parallel.ranges(
        y.length,
        (from, to) -> {
          for (int k = from; k < to; k++) {
            float joined = x.get(0)[k];
            for (int i = 1; i < x.size(); i++) {
              joined =
                  op.mode() == Merge.Mode.MULTIPLY ? joined * x.get(i)[k] : joined + x.get(i)[k];
            }
            y[k] = op.mode() == Merge.Mode.AVERAGE ? joined / x.size() : joined;
          }
        });
  }

  @Override
  public void backward(Backward call) {
    List<float[]> x = call.inputs().stream().map(ReferencePlan::array).toList();
    float[] dy = array(call.outputGradients().get(0));
    for (int i = 0; i < x.size(); i++) {
      float[] dx = array(call.inputGradients().get(i));
      int self = i;
      if (dx != null) {
        Parallel.ranges(
            dy.length,
            (from, to) -> {
              for (int k = from; k < to; k++) {
                dx[k] +=
                    switch (op.mode()) {
                      case SUM -> dy[k];
                      case AVERAGE -> dy[k] / x.size();
                      case MULTIPLY -> dy[k] * productOfOthers(x, self, k);
                    };
              }
            });
      }
    }
  }

  private static float productOfOthers(List<float[]> x, int self, int k) {
    float product = 1;
    for (int i = 0; i < x.size(); i++) {
      product *= i == self ? 1 : x.get(i)[k];
    }
    return product;
  }
}
