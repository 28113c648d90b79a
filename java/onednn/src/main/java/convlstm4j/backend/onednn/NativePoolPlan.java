package convlstm4j.backend.onednn;

import convlstm4j.op.Pool;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Pool} in C++. */
final class NativePoolPlan extends PoolPlan {
  private static final int AXES = 3;

  private final NativePasses passes;
  private final String name;
  private final long[] numbers = new long[3 + 5 * AXES];

  NativePoolPlan(NativeKernels kernels, Pool op, List<Shape> inputs) {
    super(op, inputs);
    passes = new NativePasses(kernels);
    name = "C++ (" + kernels.name() + ")";
    numbers[0] = max ? 1 : 0;
    numbers[1] = images;
    numbers[2] = channels;
    for (int d = 0; d < AXES; d++) {
      numbers[3 + d] = n[d];
      numbers[3 + AXES + d] = o[d];
      numbers[3 + 2 * AXES + d] = size[d];
      numbers[3 + 3 * AXES + d] = stride[d];
      numbers[3 + 4 * AXES + d] = pad[d];
    }
    workspace.take((long) passes.threads() * Math.max(n[2], o[2]) * channels);
  }

  @Override
  public String algorithm() {
    return name;
  }

  @Override
  protected void compute(Forward call) {
    passes.poolForward(
        numbers,
        input(call.inputs(), "x").address(),
        output(call.outputs(), "y").address(),
        NativeBuffer.of(call.workspace()).address());
  }

  @Override
  protected void addGradients(Backward call) {
    passes.poolBackward(
        numbers,
        input(call.inputs(), "x").address(),
        output(call.outputs(), "y").address(),
        output(call.outputGradients(), "y").address(),
        input(call.inputGradients(), "x").address(),
        NativeBuffer.of(call.workspace()).address());
  }
}
