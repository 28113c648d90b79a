package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.op.ConvTranspose;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * {@link ConvTranspose}: the passes of cuDNN's convolution from y to x, whose gradient it is.
 * Images with channels last are converted on the way.
 */
final class ConvTransposePlan extends CudaPlan<ConvTranspose> {
  /** The convolution's: its images are y, its filters the channels of x. */
  private final Geometry g;

  private final ImageBatches convolution;
  private final DataFormat format;
  private final boolean last;
  private final long images;
  private final long pixels;
  private final long outPixels;
  private final long weightsAt;
  private final long xAt;
  private final long yAt;
  private final long dxAt;
  private final long scratchAt;

  ConvTransposePlan(Device device, ConvTranspose op, List<Shape> inputs, Mode mode) {
    super(device, op, inputs);
    boolean training = mode == Mode.TRAINING;
    format = op.window().format();
    last = format == DataFormat.CHANNELS_LAST;
    Shape x = inputs.get(0);
    Shape spatial = format.spatial(out.get(0).from(1));
    g = new Geometry(op.window(), spatial, op.filters(), format.channels(x.from(1)), 1);
    images = x.dim(0);
    pixels = g.output().elements();
    outPixels = spatial.elements();
    Set<Pass> passes = training ? EnumSet.allOf(Pass.class) : EnumSet.of(Pass.BACKWARD_DATA);
    convolution =
        own(new ImageBatches(device, g, images, g.imageElements(), g.outputElements(), passes));
    weightsAt = workspace.take(g.weightElements());
    xAt = last ? workspace.take(x.elements()) : 0;
    yAt = last ? workspace.take(out.get(0).elements()) : 0;
    dxAt = last && training ? workspace.take(x.elements()) : 0;
    scratchAt = workspace.takeBytes(convolution.workspaceBytes());
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
    convolution.backwardData(
        images(input(call.inputs(), "x"), ws), ws + weightsAt, firstY, false, ws + scratchAt);
    if (last) {
      Layouts.fromFirst(device, format, images, g.channels(), outPixels, firstY, y, false);
    }
  }

  private void packWeights(long w, long ws) {
    Layouts.packWeights(device, g.taps(), g.channels(), g.filters(), w, ws + weightsAt);
  }

  /** The images of x with channels first. */
  private long images(long x, long ws) {
    if (!last) {
      return x;
    }
    Layouts.toFirst(device, format, images, g.filters(), pixels, x, ws + xAt);
    return ws + xAt;
  }

  @Override
  protected void addGradients(Backward call) {
    long ws = DeviceBuffer.address(call.workspace());
    long dy = output(call.outputGradients(), "y");
    if (last) {
      Layouts.toFirst(device, format, images, g.channels(), outPixels, dy, ws + yAt);
      dy = ws + yAt;
    }
    long dx = input(call.inputGradients(), "x");
    long dw = input(call.inputGradients(), "w");
    if (dx != 0) {
      packWeights(input(call.inputs(), "w"), ws);
      long to = last ? ws + dxAt : dx;
      convolution.forward(dy, ws + weightsAt, to, !last, ws + scratchAt);
      if (last) {
        Layouts.fromFirst(device, format, images, g.filters(), pixels, to, dx, true);
      }
    }
    if (dw != 0) {
      long x = images(input(call.inputs(), "x"), ws);
      convolution.backwardFilter(dy, x, ws + weightsAt, ws + scratchAt);
      Layouts.addWeights(device, g.taps(), g.channels(), g.filters(), ws + weightsAt, dw);
    }
  }
}
