package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.onednn.Convolution.WithWeights;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.GateOrder;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.jspecify.annotations.Nullable;

/**
 * {@link ConvLstm2d} in chunks of time. Forward: one convolution of a chunk's frames with wx writes
 * the pre-activations; per step, the convolution of h with wh adds to them in place, and one pass
 * makes gates, c and h. Backward, from the last chunk to the first: per step one pass makes the
 * gradients of the pre-activations and one convolution hands them to the h before; then the
 * gradients of weights, bias and x once for the chunk.
 */
final class ConvLstm2dPlan extends OneDnnPlan<ConvLstm2d> {
  private final ConvLstmShape d;
  private final ConvLstmPrims prims;
  private final ConvLstmParts at;
  private final GatePass gates;
  private final GatePass.Cell cell;
  private final DropMasks xDrop;
  private final DropMasks hDrop;

  ConvLstm2dPlan(Dnnl engine, ConvLstm2d op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    d = new ConvLstmShape(op, inputs, mode == Mode.TRAINING);
    prims = own(new ConvLstmPrims(engine, d));
    at = new ConvLstmParts(d, prims, workspace, reserve);
    cell = d.cell();
    gates = NativeGates.choose(engine.kernels());
    xDrop = new DropMasks(op.dropout(), d.n, d.imagePixels, d.channels, op.window().format(), 0);
    hDrop =
        new DropMasks(
            op.recurrentDropout(),
            d.n,
            d.pixels,
            d.filters,
            op.window().format(),
            DropMasks.numbers(d.n, d.imagePixels, d.channels));
  }

  @Override
  public String algorithm() {
    return "oneDNN direct convolutions, "
        + d.chunk
        + " of "
        + d.t
        + " steps at once ("
        + prims.implementations(d.chunk)
        + "); "
        + gates.name();
  }

  /** One call's places in memory. */
  private final class Run {
    final NativeBuffer work;
    final NativeBuffer kept;
    final List<? extends Buffer> inputs;
    final float @Nullable [] mask;
    private final @Nullable List<At> peepholes;

    Run(
        List<? extends Buffer> inputs,
        @Nullable Buffer workspace,
        @Nullable Buffer reserve,
        Philox random) {
      this.inputs = inputs;
      this.work = memory(workspace);
      this.kept = d.training ? memory(reserve) : work;
      prims.scratch(work.address(at.scratch));
      NativeBuffer m = optional(inputs, "mask");
      mask = m == null ? null : Floats.read(m, 0, new float[d.n * d.t], d.n * d.t);
      if (d.xCopies > 1) {
        xDrop.draw(random, work(at.xMasks));
      }
      if (d.hCopies > 1) {
        hDrop.draw(random, work(at.hMasks));
      }
      peepholes = op.peephole() ? List.of(peephole(0), peephole(1), peephole(2)) : null;
    }

    private At peephole(int which) {
      NativeBuffer w = input(inputs, List.of("wci", "wcf", "wco").get(which));
      At place = work(at.peepholes + which * d.s);
      prims.copies.peepholeIn().run(w.address(), place.address());
      return place;
    }

    At work(long index) {
      return new At(work, index);
    }

    At gates(int step) {
      return new At(kept, at.gates + (d.training ? step : step % d.chunk) * (d.n * d.z));
    }

    /** h before a step. */
    At h(int step) {
      return new At(kept, at.h + (d.training ? step : 0) * (d.n * d.s));
    }

    /** c before a step. */
    At c(int step) {
      return new At(kept, at.c + (d.training ? step : 0) * (d.n * d.s));
    }

    /** What a step does to each sample, or null if it counts for all. Steps count up or down. */
    @Nullable List<GatePass.Output> masked(int step) {
      if (mask == null) {
        return null;
      }
      List<GatePass.Output> m = new ArrayList<>(d.n);
      for (int i = 0; i < d.n; i++) {
        if (counts(i, step)) {
          m.add(GatePass.Output.COUNTS);
        } else {
          boolean repeats = !op.zeroOutputForMask() && countedBefore(i, step);
          m.add(repeats ? GatePass.Output.REPEATS : GatePass.Output.ZEROS);
        }
      }
      return m;
    }

    boolean counts(int sample, int step) {
      return mask == null || mask[sample * d.t + d.frame(step)] != 0;
    }

    private boolean countedBefore(int sample, int step) {
      for (int s = 0; s < step; s++) {
        if (counts(sample, s)) {
          return true;
        }
      }
      return false;
    }

    /** The frames of a chunk as the input convolution takes them. */
    long frames(int from, int steps) {
      NativeBuffer x = input(inputs, "x");
      if (d.xInPlace) {
        return x.address(from * (d.n * d.x));
      }
      long frame = d.n * d.x;
      for (int k = 0; k < steps; k++) {
        long user = x.address(d.frame(from + k) * d.x);
        At place = work(at.xs + k * frame * d.xCopies);
        if (d.xCopies == 1) {
          prims.copies.xIn().run(user, place.address());
        } else {
          At one = work(at.xStep);
          prims.copies.xIn().run(user, one.address());
          xDrop.spread(one, work(at.xMasks), place);
        }
      }
      return work(at.xs).address();
    }

    /** The states before the steps of a chunk as the recurrent convolution takes them. */
    long states(int from, int steps) {
      if (d.hCopies == 1) {
        return h(from).address();
      }
      for (int k = 0; k < steps; k++) {
        hDrop.spread(h(from + k), work(at.hMasks), work(at.hs + k * (d.n * d.z)));
      }
      return work(at.hs).address();
    }
  }

  /** Weights are packed per call, since a training step changes them. */
  private static Prim packed(WithWeights p, NativeBuffer weights, At packed) {
    p.weights().run(weights.address(), packed.address());
    return p.main().bind(dnnl.DNNL_ARG_WEIGHTS, packed.address());
  }

  @Override
  protected void compute(Forward call) {
    Run r = new Run(call.inputs(), call.workspace(), call.reserve(), call.random());
    NativeBuffer y = output(call.outputs(), "y");
    prims.copies.stateIn.run(input(call.inputs(), "h0").address(), r.h(0).address());
    prims.copies.stateIn.run(input(call.inputs(), "c0").address(), r.c(0).address());
    Prim recurrent = packed(prims.recurrentForward, input(call.inputs(), "wh"), r.work(at.packedH));
    for (int from = 0; from < d.t; from += d.chunk) {
      int steps = Math.min(d.chunk, d.t - from);
      preActivations(r, from, steps);
      for (int step = from; step < from + steps; step++) {
        At z = r.gates(step);
        recurrent
            .bind(dnnl.DNNL_ARG_SRC, r.states(step, 1))
            .bind(dnnl.DNNL_ARG_DST, z.address())
            .run();
        List<GatePass.Output> masked = r.masked(step);
        At output = null;
        if (d.yields(step)) {
          output = d.last ? new At(y, d.output(step)) : r.work(at.output);
        }
        gates.forward(
            cell,
            new GatePass.Forward(
                z,
                d.training,
                r.c(step),
                r.c(step + 1),
                r.h(step),
                r.h(step + 1),
                output,
                d.last ? d.outputStride() : d.s,
                r.peepholes,
                masked));
        if (output != null && !d.last) {
          prims.copies.yOut().run(output.address(), y.address(d.output(step)));
        }
      }
    }
    prims.copies.stateOut.run(r.h(d.t).address(), output(call.outputs(), "hT").address());
    prims.copies.stateOut.run(r.c(d.t).address(), output(call.outputs(), "cT").address());
  }

  private void preActivations(Run r, int from, int steps) {
    WithWeights p = prims.inputForward[steps];
    Prim input = packed(p, input(r.inputs, "wx"), r.work(at.packedX));
    if (op.useBias()) {
      input.bind(dnnl.DNNL_ARG_BIAS, input(r.inputs, "b").address());
    }
    input
        .bind(dnnl.DNNL_ARG_SRC, r.frames(from, steps))
        .bind(dnnl.DNNL_ARG_DST, r.gates(from).address())
        .run();
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x", "h0", "c0");
  }

  @Override
  protected void addGradients(Backward call) {
    Run r = new Run(call.inputs(), call.workspace(), call.reserve(), call.random());
    Gradients g = new Gradients(r, call);
    g.start();
    for (int from = (d.t - 1) / d.chunk * d.chunk; from >= 0; from -= d.chunk) {
      int steps = Math.min(d.chunk, d.t - from);
      for (int step = from + steps - 1; step >= from; step--) {
        g.step(step);
      }
      g.weights(from, steps);
      g.frames(from, steps);
    }
    g.finish();
  }

  /** The backward pass of one call. */
  private final class Gradients {
    private final Run r;
    private final Backward call;
    private final At dh;
    private final At dc;
    private final @Nullable List<At> dPeepholes;
    private final Prim recurrent;

    Gradients(Run r, Backward call) {
      this.r = r;
      this.call = call;
      this.dh = r.work(at.dh);
      this.dc = r.work(at.dc);
      this.dPeepholes =
          op.peephole()
              ? List.of(
                  r.work(at.dPeepholes),
                  r.work(at.dPeepholes + d.s),
                  r.work(at.dPeepholes + 2 * d.s))
              : null;
      WithWeights back = trained(prims.recurrentData);
      this.recurrent = packed(back, input(call.inputs(), "wh"), r.work(at.packedH));
    }

    void start() {
      first(given(call.outputGradients(), "hT"), dh);
      first(given(call.outputGradients(), "cT"), dc);
      if (dPeepholes != null) {
        Floats.zero(r.work, at.dPeepholes, 3 * d.s);
      }
    }

    private void first(@Nullable NativeBuffer gradient, At state) {
      if (gradient == null) {
        Floats.zero(r.work, state.index(), d.n * d.s);
      } else {
        prims.copies.stateIn.run(gradient.address(), state.address());
      }
    }

    /** Leaves the gradients of a step's pre-activations where its gates were. */
    void step(int step) {
      At dz = r.gates(step);
      List<GatePass.Output> masked = r.masked(step);
      gates.backward(
          cell,
          new GatePass.Backward(
              dz,
              r.c(step),
              r.c(step + 1),
              outputGradient(step),
              d.last ? d.outputStride() : d.s,
              dh,
              dc,
              r.peepholes,
              dPeepholes,
              masked));
      if (step == 0 && wanted(call.inputGradients(), "h0") == null) {
        return; // nobody asks for the gradient of h0
      }
      carry(step, dh.index(), at.carried);
      if (d.hCopies == 1) {
        recurrent
            .bind(dnnl.DNNL_ARG_DIFF_DST, dz.address())
            .bind(dnnl.DNNL_ARG_DIFF_SRC, dh.address())
            .run();
      } else {
        At dhs = r.work(at.dhs);
        recurrent
            .bind(dnnl.DNNL_ARG_DIFF_DST, dz.address())
            .bind(dnnl.DNNL_ARG_DIFF_SRC, dhs.address())
            .run();
        hDrop.gather(dhs, r.work(at.hMasks), dh);
      }
      carry(step, at.carried, dh.index());
    }

    private @Nullable At outputGradient(int step) {
      NativeBuffer dy = given(call.outputGradients(), "y");
      if (dy == null || !d.yields(step)) {
        return null;
      }
      if (d.last) {
        return new At(dy, d.output(step));
      }
      At place = r.work(at.output);
      prims.copies.yIn().run(dy.address(d.output(step)), place.address());
      return place;
    }

    /** A masked sample keeps its h, so its gradient goes past the convolution. */
    private void carry(int step, long from, long to) {
      for (int i = 0; i < d.n; i++) {
        if (!r.counts(i, step)) {
          Floats.copy(r.work, from + i * d.s, r.work, to + i * d.s, d.s);
        }
      }
    }

    void weights(int from, int steps) {
      NativeBuffer dwx = wanted(call.inputGradients(), "wx");
      NativeBuffer dwh = wanted(call.inputGradients(), "wh");
      NativeBuffer db = optional(call.inputGradients(), "b");
      long dz = r.gates(from).address();
      if (dwx != null || db != null) {
        WithWeights p = prims.inputWeights[steps];
        if (op.useBias()) {
          p.main().bind(dnnl.DNNL_ARG_DIFF_BIAS, r.work(at.db).address());
        }
        addWeights(p, r.frames(from, steps), dz, r.work(at.dPackedX), dwx);
        if (db != null) {
          int n = GateOrder.COUNT * d.filters;
          Floats.add(r.work(at.db).read(0, Floats.scratch(0, n), n), 0, db, 0, n, 1);
        }
      }
      if (dwh != null) {
        addWeights(
            prims.recurrentWeights[steps], r.states(from, steps), dz, r.work(at.dPackedH), dwh);
      }
    }

    private void addWeights(
        WithWeights p, long x, long dz, At packed, @Nullable NativeBuffer gradient) {
      p.main()
          .bind(dnnl.DNNL_ARG_SRC, x)
          .bind(dnnl.DNNL_ARG_DIFF_DST, dz)
          .bind(dnnl.DNNL_ARG_DIFF_WEIGHTS, packed.address())
          .run();
      if (gradient != null) {
        p.weights().run(packed.address(), gradient.address());
      }
    }

    void frames(int from, int steps) {
      NativeBuffer dx = wanted(call.inputGradients(), "x");
      if (dx == null) {
        return;
      }
      packed(prims.inputData[steps], input(call.inputs(), "wx"), r.work(at.packedX))
          .bind(dnnl.DNNL_ARG_DIFF_DST, r.gates(from).address())
          .bind(dnnl.DNNL_ARG_DIFF_SRC, r.work(at.dxs).address())
          .run();
      long frame = d.n * d.x;
      for (int k = 0; k < steps; k++) {
        At one = r.work(at.dxs + k * frame * d.xCopies);
        if (d.xCopies > 1) {
          At sum = r.work(at.xStep);
          xDrop.gather(one, r.work(at.xMasks), sum);
          one = sum;
        }
        Prim out = isWritten(call, "x") ? prims.copies.xOut() : prims.copies.xAdd();
        out.run(one.address(), dx.address(d.frame(from + k) * d.x));
      }
    }

    void finish() {
      last(dh, "h0");
      last(dc, "c0");
      if (dPeepholes != null) {
        for (int which = 0; which < dPeepholes.size(); which++) {
          NativeBuffer dw = wanted(call.inputGradients(), List.of("wci", "wcf", "wco").get(which));
          if (dw != null) {
            prims.copies.peepholeAdd().run(dPeepholes.get(which).address(), dw.address());
          }
        }
      }
    }

    private void last(At state, String name) {
      NativeBuffer gradient = wanted(call.inputGradients(), name);
      if (gradient != null) {
        Prim out = isWritten(call, name) ? prims.copies.stateOut : prims.copies.stateAdd();
        out.run(state.address(), gradient.address());
      }
    }
  }
}
