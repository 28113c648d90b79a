package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.tensor.Philox;
import java.util.List;

/** One call of a ConvLSTM: its arrays' addresses, and the forward pass. */
final class ConvLstmRun {
  private final ConvLstm2dPlan plan;
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
      ConvLstm2dPlan plan,
      List<? extends Buffer> inputs,
      Buffer workspace,
      Buffer reserve,
      Philox random) {
    this.plan = plan;
    this.device = plan.device;
    this.d = plan.d;
    this.at = plan.at;
    this.inputs = inputs;
    this.ws = DeviceBuffer.address(workspace);
    this.kept = d.training ? DeviceBuffer.address(reserve) : ws;
    this.bias = plan.input(inputs, "b");
    this.mask = plan.input(inputs, "mask");
    plan.drawMasks(random, ws);
    if (d.op.peephole()) {
      int which = 0;
      for (long user : plan.peepholes(inputs)) {
        Layouts.toFirst(
            device, d.format, 1, d.filters, d.pixels, user, ws + at.peepholes + bytes(which * d.s));
        which++;
      }
    }
  }

  private static long bytes(long elements) {
    return elements * Float.BYTES;
  }

  /** Says where h and c after the last step are: the outputs, if they are channels first. */
  void last(long userH, long userC) {
    hLast = d.first ? userH : ws + at.hLast;
    cLast = d.first ? userC : kept + at.cLast;
  }

  /** z of all samples at a place in the chunk. */
  long z(int slot) {
    return kept + at.z + bytes(slot * d.z);
  }

  long zDistance() {
    return plan.chunk() * d.z;
  }

  /** What the recurrent convolution reads at a step. */
  long h(int step) {
    return kept + at.h + (d.training ? bytes(d.frame(step) * d.s * d.hCopies) : 0);
  }

  /** What it reads at the first frame; in training the other frames follow. */
  long firstH() {
    return kept + at.h;
  }

  long hDistance() {
    return (d.training ? d.t : 1) * d.s * d.hCopies;
  }

  /** c before a step; after the last one, of its own. */
  long c(int step) {
    return step == d.t ? cLast : kept + at.c + (d.training ? bytes(d.frame(step) * d.s) : 0);
  }

  long cDistance(int step) {
    return step == d.t || !d.training ? d.s : d.t * d.s;
  }

  /** All that the launches of the steps depend on, with two arrays of the backward pass. */
  List<Long> addresses(long dy, long wantsH0) {
    return List.of(ws, kept, bias, mask, hLast, cLast, dy, wantsH0);
  }

  /** The options' arrays at a step. */
  Gates.Options options(int step) {
    if (!plan.gates.haveOptions()) {
      return null;
    }
    return new Gates.Options(
        d.op.peephole() ? ws + at.peepholes : 0,
        d.op.peephole() ? ws + at.dPeepholes : 0,
        mask == 0 ? 0 : mask + bytes(d.frame(step)),
        ws + at.running,
        ws + at.output,
        d.hCopies > 1 ? ws + at.hMasks : 0,
        ws + at.carry,
        ws + at.dOutput);
  }

  /** The frames as the input convolution reads them: {@code [N,T,copies,X]}. */
  long frames() {
    long x = DeviceBuffer.address(inputs.get(0));
    if (!d.first) {
      Layouts.toFirst(device, d.format, d.n * d.t, d.channels, d.imagePixels, x, ws + at.x);
      x = ws + at.x;
    }
    if (d.xCopies == 1) {
      return x;
    }
    plan.xMasks.spread(x, ws + at.xs, ws + at.xMasks, d.t, d.t * d.x * d.xCopies);
    return ws + at.xs;
  }

  /** Packs the weights. */
  void pack() {
    Geometry gx = d.input;
    Geometry gh = d.recurrent;
    Layouts.packWeights(
        device,
        gx.taps(),
        d.channels,
        gx.filters(),
        DeviceBuffer.address(inputs.get(3)),
        ws + at.wx);
    Layouts.packWeights(
        device,
        gh.taps(),
        d.filters,
        gh.filters(),
        DeviceBuffer.address(inputs.get(4)),
        ws + at.wh);
  }

  /** Copies a state of the user's layout to samples that are {@code distance} elements apart. */
  private void state(long user, long to, long distance) {
    StridedCopy.copy(
        device,
        new long[] {d.n, d.filters, d.pixels},
        user,
        d.first ? new long[] {d.s, d.pixels, 1} : new long[] {d.s, 1, d.filters},
        to,
        new long[] {distance, d.pixels, 1},
        false);
  }

  void forward(List<? extends Buffer> outputs) {
    long userY = DeviceBuffer.address(outputs.get(0));
    last(DeviceBuffer.address(outputs.get(1)), DeviceBuffer.address(outputs.get(2)));
    pack();
    start();
    long frames = frames();
    long y = d.first ? userY : ws + at.y;
    plan.forwardGraphs.run(
        List.of(ws, kept, bias, mask, frames, y, hLast, cLast), () -> steps(frames, y));
    if (plan.gates.haveOptions()) {
      Layouts.fromFirst(
          device,
          d.format,
          d.n,
          d.filters,
          d.pixels,
          ws + at.running,
          DeviceBuffer.address(outputs.get(1)),
          false);
    }
    if (!d.first) {
      finish(outputs, y, userY);
    }
  }

  private void steps(long frames, long y) {
    for (int step = 0; step < d.t; step++) {
      if (step % plan.chunk() == 0) {
        int steps = Math.min(plan.chunk(), d.t - step);
        int from = Math.min(d.frame(step), d.frame(step + steps - 1));
        plan.preActivations(frames, ws + at.wx, kept + at.z, from, steps, ws + at.scratch);
      }
      step(step, y);
    }
  }

  private void start() {
    long h0 = DeviceBuffer.address(inputs.get(1));
    state(DeviceBuffer.address(inputs.get(2)), c(0), cDistance(0));
    if (plan.gates.haveOptions()) {
      state(h0, ws + at.running, d.s);
    }
    if (d.hCopies > 1) {
      plan.hMasks.spread(ws + at.running, h(0), ws + at.hMasks, 1, hDistance());
    } else {
      state(h0, h(0), hDistance());
    }
    if (d.op.masked()) {
      device.zero(ws + at.output, bytes(d.n * d.s));
    }
  }

  private void step(int step, long y) {
    long z = z(zSlot(step));
    boolean isLast = step == d.t - 1;
    plan.recurrent.forward(h(step), ws + at.wh, z, true, ws + at.scratch);
    long next = isLast ? plan.gates.haveOptions() ? 0 : hLast : h(step + 1);
    plan.gates.forward(
        new Gates.Forward(
            z,
            zDistance(),
            bias,
            c(step),
            cDistance(step),
            c(step + 1),
            cDistance(step + 1),
            next,
            isLast ? d.s : hDistance(),
            d.yields(step) ? y + bytes(d.output(step)) : 0,
            d.outputs() * d.s),
        options(step));
  }

  /** Where z of a step lies in its chunk: frames of a chunk are in the order of the frames. */
  int zSlot(int step) {
    int chunk = plan.chunk();
    int start = step / chunk * chunk;
    int steps = Math.min(chunk, d.t - start);
    return d.op.goBackwards() ? steps - 1 - (step - start) : step - start;
  }

  private void finish(List<? extends Buffer> outputs, long y, long userY) {
    Layouts.fromFirst(device, d.format, d.n * d.outputs(), d.filters, d.pixels, y, userY, false);
    if (!plan.gates.haveOptions()) {
      Layouts.fromFirst(
          device,
          d.format,
          d.n,
          d.filters,
          d.pixels,
          hLast,
          DeviceBuffer.address(outputs.get(1)),
          false);
    }
    Layouts.fromFirst(
        device,
        d.format,
        d.n,
        d.filters,
        d.pixels,
        cLast,
        DeviceBuffer.address(outputs.get(2)),
        false);
  }
}
