package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.op.Conv;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;

/**
 * {@link Conv}: oneDNN's convolution. Weights are packed in every call, since a training step
 * changes them; channels-first images are reordered on the way in and out.
 */
final class ConvPlan extends OneDnnPlan<Conv> {
  private final boolean first;
  private final long filters;
  private final Convolution.WithWeights forward;
  private final Convolution.WithWeights backwardData;
  private final Convolution.WithWeights backwardWeights;

  // Between the user's layout and channels last; adding is for gradients.
  private final Prim xIn;
  private final Prim yIn;
  private final Prim yOut;
  private final Prim addDx;

  private final long packedAt;
  private final long biasAt;
  private final long xAt;
  private final long yAt;
  private final long dxAt;
  private final long scratchAt;

  ConvPlan(Dnnl engine, Conv op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    boolean training = mode == Mode.TRAINING;
    DataFormat format = op.window().format();
    Shape x = inputs.get(0);
    Shape spatial = format.spatial(x.from(1));
    Shape outSpatial = format.spatial(out.get(0).from(1));
    long n = x.dim(0);
    long channels = format.channels(x.from(1));
    this.first = format == DataFormat.CHANNELS_FIRST;
    this.filters = op.filters();
    Convolution c =
        new Convolution(
            engine,
            op.window(),
            spatial,
            channels / op.groups(),
            filters / op.groups(),
            op.groups());
    forward = own(c.forward(n, op.useBias(), false));
    backwardData = training ? own(c.backwardData(n)) : null;
    backwardWeights = training ? own(c.backwardWeights(n, op.useBias())) : null;
    try (memory.desc xs = Convolution.images(n, channels, spatial.dims());
        memory.desc ys = Convolution.images(n, filters, outSpatial.dims());
        memory.desc userX = Convolution.images(n, channels, spatial.dims(), format);
        memory.desc userY = Convolution.images(n, filters, outSpatial.dims(), format)) {
      xIn = first ? own(Prim.reorder(engine, userX, xs, false)) : null;
      yOut = first ? own(Prim.reorder(engine, ys, userY, false)) : null;
      yIn = first && training ? own(Prim.reorder(engine, userY, ys, false)) : null;
      addDx = training ? own(Prim.reorder(engine, xs, userX, true)) : null;
    }
    long packed = forward.packedBytes();
    long scratch = forward.scratchBytes();
    if (training) {
      packed =
          Math.max(packed, Math.max(backwardData.packedBytes(), backwardWeights.packedBytes()));
      scratch =
          Math.max(scratch, Math.max(backwardData.scratchBytes(), backwardWeights.scratchBytes()));
    }
    packedAt = workspace.takeBytes(packed);
    biasAt = training ? workspace.take(filters) : 0;
    xAt = first ? workspace.take(x.elements()) : 0;
    yAt = first ? workspace.take(out.get(0).elements()) : 0;
    dxAt = training ? workspace.take(x.elements()) : 0;
    scratchAt = workspace.takeBytes(scratch);
  }

  @Override
  public String algorithm() {
    String s = "oneDNN " + forward.main().implementation();
    return backwardData == null
        ? s
        : s
            + " | "
            + backwardData.main().implementation()
            + " | "
            + backwardWeights.main().implementation();
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer ws = NativeBuffer.of(call.workspace());
    long x = lastChannels(xIn, input(call.inputs(), "x"), ws, xAt);
    long y = first ? ws.address(yAt) : output(call.outputs(), "y").address();
    Prim p = forward.main();
    pack(forward, input(call.inputs(), "w"), ws);
    if (op.useBias()) {
      p.bind(dnnl.DNNL_ARG_BIAS, optional(call.inputs(), "b").address());
    }
    p.bind(dnnl.DNNL_ARG_SRC, x).bind(dnnl.DNNL_ARG_DST, y).scratch(ws.address(scratchAt)).run();
    if (first) {
      yOut.scratch(ws.address(scratchAt)).run(y, output(call.outputs(), "y").address());
    }
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer ws = NativeBuffer.of(call.workspace());
    NativeBuffer dx = input(call.inputGradients(), "x");
    NativeBuffer dw = input(call.inputGradients(), "w");
    NativeBuffer db = optional(call.inputGradients(), "b");
    long dy = lastChannels(yIn, output(call.outputGradients(), "y"), ws, yAt);
    if (dx != null) {
      pack(backwardData, input(call.inputs(), "w"), ws);
      backwardData
          .main()
          .bind(dnnl.DNNL_ARG_DIFF_DST, dy)
          .bind(dnnl.DNNL_ARG_DIFF_SRC, ws.address(dxAt))
          .scratch(ws.address(scratchAt))
          .run();
      addDx.scratch(ws.address(scratchAt)).run(ws.address(dxAt), dx.address());
    }
    if (dw != null || db != null) {
      long x = lastChannels(xIn, input(call.inputs(), "x"), ws, xAt);
      Prim p = backwardWeights.main();
      if (op.useBias()) {
        p.bind(dnnl.DNNL_ARG_DIFF_BIAS, ws.address(biasAt));
      }
      p.bind(dnnl.DNNL_ARG_SRC, x)
          .bind(dnnl.DNNL_ARG_DIFF_DST, dy)
          .bind(dnnl.DNNL_ARG_DIFF_WEIGHTS, ws.address(packedAt))
          .scratch(ws.address(scratchAt))
          .run();
      if (dw != null) {
        backwardWeights
            .weights()
            .scratch(ws.address(scratchAt))
            .run(ws.address(packedAt), dw.address());
      }
      if (db != null) {
        int n = (int) filters;
        Floats.add(Floats.read(ws, biasAt, Floats.scratch(0, n), n), 0, db, 0, n, 1);
      }
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
