package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link ConvLstm2d}. Forward: one convolution of all frames with wx writes the pre-activations;
 * then two launches per step: the convolution of h with wh adds to them in place, and one kernel
 * makes gates, c and h. Backward: two launches per step, one kernel that makes the gradients of the
 * pre-activations (in place of the gates) and one convolution that hands them to the h before; then
 * the gradients of weights, bias and x, once for all frames. Even windows take no more launches:
 * see {@link HiddenImages}.
 *
 * <p>At inference, where pre-activations are not kept, the frames are taken in chunks of time.
 */
final class ConvLstm2dPlan extends CudaPlan<ConvLstm2d> {
  private final ConvLstmKernels kernels;

  ConvLstm2dPlan(Device device, ConvLstm2d op, List<Shape> inputs, Mode mode) {
    super(device, op, inputs);
    kernels = own(new ConvLstmKernels(device, op, inputs, mode, workspace, reserve));
  }

  @Override
  public String algorithm() {
    return kernels.algorithm();
  }

  @Override
  protected void compute(Forward call) {
    run(call.inputs(), call.workspace(), call.reserve(), call.random()).forward(call.outputs());
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x");
  }

  @Override
  protected void addGradients(Backward call) {
    ConvLstmRun run = run(call.inputs(), call.workspace(), call.reserve(), call.random());
    new ConvLstmGradients(this, kernels, run, call, isWritten(call, "x")).run();
  }

  private ConvLstmRun run(
      List<? extends Buffer> inputs,
      @Nullable Buffer workspace,
      @Nullable Buffer reserve,
      Philox random) {
    return new ConvLstmRun(this, kernels, inputs, workspace, reserve, random);
  }
}
