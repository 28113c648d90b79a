package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.cuda.Gates.Samples;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.GateOrder;
import convlstm4j.tensor.Philox;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call of a ConvLSTM: its arrays' addresses, and the forward pass. */
final class ConvLstmRun {
  private final CudaPlan<ConvLstm2d> plan;
  private final ConvLstmKernels kernels;
  private final Device device;
  private final ConvLstmSizes d;
  private final ConvLstmParts at;
  private final List<? extends Buffer> inputs;
  final long ws;
  private final long kept;
  private final long bias;
  private final long mask;
  private long hLast;
  private long cLast;

  ConvLstmRun(
      CudaPlan<ConvLstm2d> plan,
      ConvLstmKernels kernels,
      List<? extends Buffer> inputs,
      @Nullable Buffer workspace,
      @Nullable Buffer reserve,
      Philox random) {
    this.plan = plan;
    this.kernels = kernels;
    this.device = plan.device;
    this.d = kernels.d;
    this.at = kernels.at;
    this.inputs = inputs;
    this.ws = DeviceBuffer.address(workspace);
    this.kept = d.training ? DeviceBuffer.address(reserve) : ws;
    long userBias = plan.optional(inputs, "b");
    this.bias = userBias == 0 ? ws + at.noBias : userBias;
    this.mask = plan.optional(inputs, "mask");
    kernels.drawMasks(random, ws);
    constants();
    if (d.op.peephole()) {
      int which = 0;
      for (long user : peepholes(plan, inputs)) {
        Layouts.toFirst(
            device, d.format, 1, d.filters, d.pixels, user, ws + at.peepholes + bytes(which * d.s));
        which++;
      }
    }
  }

  /** Addresses of one's three peepholes in the user's layout. */
  static List<Long> peepholes(CudaPlan<ConvLstm2d> plan, List<? extends Buffer> buffers) {
    return List.of(
        plan.optional(buffers, "wci"),
        plan.optional(buffers, "wcf"),
        plan.optional(buffers, "wco"));
  }

  private static long bytes(long elements) {
    return elements * Float.BYTES;
  }

  /** What kernels read in place of masks that are not there. */
  private void constants() {
    if (kernels.gates.readConstants()) {
      device.zero(ws + at.zero, Float.BYTES);
      device.fill(ws + at.one, 1, 1);
    }
  }

  /** Says where h and c after the last step are: the outputs, if they lie as ours do. */
  void last(long userH, long userC) {
    hLast = d.first && !d.hidden.hasBorder() ? userH : ws + at.hLast;
    cLast = d.first ? userC : kept + at.cLast;
  }

  /** z of all samples at a step. */
  Samples z(int step) {
    return new Samples(kept + at.z + bytes(zSlot(step) * d.z), kernels.chunk() * d.z);
  }

  /** z of all frames, in training. */
  long allZ() {
    return kept + at.z;
  }

  /** The images that the recurrent convolution reads at a step; after the last one, h. */
  Samples h(int step) {
    if (step == d.t) {
      return new Samples(hLast, d.hidden.elements());
    }
    long images = d.hidden.elements() * d.hCopies;
    return d.training
        ? new Samples(kept + at.h + bytes(d.frame(step) * images), d.t * images)
        : new Samples(kept + at.h, images);
  }

  /** Those of all frames, in training. */
  long allH() {
    return kept + at.h;
  }

  /** c before a step; after the last one, of its own. */
  Samples c(int step) {
    if (step == d.t) {
      return new Samples(cLast, d.s);
    }
    return d.training
        ? new Samples(kept + at.c + bytes(d.frame(step) * d.s), d.t * d.s)
        : new Samples(kept + at.c, d.s);
  }

  /** The output of a step in y, if it is there. */
  Samples output(int step, long y) {
    return y != 0 && d.yields(step)
        ? new Samples(y + bytes(d.output(step)), d.outputs() * d.s)
        : Samples.NONE;
  }

  /** All that the launches of the steps depend on, with two arrays of the backward pass. */
  List<Long> addresses(long dy, long wantsH0) {
    return List.of(ws, kept, bias, mask, hLast, cLast, dy, wantsH0);
  }

  /** The options' arrays at a step. */
  Gates.Options options(int step) {
    long one = ws + at.one;
    boolean peephole = d.op.peephole();
    return new Gates.Options(
        peephole ? ws + at.peepholes : 0,
        peephole ? ws + at.dPeepholes : 0,
        d.op.masked() ? mask + bytes(d.frame(step)) : one,
        !d.op.masked() ? one : step == d.t - 1 ? ws + at.zero : mask + bytes(d.frame(step + 1)),
        d.keepsRunning() ? ws + at.running : 0,
        ws + at.hMasks,
        ws + at.carry,
        d.op.zeroOutputForMask() ? 0 : ws + at.dOutput,
        one);
  }

  /** The frames as the input convolution reads them: {@code [N,T,copies,X]}. */
  long frames() {
    long x = plan.input(inputs, "x");
    if (!d.first) {
      Layouts.toFirst(device, d.format, d.n * d.t, d.channels, d.imagePixels, x, ws + at.x);
      x = ws + at.x;
    }
    if (d.xCopies == 1) {
      return x;
    }
    kernels.xMasks.spread(x, ws + at.xs, ws + at.xMasks, d.t, d.t * d.x * d.xCopies);
    return ws + at.xs;
  }

  /** Packs the weights. */
  void pack() {
    Geometry gx = d.input;
    Geometry gh = d.hidden.convolution();
    Layouts.packWeights(
        device, gx.taps(), d.channels, gx.filters(), plan.input(inputs, "wx"), ws + at.wx);
    Layouts.packWeights(
        device, gh.taps(), d.filters, gh.filters(), plan.input(inputs, "wh"), ws + at.wh);
  }

  void forward(List<? extends Buffer> outputs) {
    long userY = plan.output(outputs, "y");
    last(plan.output(outputs, "hT"), plan.output(outputs, "cT"));
    pack();
    start();
    long frames = frames();
    long y = d.first ? userY : ws + at.y;
    kernels.forwardGraphs.run(
        List.of(ws, kept, bias, mask, frames, y, hLast, cLast), () -> steps(frames, y));
    finish(outputs, y, userY);
  }

  private void steps(long frames, long y) {
    for (int step = 0; step < d.t; step++) {
      if (step % kernels.chunk() == 0) {
        int steps = Math.min(kernels.chunk(), d.t - step);
        int from = Math.min(d.frame(step), d.frame(step + steps - 1));
        kernels.preActivations(frames, ws + at.wx, kept + at.z, from, steps, ws + at.scratch);
      }
      step(step, y);
    }
  }

  private void start() {
    long h0 = plan.input(inputs, "h0");
    Samples c = c(0);
    StridedCopy.copy(
        device,
        new long[] {d.n, d.filters, d.pixels},
        plan.input(inputs, "c0"),
        d.first ? new long[] {d.s, d.pixels, 1} : new long[] {d.s, 1, d.filters},
        c.address(),
        new long[] {c.distance(), d.pixels, 1},
        false);
    if (!d.op.useBias()) {
      device.zero(bias, bytes(GateOrder.COUNT * d.filters));
    }
    if (d.hidden.hasBorder()) {
      device.zero(allH(), bytes(d.n * (d.training ? d.t : 1) * d.hCopies * d.hidden.elements()));
    }
    if (d.keepsRunning()) {
      long distance = d.hidden.elements();
      d.hidden.fromUser(device, d.format, d.n, h0, ws + at.running, distance);
    }
    if (d.hCopies > 1) {
      startCopies(h0);
    } else {
      d.hidden.fromUser(device, d.format, d.n, h0, h(0).address(), h(0).distance());
    }
  }

  /** Makes the copies of h0. */
  private void startCopies(long h0) {
    long state = h0;
    if (!d.first) {
      state = ws + at.state;
      Layouts.toFirst(device, d.format, d.n, d.filters, d.pixels, h0, state);
    }
    Samples h = h(0);
    if (!d.hidden.hasBorder()) {
      kernels.hMasks.spread(state, h.address(), ws + at.hMasks, 1, h.distance());
      return;
    }
    kernels.hMasks.spread(state, ws + at.copies, ws + at.hMasks, 1, d.s * d.hCopies);
    d.hidden.addBorder(device, d.n, ws + at.copies, h.address(), h.distance());
  }

  private void step(int step, long y) {
    Samples z = z(step);
    Samples h = h(step);
    kernels.recurrent.forward(h.address(), ws + at.wh, z.address(), true, ws + at.scratch);
    kernels.gates.forward(
        new Gates.Forward(
            step == d.t - 1,
            z,
            bias,
            c(step),
            c(step + 1),
            d.keepsRunning() ? new Samples(ws + at.running, d.hidden.elements()) : h,
            h(step + 1),
            y(step, y),
            step == 0 || d.op.zeroOutputForMask() ? Samples.NONE : y(step - 1, y)),
        options(step));
  }

  /** Where the output of a step goes, if anybody asks for it. */
  private Samples y(int step, long y) {
    return !d.yields(step) && d.keepsOutput() ? new Samples(ws + at.output, d.s) : output(step, y);
  }

  /** Where z of a step lies in its chunk: frames of a chunk are in the order of the frames. */
  private int zSlot(int step) {
    int chunk = kernels.chunk();
    int start = step / chunk * chunk;
    int steps = Math.min(chunk, d.t - start);
    return d.op.goBackwards() ? steps - 1 - (step - start) : step - start;
  }

  /** Copies what lies otherwise than the user's arrays. */
  private void finish(List<? extends Buffer> outputs, long y, long userY) {
    long userH = plan.output(outputs, "hT");
    if (hLast != userH) {
      d.hidden.toUser(device, d.format, d.n, hLast, userH, false);
    }
    if (!d.first) {
      long userC = plan.output(outputs, "cT");
      Layouts.fromFirst(device, d.format, d.n * d.outputs(), d.filters, d.pixels, y, userY, false);
      Layouts.fromFirst(device, d.format, d.n, d.filters, d.pixels, cLast, userC, false);
    }
  }
}
