package convlstm4j.backend.onednn;

import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * What the optimiser updates share: the walk over the weights. Outputs are the input groups but the
 * gradients, in the same order, and may share memory with them.
 */
abstract class UpdatePlan<O extends Op> extends OneDnnPlan<O> {
  /** Index of the gradients among the groups. */
  static final int GRADIENT = 1;

  private final int count;
  private final int groups;

  UpdatePlan(O op, List<Shape> inputs, int count) {
    super(op, inputs);
    this.count = count;
    this.groups = (inputs.size() - 1) / count;
  }

  /**
   * Updates n elements.
   *
   * @param rate the op's rates
   * @param a one array per input group, in order, to be overwritten with the new values
   * @param n number of elements
   */
  abstract void update(float[] rate, float[][] a, int n);

  @Override
  public final void forward(Forward call) {
    NativeBuffer r = at(call.inputs(), 0);
    float[] rate = Floats.read(r, 0, new float[(int) r.size()], (int) r.size());
    for (int i = 0; i < count; i++) {
      int weight = i;
      Parallel.ranges(
          at(call.inputs(), 1 + i).size(),
          (from, n) -> {
            float[][] a = new float[groups][];
            for (int g = 0; g < groups; g++) {
              NativeBuffer b = at(call.inputs(), 1 + g * count + weight);
              a[g] = Floats.read(b, from, Floats.scratch(g), n);
            }
            update(rate, a, n);
            int output = weight;
            for (int g = 0; g < groups; g++) {
              if (g != GRADIENT) {
                Floats.write(a[g], at(call.outputs(), output), from, n);
                output += count;
              }
            }
          });
    }
  }
}
