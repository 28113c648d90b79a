package convlstm4j.backend.onednn;

import convlstm4j.backend.onednn.NativeKernels.Kernel;
import convlstm4j.backend.onednn.Structs.PoolBackward;
import convlstm4j.backend.onednn.Structs.PoolForward;
import convlstm4j.op.Pool;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Pool} in C++. */
final class NativePoolPlan extends PoolPlan {
  private final NativeKernels kernels;
  private final Struct<PoolForward> forward = new Struct<>(PoolForward.class);
  private final Struct<PoolBackward> backward = new Struct<>(PoolBackward.class);

  NativePoolPlan(NativeKernels kernels, Pool op, List<Shape> inputs) {
    super(op, inputs);
    this.kernels = kernels;
    Struct<Structs.Pool> pool =
        new Struct<>(Structs.Pool.class)
            .set(Structs.Pool.MAX, max ? 1 : 0)
            .set(Structs.Pool.IMAGES, images)
            .set(Structs.Pool.CHANNELS, channels);
    for (int d = 0; d < n.length; d++) {
      pool.set(Structs.Pool.INPUT, d, n[d])
          .set(Structs.Pool.OUTPUT, d, o[d])
          .set(Structs.Pool.SIZE, d, size[d])
          .set(Structs.Pool.STRIDE, d, stride[d])
          .set(Structs.Pool.PAD, d, pad[d]);
    }
    forward.set(PoolForward.POOL, pool);
    backward.set(PoolBackward.POOL, pool);
    workspace.take((long) kernels.threads() * Math.max(n[2], o[2]) * channels);
  }

  @Override
  public String algorithm() {
    return "C++ (" + kernels.name() + ")";
  }

  @Override
  protected void compute(Forward call) {
    forward
        .set(PoolForward.X, input(call.inputs(), "x").address())
        .set(PoolForward.Y, output(call.outputs(), "y").address())
        .set(PoolForward.SCRATCH, memory(call.workspace()).address());
    kernels.run(Kernel.POOL_FORWARD, forward);
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    backward
        .set(PoolBackward.X, input(call.inputs(), "x").address())
        .set(PoolBackward.Y, output(call.outputs(), "y").address())
        .set(PoolBackward.DY, output(call.outputGradients(), "y").address())
        .set(PoolBackward.DX, input(call.inputGradients(), "x").address())
        .set(PoolBackward.ADDS, isWritten(call, "x") ? 0 : 1)
        .set(PoolBackward.SCRATCH, memory(call.workspace()).address());
    kernels.run(Kernel.POOL_BACKWARD, backward);
  }
}
