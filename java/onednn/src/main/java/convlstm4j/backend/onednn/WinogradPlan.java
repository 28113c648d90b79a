package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Layout;
import convlstm4j.backend.onednn.NativeKernels.Kernel;
import convlstm4j.backend.onednn.Structs.CellsAgain;
import convlstm4j.backend.onednn.Structs.WinogradData;
import convlstm4j.backend.onednn.Structs.WinogradForward;
import convlstm4j.backend.onednn.Structs.WinogradGradients;
import convlstm4j.backend.onednn.Structs.WinogradPack;
import convlstm4j.backend.onednn.Structs.WinogradWeights;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@link ConvLstm2d} by Winograd's algorithm F(4x4, 3x3) (Lavin and Gray 2016, arXiv:1509.09308):
 * per step one native call that convolves x and h in one product and makes the gates in its output
 * transform, so that pre-activations are never in memory. Backward, per step: the gates, the
 * gradients of x and h in one product, and the step's share of the weights' gradient, which is
 * transformed back once at the end. Where the outputs are channels last and of every step, they
 * hold h.
 *
 * <p>Of c, forward keeps one state every {@link #stretch} steps; backward makes those between once
 * more from the gates, a stretch at a time, and overwrites the gates with their gradients.
 */
final class WinogradPlan extends OneDnnPlan<ConvLstm2d> {
  private static final List<String> PEEPHOLES = List.of("wci", "wcf", "wco");

  private final ConvLstmShape d;
  private final ConvLstmCopies copies;
  private final NativeKernels kernels;
  private final Struct<Structs.Winograd> layer;
  private final Struct<Structs.Cell> shared = new Struct<>(Structs.Cell.class);
  private final Struct<WinogradPack> pack = new Struct<>(WinogradPack.class);
  private final Struct<WinogradForward> forward = new Struct<>(WinogradForward.class);
  private final Struct<CellsAgain> again = new Struct<>(CellsAgain.class);
  private final Struct<WinogradData> data = new Struct<>(WinogradData.class);
  private final Struct<WinogradWeights> weights = new Struct<>(WinogradWeights.class);
  private final Struct<WinogradGradients> gradients = new Struct<>(WinogradGradients.class);
  private final NativeGates gatePass;
  private final GatePass.Cell cell;
  private final boolean training;

  /** Whether y holds the states. */
  private final boolean statesInY;

  /** Steps from one kept c to the next: about the root of T, so that few are in memory at once. */
  private final int stretch;

  // Places in the reserve; see ConvLstmParts for their shapes.
  private final long gates;

  /**
   * c before the first step of each stretch; that of the first step only if it is not the input.
   */
  private final long starts;

  /** In the reserve, or in the workspace at inference. */
  private final long h;

  // Places in the workspace.
  private final long h0;
  private final long xStep;
  private final long output;
  private final long peepholes;
  private final long dPeepholes;

  /** c after the steps of one stretch, the last only where no other place holds it. */
  private final long cells;

  private final long dh;
  private final long dc;
  private final long packed;
  private final long dWeights;
  private final long dBias;
  private final long scratch;
  private final long copyScratch;

  WinogradPlan(Dnnl engine, ConvLstm2d op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    training = mode == Mode.TRAINING;
    d = new ConvLstmShape(op, inputs, training);
    copies = own(new ConvLstmCopies(engine, d));
    kernels = Objects.requireNonNull(engine.kernels(), "Winograd's algorithm is in C++ only");
    gatePass = new NativeGates(kernels);
    cell = d.cell();
    layer =
        new Struct<>(Structs.Winograd.class)
            .set(Structs.Winograd.SAMPLES, d.n)
            .set(Structs.Winograd.HEIGHT, d.state.dim(0))
            .set(Structs.Winograd.WIDTH, d.state.dim(1))
            .set(Structs.Winograd.CHANNELS, d.channels)
            .set(Structs.Winograd.FILTERS, d.filters);
    pack.set(WinogradPack.LAYER, layer);
    forward.set(WinogradForward.LAYER, layer).set(WinogradForward.CELL, shared);
    again.set(CellsAgain.CELL, shared);
    data.set(WinogradData.LAYER, layer);
    weights.set(WinogradWeights.LAYER, layer);
    gradients.set(WinogradGradients.LAYER, layer);
    statesInY = d.last && op.returnSequences();
    long state = d.n * d.s;
    Layout kept = training ? reserve : workspace;
    stretch = training ? (int) Math.ceil(Math.sqrt(d.t)) : d.t;
    gates = reserve.take(training ? (long) d.t * d.n * d.z : 0);
    int stretches = (d.t + stretch - 1) / stretch;
    starts = reserve.take(training ? (d.last ? stretches - 1L : stretches) * state : 0);
    h = kept.take(statesInY ? 0 : (training ? d.t : Math.min(2, d.t)) * state);
    h0 = workspace.take(d.last ? 0 : state);
    xStep = workspace.take(d.last ? 0 : d.n * d.x);
    output = workspace.take(training && !d.last ? state : 0);
    peepholes = workspace.take(op.peephole() ? 3 * d.s : 0);
    dPeepholes = workspace.take(training && op.peephole() ? 3 * d.s : 0);
    int between = training ? stretch - 1 : 0;
    cells = workspace.take((d.last ? between : between + 1L) * state);
    dh = workspace.take(training ? state : 0);
    dc = workspace.take(training ? state : 0);
    long packedForward = kernels.run(Kernel.FORWARD_FLOATS, layer);
    long packedData = kernels.run(Kernel.DATA_FLOATS, layer);
    packed = workspace.take(training ? Math.max(packedForward, packedData) : packedForward);
    dWeights = workspace.take(training ? kernels.run(Kernel.WEIGHTS_FLOATS, layer) : 0);
    dBias = workspace.takeBytes(training ? 4L * d.filters * Double.BYTES : 0);
    scratch = workspace.take(kernels.run(Kernel.SCRATCH_FLOATS, layer));
    copyScratch = workspace.takeBytes(copies.scratchBytes());
  }

  @Override
  public String algorithm() {
    return "Winograd F(4x4,3x3) with gates, C++ (" + kernels.name() + ")";
  }

  /** Samples of an array of images, so many floats apart. */
  private record Images(long address, long stride) {
    static final Images NONE = new Images(0, 0);
  }

  /** One call's places in memory. */
  private final class Run {
    final NativeBuffer work;
    final NativeBuffer kept;
    final NativeBuffer x;
    final NativeBuffer y;
    final NativeBuffer cFirst;
    final NativeBuffer cLast;
    final At first;
    final boolean startsAtZero;
    final @Nullable List<At> peepholeWeights;

    Run(
        List<? extends Buffer> inputs,
        List<? extends Buffer> outputs,
        @Nullable Buffer workspace,
        @Nullable Buffer reserve) {
      this.work = memory(workspace);
      this.kept = training ? memory(reserve) : work;
      this.x = input(inputs, "x");
      this.y = output(outputs, "y");
      this.cFirst = input(inputs, "c0");
      this.cLast = output(outputs, "cT");
      copies.scratch(work.address(copyScratch));
      NativeBuffer start = input(inputs, "h0");
      if (d.last) {
        first = new At(start, 0);
      } else {
        first = work(h0);
        copies.stateIn.run(start.address(), first.address());
      }
      startsAtZero = Floats.isZero(start);
      peepholeWeights =
          op.peephole() ? PEEPHOLES.stream().map(p -> peephole(inputs, p)).toList() : null;
      NativeGates.fill(shared, cell, d.n, peepholeWeights);
    }

    private At peephole(List<? extends Buffer> inputs, String name) {
      At place = work(peepholes + PEEPHOLES.indexOf(name) * d.s);
      copies.peepholeIn().run(input(inputs, name).address(), place.address());
      return place;
    }

    At work(long index) {
      return new At(work, index);
    }

    At gates(int step) {
      return new At(kept, gates + step * (d.n * d.z));
    }

    /** Whether c before a step is kept. */
    boolean isKept(int step) {
      return step % stretch == 0 && step < d.t;
    }

    private At start(int step) {
      if (step == 0 && d.last) {
        return new At(cFirst, 0);
      }
      int slot = step / stretch - (d.last ? 1 : 0);
      return training ? new At(kept, starts + slot * (d.n * d.s)) : work(cells);
    }

    /** c before a step, on the way forward: where nothing is kept, the same place each time. */
    At running(int step) {
      if (isKept(step)) {
        return start(step);
      }
      return d.last ? new At(cLast, 0) : work(cells);
    }

    /** c before a step, on the way back. */
    At c(int step) {
      if (isKept(step)) {
        return start(step);
      }
      if (step == d.t && d.last) {
        return new At(cLast, 0);
      }
      return work(cells + (step - 1) % stretch * (d.n * d.s));
    }

    /** Makes c after the steps of a stretch. */
    void cellsAgain(int from, int to) {
      for (int step = from; step < to; step++) {
        boolean there = isKept(step + 1) || (step + 1 == d.t && d.last);
        if (!there) {
          again
              .set(CellsAgain.GATES, gates(step).address())
              .set(CellsAgain.C_BEFORE, c(step).address())
              .set(CellsAgain.C_AFTER, c(step + 1).address());
          kernels.run(Kernel.CELLS_AGAIN, again);
        }
      }
    }

    /** h after a step. */
    Images h(int step) {
      return statesInY
          ? new Images(y.address(step * d.s), d.t * d.s)
          : new Images(new At(kept, h + hSlot(step) * (d.n * d.s)).address(), d.s);
    }

    private long hSlot(int step) {
      return training ? step : step % 2;
    }

    Images hBefore(int step) {
      if (step > 0) {
        return h(step - 1);
      }
      return startsAtZero ? Images.NONE : new Images(first.address(), d.s);
    }

    /** The frame of x of a step. */
    Images frame(int step) {
      long user = x.address(d.frame(step) * d.x);
      if (d.last) {
        return new Images(user, d.t * d.x);
      }
      copies.xIn().run(user, work(xStep).address());
      return new Images(work(xStep).address(), d.x);
    }
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer y = output(call.outputs(), "y");
    Run r = new Run(call.inputs(), call.outputs(), call.workspace(), call.reserve());
    if (!d.last) {
      copies.stateIn.run(r.cFirst.address(), r.running(0).address());
    }
    NativeBuffer b = optional(call.inputs(), "b");
    pack(Kernel.PACK_FORWARD, r, call.inputs());
    forward
        .set(WinogradForward.WEIGHTS, r.work(packed).address())
        .set(WinogradForward.BIAS, address(b))
        .set(WinogradForward.SCRATCH, r.work(scratch).address());
    for (int step = 0; step < d.t; step++) {
      Images frame = r.frame(step);
      Images before = r.hBefore(step);
      Images after = r.h(step);
      forward
          .set(WinogradForward.X, frame.address)
          .set(WinogradForward.X_STRIDE, frame.stride)
          .set(WinogradForward.H, before.address)
          .set(WinogradForward.H_STRIDE, before.stride)
          .set(WinogradForward.C_BEFORE, r.running(step).address())
          .set(WinogradForward.C_AFTER, r.running(step + 1).address())
          .set(WinogradForward.H_AFTER, after.address)
          .set(WinogradForward.H_AFTER_STRIDE, after.stride)
          .set(WinogradForward.GATES, training ? r.gates(step).address() : 0);
      kernels.run(Kernel.WINOGRAD_FORWARD, forward);
      if (!statesInY && d.yields(step)) {
        (d.last ? copies.stateOut : copies.yOut()).run(after.address, y.address(d.output(step)));
      }
    }
    lastState(r, output(call.outputs(), "hT"));
    if (!d.last) {
      copies.stateOut.run(r.running(d.t).address(), r.cLast.address());
    }
  }

  /** Packs the weights for a pass. */
  private void pack(Kernel kernel, Run r, List<? extends Buffer> inputs) {
    pack.set(WinogradPack.WX, input(inputs, "wx").address())
        .set(WinogradPack.WH, input(inputs, "wh").address())
        .set(WinogradPack.PACKED, r.work(packed).address());
    kernels.run(kernel, pack);
  }

  private void lastState(Run r, NativeBuffer target) {
    if (!statesInY) {
      copies.stateOut.run(r.h(d.t - 1).address(), target.address());
      return;
    }
    for (int i = 0; i < d.n; i++) {
      Floats.copy(r.y, ((long) i * d.t + d.t - 1) * d.s, target, i * d.s, d.s);
    }
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x", "h0", "c0");
  }

  @Override
  protected void addGradients(Backward call) {
    Run r = new Run(call.inputs(), call.outputs(), call.workspace(), call.reserve());
    NativeBuffer dx = wanted(call.inputGradients(), "x");
    NativeBuffer dh0 = wanted(call.inputGradients(), "h0");
    boolean wanted = false;
    for (String w : List.of("wx", "wh", "b")) {
      wanted |= optional(call.inputGradients(), w) != null;
    }
    pack(Kernel.PACK_DATA, r, call.inputs());
    start(r, call);
    for (int step = d.t - 1; step >= 0; step--) {
      if (step == d.t - 1 || r.isKept(step + 1)) {
        r.cellsAgain(step / stretch * stretch, step + 1);
      }
      gatePass.backward(cell, gateStep(r, call, step));
      boolean carries = step > 0 || dh0 != null;
      if (carries || dx != null) {
        data(r, step, dx, isWritten(call, "x"), carries);
      }
      if (wanted) {
        weights(r, step);
      }
    }
    finish(r, call, wanted);
  }

  private void start(Run r, Backward call) {
    first(given(call.outputGradients(), "hT"), r.work(dh));
    first(given(call.outputGradients(), "cT"), r.work(dc));
    Floats.zero(r.work, dWeights, dBias - dWeights);
    Floats.zero(r.work, dBias, 4L * d.filters * Double.BYTES / Float.BYTES);
    if (op.peephole()) {
      Floats.zero(r.work, dPeepholes, 3 * d.s);
    }
  }

  private void first(@Nullable NativeBuffer gradient, At state) {
    if (gradient == null) {
      Floats.zero(state.buffer(), state.index(), d.n * d.s);
    } else {
      copies.stateIn.run(gradient.address(), state.address());
    }
  }

  private GatePass.Backward gateStep(Run r, Backward call, int step) {
    NativeBuffer dy = given(call.outputGradients(), "y");
    At place = null;
    if (dy != null && d.yields(step)) {
      place = new At(dy, d.output(step));
      if (!d.last) {
        copies.yIn().run(place.address(), r.work(output).address());
        place = r.work(output);
      }
    }
    List<At> dWeights = null;
    if (op.peephole()) {
      At all = r.work(dPeepholes);
      dWeights = List.of(all, all.plus(d.s), all.plus(2 * d.s));
    }
    return new GatePass.Backward(
        r.gates(step),
        r.c(step),
        r.c(step + 1),
        place,
        d.last ? d.outputStride() : d.s,
        r.work(dh),
        r.work(dc),
        r.peepholeWeights,
        dWeights,
        null);
  }

  private void data(Run r, int step, @Nullable NativeBuffer dx, boolean write, boolean carries) {
    Images frame = Images.NONE;
    if (dx != null && d.last) {
      frame = new Images(dx.address(d.frame(step) * d.x), d.t * d.x);
    } else if (dx != null) {
      frame = new Images(r.work(xStep).address(), d.x);
    }
    data.set(WinogradData.WEIGHTS, r.work(packed).address())
        .set(WinogradData.D_GATES, r.gates(step).address())
        .set(WinogradData.DX, frame.address)
        .set(WinogradData.DX_STRIDE, frame.stride)
        .set(WinogradData.DX_ADDS, d.last && !write ? 1 : 0)
        .set(WinogradData.DH, carries ? r.work(dh).address() : 0)
        .set(WinogradData.SCRATCH, r.work(scratch).address());
    kernels.run(Kernel.WINOGRAD_DATA, data);
    if (dx != null && !d.last) {
      Prim out = write ? copies.xOut() : copies.xAdd();
      out.run(r.work(xStep).address(), dx.address(d.frame(step) * d.x));
    }
  }

  private void weights(Run r, int step) {
    Images frame = r.frame(step);
    Images before = r.hBefore(step);
    weights
        .set(WinogradWeights.D_GATES, r.gates(step).address())
        .set(WinogradWeights.X, frame.address)
        .set(WinogradWeights.X_STRIDE, frame.stride)
        .set(WinogradWeights.H, before.address)
        .set(WinogradWeights.H_STRIDE, before.stride)
        .set(WinogradWeights.D_WEIGHTS, r.work(dWeights).address())
        .set(WinogradWeights.D_BIAS, r.work(dBias).address())
        .set(WinogradWeights.SCRATCH, r.work(scratch).address());
    kernels.run(Kernel.WINOGRAD_WEIGHTS, weights);
  }

  private void finish(Run r, Backward call, boolean wanted) {
    if (wanted) {
      gradients
          .set(WinogradGradients.D_WEIGHTS, r.work(dWeights).address())
          .set(WinogradGradients.D_BIAS, r.work(dBias).address())
          .set(WinogradGradients.DWX, address(wanted(call.inputGradients(), "wx")))
          .set(WinogradGradients.DWH, address(wanted(call.inputGradients(), "wh")))
          .set(WinogradGradients.DB, address(optional(call.inputGradients(), "b")));
      kernels.run(Kernel.UNPACK_WEIGHTS, gradients);
    }
    give(call, r.work(dh), "h0");
    give(call, r.work(dc), "c0");
    for (int which = 0; op.peephole() && which < PEEPHOLES.size(); which++) {
      NativeBuffer dw = wanted(call.inputGradients(), PEEPHOLES.get(which));
      if (dw != null) {
        copies.peepholeAdd().run(r.work(dPeepholes + which * d.s).address(), dw.address());
      }
    }
  }

  private static long address(@Nullable NativeBuffer buffer) {
    return buffer == null ? 0 : buffer.address();
  }

  private void give(Backward call, At state, String name) {
    NativeBuffer gradient = wanted(call.inputGradients(), name);
    if (gradient != null) {
      Prim out = isWritten(call, name) ? copies.stateOut : copies.stateAdd();
      out.run(state.address(), gradient.address());
    }
  }
}
