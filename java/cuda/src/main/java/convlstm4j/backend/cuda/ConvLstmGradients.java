package convlstm4j.backend.cuda;

import convlstm4j.backend.Plan;
import convlstm4j.backend.cuda.Gates.Samples;
import convlstm4j.op.ConvLstm2d;
import java.util.List;

/** The backward pass of one call of a ConvLSTM. */
final class ConvLstmGradients {
  private final CudaPlan<ConvLstm2d> plan;
  private final ConvLstmKernels kernels;
  private final Device device;
  private final ConvLstmSizes d;
  private final ConvLstmParts at;
  private final ConvLstmRun run;
  private final Plan.Backward call;
  private final boolean writesX;
  private final long ws;

  ConvLstmGradients(
      CudaPlan<ConvLstm2d> plan,
      ConvLstmKernels kernels,
      ConvLstmRun run,
      Plan.Backward call,
      boolean writesX) {
    this.plan = plan;
    this.kernels = kernels;
    this.device = plan.device;
    this.d = kernels.d;
    this.at = kernels.at;
    this.run = run;
    this.call = call;
    this.writesX = writesX;
    this.ws = run.ws;
  }

  void run() {
    run.last(plan.output(call.outputs(), "hT"), plan.output(call.outputs(), "cT"));
    run.pack();
    start();
    long dy = outputGradient();
    long wantsH0 = plan.wanted(call.inputGradients(), "h0") == 0 ? 0 : 1;
    kernels.backwardGraphs.run(run.addresses(dy, wantsH0), () -> steps(dy));
    states();
    peepholes();
    recurrentWeights();
    input();
  }

  private void start() {
    long dh = plan.given(call.outputGradients(), "hT");
    if (d.op.masked()) {
      gradient(dh, ws + at.carry);
      if (!d.op.zeroOutputForMask()) {
        device.zero(ws + at.dOutput, d.n * d.s * Float.BYTES);
      }
    } else if (dh == 0) {
      device.zero(ws + at.dh, d.n * d.hidden.elements() * Float.BYTES);
    } else {
      long distance = d.hidden.elements();
      d.hidden.fromUser(device, d.format, d.n, dh, ws + at.dh, distance);
    }
    gradient(plan.given(call.outputGradients(), "cT"), ws + at.dc);
    if (d.op.peephole()) {
      device.zero(ws + at.dPeepholes, 3 * d.s * Float.BYTES);
    }
  }

  private void gradient(long user, long to) {
    if (user == 0) {
      device.zero(to, d.n * d.s * Float.BYTES);
    } else {
      Layouts.toFirst(device, d.format, d.n, d.filters, d.pixels, user, to);
    }
  }

  /** The gradient of y with channels first; 0 if there is none. */
  private long outputGradient() {
    long dy = plan.given(call.outputGradients(), "y");
    if (dy == 0 || d.first) {
      return dy;
    }
    Layouts.toFirst(device, d.format, d.n * d.outputs(), d.filters, d.pixels, dy, ws + at.y);
    return ws + at.y;
  }

  private void steps(long dy) {
    for (int step = d.t - 1; step >= 0; step--) {
      step(step, dy);
    }
  }

  private void step(int step, long dy) {
    Samples z = run.z(step);
    kernels.gates.backward(
        new Gates.Backward(
            step == d.t - 1,
            z,
            run.c(step),
            run.c(step + 1),
            run.output(step, dy),
            ws + at.dh,
            ws + at.dc),
        run.options(step));
    if (step > 0 || plan.wanted(call.inputGradients(), "h0") != 0) {
      kernels
          .recurrentData()
          .backwardData(z.address(), ws + at.wh, ws + at.dh, false, ws + at.scratch);
    }
  }

  /** Adds what is left to the gradients of h0 and c0. */
  private void states() {
    long dh0 = plan.wanted(call.inputGradients(), "h0");
    if (dh0 != 0) {
      if (d.op.masked()) {
        add(ws + at.carry, dh0);
      }
      if (d.hCopies > 1) {
        addCopies(dh0);
      } else {
        d.hidden.toUser(device, d.format, d.n, ws + at.dh, dh0, true);
      }
    }
    long dc0 = plan.wanted(call.inputGradients(), "c0");
    if (dc0 != 0) {
      add(ws + at.dc, dc0);
    }
  }

  /** Adds the gradients of the copies of h0. */
  private void addCopies(long dh0) {
    long copies = ws + at.dh;
    if (d.hidden.hasBorder()) {
      copies = ws + at.copies;
      d.hidden.takeBorder(device, d.n, ws + at.dh, copies);
    }
    long sum = ws + at.state;
    device.zero(sum, d.n * d.s * Float.BYTES);
    kernels.hMasks.gather(copies, sum, ws + at.hMasks, 1);
    add(sum, dh0);
  }

  private void add(long state, long user) {
    Layouts.fromFirst(device, d.format, d.n, d.filters, d.pixels, state, user, true);
  }

  private void peepholes() {
    if (!d.op.peephole()) {
      return;
    }
    List<Long> users = ConvLstmRun.peepholes(plan, call.inputGradients());
    for (int i = 0; i < users.size(); i++) {
      if (users.get(i) != 0) {
        Layouts.fromFirst(
            device,
            d.format,
            1,
            d.filters,
            d.pixels,
            ws + at.dPeepholes + i * d.s * Float.BYTES,
            users.get(i),
            true);
      }
    }
  }

  /** All frames' gradients of the pre-activations, now in place of the gates. */
  private long dz() {
    return run.allZ();
  }

  private void recurrentWeights() {
    long dwh = plan.wanted(call.inputGradients(), "wh");
    if (dwh != 0) {
      Geometry g = d.hidden.convolution();
      kernels.recurrentWeights().backwardFilter(run.allH(), dz(), ws + at.wh, ws + at.scratch);
      Layouts.addWeights(device, g.taps(), d.filters, g.filters(), ws + at.wh, dwh);
    }
  }

  private void input() {
    Geometry g = d.input;
    long db = plan.optional(call.inputGradients(), "b");
    if (db != 0) {
      kernels.bias().add(device, dz(), db, ws + at.scratch);
    }
    long dx = plan.wanted(call.inputGradients(), "x");
    long dwx = plan.wanted(call.inputGradients(), "wx");
    if (dx != 0) {
      frameGradients(dx);
    }
    if (dwx != 0) {
      kernels.input.backwardFilter(run.frames(), dz(), ws + at.wx, ws + at.scratch);
      Layouts.addWeights(device, g.taps(), d.channels, g.filters(), ws + at.wx, dwx);
    }
  }

  private void frameGradients(long dx) {
    long wx = ws + at.wx;
    if (d.first && d.xCopies == 1) {
      kernels.input.backwardData(dz(), wx, dx, !writesX, ws + at.scratch);
      return;
    }
    long frames = d.xCopies == 1 ? ws + at.x : ws + at.xs;
    kernels.input.backwardData(dz(), wx, frames, false, ws + at.scratch);
    if (d.xCopies > 1) {
      long sum = d.first ? dx : ws + at.x;
      if (!d.first || writesX) {
        device.zero(sum, d.n * d.t * d.x * Float.BYTES);
      }
      kernels.xMasks.gather(frames, sum, ws + at.xMasks, d.t);
    }
    if (!d.first) {
      Layouts.fromFirst(
          device, d.format, d.n * d.t, d.channels, d.imagePixels, ws + at.x, dx, !writesX);
    }
  }
}
