package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.op.ConvTranspose;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;

/**
 * {@link ConvTranspose}: the passes of the {@link Convolution} from y to x, whose gradient it is;
 * channels-first images are reordered on the way in and out.
 */
final class ConvTransposePlan extends OneDnnPlan<ConvTranspose> {
  private final boolean first;

  /** x to y. */
  private final Convolution.WithWeights spread;

  /** The gradient of y to that of x; null where none is wanted, as the next. */
  private final Convolution.WithWeights gather;

  private final Convolution.WithWeights weightGradient;

  // Between the user's layout and channels last; adding is for gradients.
  private final Prim xIn;
  private final Prim yIn;
  private final Prim yOut;
  private final Prim addDx;

  private final long packedAt;
  private final long xAt;
  private final long yAt;
  private final long dxAt;
  private final long scratchAt;

  ConvTransposePlan(Dnnl engine, ConvTranspose op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    boolean training = mode == Mode.TRAINING;
    DataFormat format = op.window().format();
    Shape x = inputs.get(0);
    Shape spatial = format.spatial(x.from(1));
    Shape outSpatial = format.spatial(out.get(0).from(1));
    long n = x.dim(0);
    long channels = format.channels(x.from(1));
    this.first = format == DataFormat.CHANNELS_FIRST;
    Convolution c = new Convolution(engine, op.window(), outSpatial, op.filters(), channels, 1);
    spread = own(c.backwardData(n));
    gather = training ? own(c.forward(n, false, false)) : null;
    weightGradient = training ? own(c.backwardWeights(n, false)) : null;
    try (memory.desc xs = Convolution.images(n, channels, spatial.dims());
        memory.desc ys = Convolution.images(n, op.filters(), outSpatial.dims());
        memory.desc userX = Convolution.images(n, channels, spatial.dims(), format);
        memory.desc userY = Convolution.images(n, op.filters(), outSpatial.dims(), format)) {
      xIn = first ? own(Prim.reorder(engine, userX, xs, false)) : null;
      yOut = first ? own(Prim.reorder(engine, ys, userY, false)) : null;
      yIn = first && training ? own(Prim.reorder(engine, userY, ys, false)) : null;
      addDx = training ? own(Prim.reorder(engine, xs, userX, true)) : null;
    }
    long packed = spread.packedBytes();
    long scratch = spread.scratchBytes();
    if (training) {
      packed = Math.max(packed, Math.max(gather.packedBytes(), weightGradient.packedBytes()));
      scratch = Math.max(scratch, Math.max(gather.scratchBytes(), weightGradient.scratchBytes()));
    }
    packedAt = workspace.takeBytes(packed);
    xAt = first ? workspace.take(x.elements()) : 0;
    yAt = first ? workspace.take(out.get(0).elements()) : 0;
    dxAt = training ? workspace.take(x.elements()) : 0;
    scratchAt = workspace.takeBytes(scratch);
  }

  @Override
  public String algorithm() {
    String s = "oneDNN " + spread.main().implementation();
    return gather == null
        ? s
        : s
            + " | "
            + gather.main().implementation()
            + " | "
            + weightGradient.main().implementation();
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer ws = NativeBuffer.of(call.workspace());
    long x = lastChannels(xIn, input(call.inputs(), "x"), ws, xAt);
    long user = output(call.outputs(), "y").address();
    long y = first ? ws.address(yAt) : user;
    pack(spread, input(call.inputs(), "w"), ws);
    spread
        .main()
        .bind(dnnl.DNNL_ARG_DIFF_DST, x)
        .bind(dnnl.DNNL_ARG_DIFF_SRC, y)
        .scratch(ws.address(scratchAt))
        .run();
    if (first) {
      yOut.scratch(ws.address(scratchAt)).run(y, user);
    }
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer ws = NativeBuffer.of(call.workspace());
    NativeBuffer dx = input(call.inputGradients(), "x");
    NativeBuffer dw = input(call.inputGradients(), "w");
    long dy = lastChannels(yIn, output(call.outputGradients(), "y"), ws, yAt);
    if (dx != null) {
      pack(gather, input(call.inputs(), "w"), ws);
      gather
          .main()
          .bind(dnnl.DNNL_ARG_SRC, dy)
          .bind(dnnl.DNNL_ARG_DST, ws.address(dxAt))
          .scratch(ws.address(scratchAt))
          .run();
      addDx.scratch(ws.address(scratchAt)).run(ws.address(dxAt), dx.address());
    }
    if (dw != null) {
      long x = lastChannels(xIn, input(call.inputs(), "x"), ws, xAt);
      weightGradient
          .main()
          .bind(dnnl.DNNL_ARG_SRC, dy)
          .bind(dnnl.DNNL_ARG_DIFF_DST, x)
          .bind(dnnl.DNNL_ARG_DIFF_WEIGHTS, ws.address(packedAt))
          .scratch(ws.address(scratchAt))
          .run();
      weightGradient
          .weights()
          .scratch(ws.address(scratchAt))
          .run(ws.address(packedAt), dw.address());
    }
  }

  /** The address of images with channels last. */
  private long lastChannels(Prim in, NativeBuffer user, NativeBuffer ws, long wsAt) {
    if (!first) {
      return user.address();
    }
    in.scratch(ws.address(scratchAt)).run(user.address(), ws.address(wsAt));
    return ws.address(wsAt);
  }

  private void pack(Convolution.WithWeights p, NativeBuffer weights, NativeBuffer ws) {
    p.weights().scratch(ws.address(scratchAt)).run(weights.address(), ws.address(packedAt));
    p.main().bind(dnnl.DNNL_ARG_WEIGHTS, ws.address(packedAt));
  }
}
