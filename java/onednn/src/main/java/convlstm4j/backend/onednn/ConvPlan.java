package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.op.Conv;
import convlstm4j.op.ConvTranspose;
import convlstm4j.op.Op;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;

/**
 * {@link Conv}: oneDNN's convolution; {@link ConvTranspose}: its passes from y to x, whose gradient
 * it is. Weights are packed in every call, since a training step changes them; channels-first
 * images are reordered on the way in and out.
 */
final class ConvPlan extends OneDnnPlan<Op> {
  private final boolean transposed;
  private final boolean useBias;
  private final boolean first;
  private final long filters;

  /** x to y. */
  private final Convolution.WithWeights into;

  /** The gradient of y to that of x; null where none is wanted, as the next. */
  private final Convolution.@Nullable WithWeights back;

  private final Convolution.@Nullable WithWeights weightGradient;

  // Between the user's layout and channels last; adding is for gradients.
  private final @Nullable Prim xIn;
  private final @Nullable Prim yIn;
  private final @Nullable Prim yOut;
  private final @Nullable Prim addDx;

  /** Null where the gradient of x is made in place. */
  private final @Nullable Prim writeDx;

  private final long packedAt;
  private final long biasAt;
  private final long xAt;
  private final long yAt;
  private final long dxAt;
  private final long scratchAt;

  ConvPlan(Dnnl engine, Conv op, List<Shape> inputs, Mode mode) {
    this(engine, op, op.window(), op.groups(), op.useBias(), inputs, mode);
  }

  ConvPlan(Dnnl engine, ConvTranspose op, List<Shape> inputs, Mode mode) {
    this(engine, op, op.window(), 1, false, inputs, mode);
  }

  private ConvPlan(
      Dnnl engine,
      Op op,
      Window window,
      int groups,
      boolean useBias,
      List<Shape> inputs,
      Mode mode) {
    super(op, inputs);
    boolean training = mode == Mode.TRAINING;
    DataFormat format = window.format();
    Shape x = inputs.get(0);
    Shape y = out.get(0);
    Shape spatial = format.spatial(x.from(1));
    Shape outSpatial = format.spatial(y.from(1));
    long n = x.dim(0);
    long channels = format.channels(x.from(1));
    this.transposed = op instanceof ConvTranspose;
    this.useBias = useBias;
    this.first = format == DataFormat.CHANNELS_FIRST;
    this.filters = format.channels(y.from(1));
    long taken = (transposed ? filters : channels) / groups;
    long made = (transposed ? channels : filters) / groups;
    Shape image = transposed ? outSpatial : spatial;
    Convolution c = new Convolution(engine, window, image, taken, made, groups);
    into = own(transposed ? c.backwardData(n) : c.forward(n, useBias, false));
    back = training ? own(transposed ? c.forward(n, false, false) : c.backwardData(n)) : null;
    weightGradient = training ? own(c.backwardWeights(n, useBias)) : null;
    try (memory.desc xs = Convolution.images(n, channels, spatial.dims());
        memory.desc ys = Convolution.images(n, filters, outSpatial.dims());
        memory.desc userX = Convolution.images(n, channels, spatial.dims(), format);
        memory.desc userY = Convolution.images(n, filters, outSpatial.dims(), format)) {
      xIn = first ? own(Prim.reorder(engine, userX, xs, false)) : null;
      yOut = first ? own(Prim.reorder(engine, ys, userY, false)) : null;
      yIn = first && training ? own(Prim.reorder(engine, userY, ys, false)) : null;
      addDx = training ? own(Prim.reorder(engine, xs, userX, true)) : null;
      writeDx = first && training ? own(Prim.reorder(engine, xs, userX, false)) : null;
    }
    long packed = into.packedBytes();
    long scratch = into.scratchBytes();
    if (back != null && weightGradient != null) {
      packed = Math.max(packed, Math.max(back.packedBytes(), weightGradient.packedBytes()));
      scratch = Math.max(scratch, Math.max(back.scratchBytes(), weightGradient.scratchBytes()));
    }
    packedAt = workspace.takeBytes(packed);
    biasAt = training && useBias ? workspace.take(filters) : 0;
    xAt = first ? workspace.take(x.elements()) : 0;
    yAt = first ? workspace.take(y.elements()) : 0;
    dxAt = training ? workspace.take(x.elements()) : 0;
    scratchAt = workspace.takeBytes(scratch);
  }

  @Override
  public String algorithm() {
    String s = "oneDNN " + into.main().implementation();
    return back == null || weightGradient == null
        ? s
        : s + " | " + back.main().implementation() + " | " + weightGradient.main().implementation();
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer ws = memory(call.workspace());
    long x = lastChannels(xIn, input(call.inputs(), "x"), ws, xAt);
    long y = first ? ws.address(yAt) : output(call.outputs(), "y").address();
    pack(into, input(call.inputs(), "w"), ws);
    if (useBias) {
      into.main().bind(dnnl.DNNL_ARG_BIAS, input(call.inputs(), "b").address());
    }
    run(into, transposed, x, y, ws);
    if (yOut != null) {
      yOut.scratch(ws.address(scratchAt)).run(y, output(call.outputs(), "y").address());
    }
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x");
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer ws = memory(call.workspace());
    NativeBuffer dx = wanted(call.inputGradients(), "x");
    NativeBuffer dw = wanted(call.inputGradients(), "w");
    NativeBuffer db = optional(call.inputGradients(), "b");
    long dy = lastChannels(yIn, output(call.outputGradients(), "y"), ws, yAt);
    if (dx != null) {
      Convolution.WithWeights p = trained(back);
      pack(p, input(call.inputs(), "w"), ws);
      boolean write = isWritten(call, "x");
      boolean inPlace = write && !first;
      run(p, !transposed, dy, inPlace ? dx.address() : ws.address(dxAt), ws);
      if (!inPlace) {
        Prim out = trained(write ? writeDx : addDx);
        out.scratch(ws.address(scratchAt)).run(ws.address(dxAt), dx.address());
      }
    }
    if (dw != null || db != null) {
      long x = lastChannels(xIn, input(call.inputs(), "x"), ws, xAt);
      Convolution.WithWeights g = trained(weightGradient);
      Prim p = g.main();
      if (useBias) {
        p.bind(dnnl.DNNL_ARG_DIFF_BIAS, ws.address(biasAt));
      }
      p.bind(dnnl.DNNL_ARG_SRC, transposed ? dy : x)
          .bind(dnnl.DNNL_ARG_DIFF_DST, transposed ? x : dy)
          .bind(dnnl.DNNL_ARG_DIFF_WEIGHTS, ws.address(packedAt))
          .scratch(ws.address(scratchAt))
          .run();
      if (dw != null) {
        g.weights().scratch(ws.address(scratchAt)).run(ws.address(packedAt), dw.address());
      }
      if (db != null) {
        int n = (int) filters;
        Floats.add(Floats.read(ws, biasAt, Floats.scratch(0, n), n), 0, db, 0, n, 1);
      }
    }
  }

  /** The address of images with channels last; in: copies those that are not. */
  private long lastChannels(@Nullable Prim in, NativeBuffer user, NativeBuffer ws, long wsAt) {
    if (in == null) {
      return user.address();
    }
    in.scratch(ws.address(scratchAt)).run(user.address(), ws.address(wsAt));
    return ws.address(wsAt);
  }

  /** Runs the convolution, or its gradient from result to image. */
  private void run(
      Convolution.WithWeights p, boolean gradient, long from, long to, NativeBuffer ws) {
    p.main()
        .bind(gradient ? dnnl.DNNL_ARG_DIFF_DST : dnnl.DNNL_ARG_SRC, from)
        .bind(gradient ? dnnl.DNNL_ARG_DIFF_SRC : dnnl.DNNL_ARG_DST, to)
        .scratch(ws.address(scratchAt))
        .run();
  }

  private void pack(Convolution.WithWeights p, NativeBuffer weights, NativeBuffer ws) {
    p.weights().scratch(ws.address(scratchAt)).run(weights.address(), ws.address(packedAt));
    p.main().bind(dnnl.DNNL_ARG_WEIGHTS, ws.address(packedAt));
  }
}
