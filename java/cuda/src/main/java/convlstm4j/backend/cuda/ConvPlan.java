package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.op.Conv;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** {@link Conv}: cuDNN's convolution. Images with channels last are converted on the way. */
final class ConvPlan extends CudaPlan<Conv> {
  private final Geometry g;
  private final ImageBatches convolution;
  private final DataFormat format;

  /** Null where none is wanted. */
  private final BiasGradient bias;

  private final boolean last;
  private final long images;
  private final long pixels;
  private final long outPixels;
  private final long weightsAt;
  private final long xAt;
  private final long yAt;
  private final long dxAt;
  private final long scratchAt;

  ConvPlan(Device device, Conv op, List<Shape> inputs, Mode mode) {
    super(device, op, inputs);
    boolean training = mode == Mode.TRAINING;
    format = op.window().format();
    last = format == DataFormat.CHANNELS_LAST;
    Shape x = inputs.get(0);
    Shape spatial = format.spatial(x.from(1));
    g = new Geometry(op.window(), spatial, format.channels(x.from(1)), op.filters(), op.groups());
    images = x.dim(0);
    pixels = spatial.elements();
    outPixels = g.output().elements();
    Set<Pass> passes = training ? EnumSet.allOf(Pass.class) : EnumSet.of(Pass.FORWARD);
    convolution =
        own(new ImageBatches(device, g, images, g.imageElements(), g.outputElements(), passes));
    weightsAt = workspace.take(g.weightElements());
    xAt = last ? workspace.take(x.elements()) : 0;
    yAt = last ? workspace.take(out.get(0).elements()) : 0;
    dxAt = last && training ? workspace.take(x.elements()) : 0;
    bias = training && op.useBias() ? new BiasGradient(images, g.filters(), outPixels) : null;
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
    long firstY = last ? ws + yAt : y;
    packWeights(input(call.inputs(), "w"), ws);
    convolution.forward(
        images(input(call.inputs(), "x"), ws), ws + weightsAt, firstY, false, ws + scratchAt);
    if (op.useBias()) {
      Layouts.addBias(device, optional(call.inputs(), "b"), firstY, images, g.filters(), outPixels);
    }
    if (last) {
      Layouts.fromFirst(device, format, images, g.filters(), outPixels, firstY, y, false);
    }
  }

  private void packWeights(long w, long ws) {
    Layouts.packWeights(
        device, g.taps(), g.channels() / g.groups(), g.filters(), w, ws + weightsAt);
  }

  /** The images with channels first. */
  private long images(long x, long ws) {
    if (!last) {
      return x;
    }
    Layouts.toFirst(device, format, images, g.channels(), pixels, x, ws + xAt);
    return ws + xAt;
  }

  @Override
  protected void addGradients(Backward call) {
    long ws = DeviceBuffer.address(call.workspace());
    long dy = output(call.outputGradients(), "y");
    if (last) {
      Layouts.toFirst(device, format, images, g.filters(), outPixels, dy, ws + yAt);
      dy = ws + yAt;
    }
    long dx = input(call.inputGradients(), "x");
    long dw = input(call.inputGradients(), "w");
    long db = optional(call.inputGradients(), "b");
    if (dx != 0) {
      packWeights(input(call.inputs(), "w"), ws);
      long to = last ? ws + dxAt : dx;
      convolution.backwardData(dy, ws + weightsAt, to, !last, ws + scratchAt);
      if (last) {
        Layouts.fromFirst(device, format, images, g.channels(), pixels, to, dx, true);
      }
    }
    if (dw != 0) {
      long x = images(input(call.inputs(), "x"), ws);
      convolution.backwardFilter(x, dy, ws + weightsAt, ws + scratchAt);
      Layouts.addWeights(
          device, g.taps(), g.channels() / g.groups(), g.filters(), ws + weightsAt, dw);
    }
    if (db != 0) {
      bias.add(device, dy, db, ws + scratchAt);
    }
  }
}
