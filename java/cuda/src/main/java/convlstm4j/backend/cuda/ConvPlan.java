package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.op.Conv;
import convlstm4j.op.ConvTranspose;
import convlstm4j.op.Op;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link Conv}: cuDNN's convolution; {@link ConvTranspose}: its passes from y to x, whose gradient
 * it is. Images with channels last are converted on the way.
 */
final class ConvPlan extends CudaPlan<Op> {
  private interface Product {
    void of(long from, long w, long to, boolean add, long workspace);
  }

  /** The convolution's: that of a transposed one has y for its image, x for its result. */
  private final Geometry g;

  private final boolean transposed;
  private final ImageBatches convolution;

  /** x to y. */
  private final Product into;

  /** The gradient of y to that of x. */
  private final Product back;

  private final DataFormat format;

  /** Null where none is wanted. */
  private final @Nullable BiasGradient bias;

  private final boolean last;
  private final long images;
  private final long channels;
  private final long filters;
  private final long pixels;
  private final long outPixels;
  private final long weightsAt;
  private final long xAt;
  private final long yAt;
  private final long dxAt;
  private final long scratchAt;

  ConvPlan(Device device, Conv op, List<Shape> inputs, Mode mode) {
    this(device, op, op.window(), op.groups(), op.useBias(), inputs, mode);
  }

  ConvPlan(Device device, ConvTranspose op, List<Shape> inputs, Mode mode) {
    this(device, op, op.window(), 1, false, inputs, mode);
  }

  private ConvPlan(
      Device device,
      Op op,
      Window window,
      int groups,
      boolean useBias,
      List<Shape> inputs,
      Mode mode) {
    super(device, op, inputs);
    boolean training = mode == Mode.TRAINING;
    transposed = op instanceof ConvTranspose;
    format = window.format();
    last = format == DataFormat.CHANNELS_LAST;
    Shape x = inputs.get(0);
    Shape y = out.get(0);
    Shape spatial = format.spatial(x.from(1));
    Shape outSpatial = format.spatial(y.from(1));
    images = x.dim(0);
    channels = format.channels(x.from(1));
    filters = format.channels(y.from(1));
    pixels = spatial.elements();
    outPixels = outSpatial.elements();
    g =
        transposed
            ? new Geometry(window, outSpatial, filters, channels, groups)
            : new Geometry(window, spatial, channels, filters, groups);
    Pass pass = transposed ? Pass.BACKWARD_DATA : Pass.FORWARD;
    Set<Pass> passes = training ? EnumSet.allOf(Pass.class) : EnumSet.of(pass);
    convolution =
        own(new ImageBatches(device, g, images, g.imageElements(), g.outputElements(), passes));
    into = transposed ? convolution::backwardData : convolution::forward;
    back = transposed ? convolution::forward : convolution::backwardData;
    weightsAt = workspace.take(g.weightElements());
    xAt = last ? workspace.take(x.elements()) : 0;
    yAt = last ? workspace.take(y.elements()) : 0;
    dxAt = last && training ? workspace.take(x.elements()) : 0;
    bias = training && useBias ? new BiasGradient(images, filters, outPixels) : null;
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
    into.of(images(input(call.inputs(), "x"), ws), ws + weightsAt, firstY, false, ws + scratchAt);
    long b = optional(call.inputs(), "b");
    if (b != 0) {
      Layouts.addBias(device, b, firstY, images, filters, outPixels);
    }
    if (last) {
      Layouts.fromFirst(device, format, images, filters, outPixels, firstY, y, false);
    }
  }

  private void packWeights(long w, long ws) {
    Layouts.packWeights(
        device, g.taps(), g.channels() / g.groups(), g.filters(), w, ws + weightsAt);
  }

  /** The images of x with channels first. */
  private long images(long x, long ws) {
    if (!last) {
      return x;
    }
    Layouts.toFirst(device, format, images, channels, pixels, x, ws + xAt);
    return ws + xAt;
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x");
  }

  @Override
  protected void addGradients(Backward call) {
    long ws = DeviceBuffer.address(call.workspace());
    long dy = output(call.outputGradients(), "y");
    if (last) {
      Layouts.toFirst(device, format, images, filters, outPixels, dy, ws + yAt);
      dy = ws + yAt;
    }
    long dx = wanted(call.inputGradients(), "x");
    long dw = wanted(call.inputGradients(), "w");
    long db = optional(call.inputGradients(), "b");
    if (dx != 0) {
      packWeights(input(call.inputs(), "w"), ws);
      long to = last ? ws + dxAt : dx;
      boolean add = !isWritten(call, "x");
      back.of(dy, ws + weightsAt, to, add && !last, ws + scratchAt);
      if (last) {
        Layouts.fromFirst(device, format, images, channels, pixels, to, dx, add);
      }
    }
    if (dw != 0) {
      long x = images(input(call.inputs(), "x"), ws);
      convolution.backwardFilter(
          transposed ? dy : x, transposed ? x : dy, ws + weightsAt, ws + scratchAt);
      Layouts.addWeights(
          device, g.taps(), g.channels() / g.groups(), g.filters(), ws + weightsAt, dw);
    }
    if (db != 0) {
      trained(bias).add(device, dy, db, ws + scratchAt);
    }
  }
}
