package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.op.Affine;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link Affine} as cuDNN's convolution of images of one pixel: cuBLAS has another name in every
 * CUDA version, see docs/adr/0030.
 */
final class AffinePlan extends CudaPlan<Affine> {
  private final Geometry g;
  private final ImageBatches convolution;
  private final long rows;

  /** Null where none is wanted. */
  private final @Nullable BiasGradient bias;

  private final long weightsAt;
  private final long scratchAt;

  AffinePlan(Device device, Affine op, List<Shape> inputs, Mode mode) {
    super(device, op, inputs);
    Shape x = inputs.get(0);
    long channels = x.dim(-1);
    rows = x.elements() / channels;
    List<Integer> one = List.of(1, 1);
    Window pixel = new Window(one, one, one, Padding.VALID, DataFormat.CHANNELS_FIRST);
    g = new Geometry(pixel, Shape.of(1, 1), channels, op.units(), 1);
    Set<Pass> passes = mode == Mode.TRAINING ? EnumSet.allOf(Pass.class) : EnumSet.of(Pass.FORWARD);
    convolution = own(new ImageBatches(device, g, rows, channels, op.units(), passes));
    weightsAt = workspace.take(g.weightElements());
    bias = mode == Mode.TRAINING && op.useBias() ? new BiasGradient(rows, op.units(), 1) : null;
    long sums = bias == null ? 0 : bias.workspaceBytes();
    scratchAt = workspace.takeBytes(Math.max(convolution.workspaceBytes(), sums));
  }

  @Override
  public String algorithm() {
    return "cuDNN " + convolution.algorithms();
  }

  @Override
  protected void compute(Forward call) {
    long ws = DeviceBuffer.address(call.workspace());
    long y = output(call.outputs(), "y");
    packWeights(input(call.inputs(), "w"), ws);
    convolution.forward(input(call.inputs(), "x"), ws + weightsAt, y, false, ws + scratchAt);
    if (op.useBias()) {
      Layouts.addBias(device, optional(call.inputs(), "b"), y, rows, g.filters(), 1);
    }
  }

  private void packWeights(long w, long ws) {
    Layouts.packWeights(device, 1, g.channels(), g.filters(), w, ws + weightsAt);
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x");
  }

  @Override
  protected void addGradients(Backward call) {
    long ws = DeviceBuffer.address(call.workspace());
    long dy = output(call.outputGradients(), "y");
    long dx = wanted(call.inputGradients(), "x");
    long dw = wanted(call.inputGradients(), "w");
    long db = optional(call.inputGradients(), "b");
    if (dx != 0) {
      packWeights(input(call.inputs(), "w"), ws);
      boolean add = !isWritten(call, "x");
      convolution.backwardData(dy, ws + weightsAt, dx, add, ws + scratchAt);
    }
    if (dw != 0) {
      convolution.backwardFilter(input(call.inputs(), "x"), dy, ws + weightsAt, ws + scratchAt);
      Layouts.addWeights(device, 1, g.channels(), g.filters(), ws + weightsAt, dw);
    }
    if (db != 0) {
      trained(bias).add(device, dy, db, ws + scratchAt);
    }
  }
}
