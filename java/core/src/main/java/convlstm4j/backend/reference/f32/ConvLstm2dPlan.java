package convlstm4j.backend.reference.f32;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.reference.f32.Convolution.Frames;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.GateOrder;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link ConvLstm2d}, step by step: both convolutions add to the pre-activations {@code z
 * [N,P,4F]}, then {@link ConvLstmGates} makes c and h. Everything inside is channels-last. Training
 * keeps every step's gates and states; the backward pass goes through the steps in reverse.
 */
final class ConvLstm2dPlan extends ReferencePlan<ConvLstm2d> {
  private final ConvLstmLayout size;
  private final ChannelsLast image;
  private final ChannelsLast state;
  private final Convolution inputConvolution;
  private final Convolution recurrentConvolution;
  private final ConvLstmGates gates;

  ConvLstm2dPlan(ConvLstm2d op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    Shape x = inputs.get(0);
    Shape stateImage = inputs.get(1).from(1);
    image = new ChannelsLast(op.window().format(), x.from(2));
    state = new ChannelsLast(op.window().format(), stateImage);
    size = new ConvLstmLayout(op, x, stateImage, mode == Mode.TRAINING);
    int channels = (int) op.window().format().channels(x.from(2));
    int columns = GateOrder.COUNT * op.filters();
    Shape spatial = op.window().format().spatial(stateImage);
    inputConvolution =
        new Convolution(op.window(), op.window().format().spatial(x.from(2)), channels, columns);
    recurrentConvolution = new Convolution(op.window().recurrent(), spatial, op.filters(), columns);
    gates = new ConvLstmGates(op, size, (int) spatial.dim(0), (int) spatial.dim(1));
    workspace.take(size.workspace());
    reserve.take(size.reserve());
  }

  @Override
  public String algorithm() {
    return "direct convolutions step by step" + (size.training ? ", gates and states kept" : "");
  }

  @Override
  protected void compute(Forward call) {
    float[] work = memory(call.workspace());
    float[] store = size.training ? memory(call.reserve()) : work;
    float[] x = input(call.inputs(), "x");
    float[] mask = optional(call.inputs(), "mask");
    float[] y = output(call.outputs(), "y");
    drawMasks(call.random(), work);
    readPeepholes(call.inputs(), work);
    state.readAll(input(call.inputs(), "h0"), store, size.h(0), size.n);
    state.readAll(input(call.inputs(), "c0"), store, size.c(0), size.n);
    if (op.masked()) {
      Arrays.fill(work, size.out(), size.out() + size.n * size.s, 0);
    }
    for (int step = 0; step < size.t; step++) {
      int frame = frame(step);
      preActivations(call.inputs(), work, store, x, step, frame);
      gates.forward(work, store, mask, step, frame);
      if (mask != null) {
        keepOutput(work, store, mask, step, frame);
      }
      if (op.returnSequences()) {
        writeOutput(work, store, y, step);
      }
    }
    if (!op.returnSequences()) {
      state.writeAll(op.masked() ? work : store, outputAt(size.t - 1), y, size.n);
    }
    state.writeAll(store, size.h(size.t), output(call.outputs(), "hT"), size.n);
    state.writeAll(store, size.c(size.t), output(call.outputs(), "cT"), size.n);
  }

  private int frame(int step) {
    return op.goBackwards() ? size.t - 1 - step : step;
  }

  private int outputAt(int step) {
    return op.masked() ? size.out() : size.h(step + 1);
  }

  private void preActivations(
      List<? extends Buffer> inputs, float[] work, float[] store, float[] x, int step, int frame) {
    Frames z = new Frames(store, size.gates(step), size.z, size.n);
    float[] b = optional(inputs, "b");
    for (int k = 0; k < size.n * size.z; k++) {
      store[z.offset() + k] = b == null ? 0 : b[k % size.columns];
    }
    Frames xt = frames(x, work, frame);
    Frames h = new Frames(store, size.h(step), size.s, size.n);
    float[] wx = input(inputs, "wx");
    float[] wh = input(inputs, "wh");
    for (GateRange g : GateRange.of(op.dropout() > 0, op.filters())) {
      Frames in = masked(xt, work, size.xMasks(), g, size.x, size.masked());
      inputConvolution.addForward(in, wx, z, g.first(), g.last());
    }
    for (GateRange g : GateRange.of(op.recurrentDropout() > 0, op.filters())) {
      Frames in = masked(h, work, size.hMasks(), g, size.s, size.masked());
      recurrentConvolution.addForward(in, wh, z, g.first(), g.last());
    }
  }

  /** The frames of a step, channels-last: where they are, or copied. */
  private Frames frames(float[] x, float[] work, int frame) {
    if (!image.isNeeded()) {
      return new Frames(x, frame * size.x, size.t * size.x, size.n);
    }
    for (int i = 0; i < size.n; i++) {
      image.read(x, (i * size.t + frame) * size.x, work, size.frames() + i * size.x);
    }
    return new Frames(work, size.frames(), size.x, size.n);
  }

  /** The frames times one gate's dropout mask, or themselves where there is none. */
  private Frames masked(Frames f, float[] work, int masks, GateRange gate, int elements, int to) {
    if (gate.gate() < 0) {
      return f;
    }
    int mask = masks + gate.gate() * size.n * elements;
    for (int i = 0; i < size.n; i++) {
      for (int k = 0; k < elements; k++) {
        work[to + i * elements + k] =
            f.data()[f.offset() + i * f.distance() + k] * work[mask + i * elements + k];
      }
    }
    return new Frames(work, to, elements, size.n);
  }

  private void keepOutput(float[] work, float[] store, float[] mask, int step, int frame) {
    for (int i = 0; i < size.n; i++) {
      int out = size.out() + i * size.s;
      if (mask[i * size.t + frame] != 0) {
        System.arraycopy(store, size.h(step + 1) + i * size.s, work, out, size.s);
      } else if (op.zeroOutputForMask()) {
        Arrays.fill(work, out, out + size.s, 0);
      }
    }
  }

  private void writeOutput(float[] work, float[] store, float[] y, int step) {
    for (int i = 0; i < size.n; i++) {
      int from = outputAt(step) + i * size.s;
      state.write(op.masked() ? work : store, from, y, (i * size.t + step) * size.s);
    }
  }

  private void drawMasks(Philox random, float[] work) {
    if (op.dropout() > 0) {
      drawMask(random, 0, op.dropout(), image, size.x, work, size.xMasks());
    }
    if (op.recurrentDropout() > 0) {
      long from = (long) GateOrder.COUNT * size.n * size.x;
      drawMask(random, from, op.recurrentDropout(), state, size.s, work, size.hMasks());
    }
  }

  private void drawMask(
      Philox random,
      long first,
      double rate,
      ChannelsLast format,
      int elements,
      float[] work,
      int to) {
    float kept = (float) (1 / (1 - rate));
    for (int i = 0; i < GateOrder.COUNT * size.n; i++) {
      for (int k = 0; k < elements; k++) {
        long index = first + (long) i * elements + format.userIndex(k);
        work[to + i * elements + k] = random.keeps(index, rate) ? kept : 0;
      }
    }
  }

  private void readPeepholes(List<? extends Buffer> inputs, float[] work) {
    if (op.peephole()) {
      state.read(input(inputs, "wci"), 0, work, size.peephole(0));
      state.read(input(inputs, "wcf"), 0, work, size.peephole(1));
      state.read(input(inputs, "wco"), 0, work, size.peephole(2));
    }
  }

  @Override
  protected void addGradients(Backward call) {
    float[] work = memory(call.workspace());
    float[] store = memory(call.reserve());
    float[] mask = optional(call.inputs(), "mask");
    drawMasks(call.random(), work);
    readPeepholes(call.inputs(), work);
    if (op.peephole()) {
      Arrays.fill(work, size.peepholeGradient(0), size.peepholeGradient(3), 0);
    }
    inputConvolution.transpose(input(call.inputs(), "wx"), work, size.transposedX());
    recurrentConvolution.transpose(input(call.inputs(), "wh"), work, size.transposedH());
    readGradient(given(call.outputGradients(), "hT"), work, size.dh());
    readGradient(given(call.outputGradients(), "cT"), work, size.dc());
    Arrays.fill(work, size.dOut(), size.dOut() + size.n * size.s, 0);
    for (int step = size.t - 1; step >= 0; step--) {
      int frame = frame(step);
      addOutputGradient(given(call.outputGradients(), "y"), work, mask, step, frame);
      gates.backward(work, store, mask, step, frame);
      weightGradients(call, work, store, step, frame);
      inputGradient(call, work, frame);
      stateGradient(work, mask, frame);
    }
    addGradient(work, size.dh(), wanted(call.inputGradients(), "h0"));
    addGradient(work, size.dc(), wanted(call.inputGradients(), "c0"));
    if (op.peephole()) {
      addPeephole(work, 0, optional(call.inputGradients(), "wci"));
      addPeephole(work, 1, optional(call.inputGradients(), "wcf"));
      addPeephole(work, 2, optional(call.inputGradients(), "wco"));
    }
  }

  private void readGradient(float @Nullable [] gradient, float[] work, int to) {
    if (gradient == null) {
      Arrays.fill(work, to, to + size.n * size.s, 0);
    } else {
      state.readAll(gradient, work, to, size.n);
    }
  }

  private void addGradient(float[] work, int from, float @Nullable [] gradient) {
    if (gradient != null) {
      state.addAll(work, from, gradient, size.n);
    }
  }

  private void addPeephole(float[] work, int which, float @Nullable [] gradient) {
    if (gradient != null) {
      state.add(work, size.peepholeGradient(which), gradient, 0);
    }
  }

  /**
   * Adds the gradient of a step's output to that of h. What a masked step repeats, it owes to the
   * step before: its gradient waits in dOut.
   */
  private void addOutputGradient(
      float @Nullable [] dy, float[] work, float @Nullable [] mask, int step, int frame) {
    for (int i = 0; i < size.n; i++) {
      int dOut = size.dOut() + i * size.s;
      if (dy != null && (op.returnSequences() || step == size.t - 1)) {
        int from = op.returnSequences() ? (i * size.t + step) * size.s : i * size.s;
        for (int k = 0; k < size.s; k++) {
          work[dOut + k] += dy[from + state.userIndex(k)];
        }
      }
      boolean counts = mask == null || mask[i * size.t + frame] != 0;
      if (counts) {
        for (int k = 0; k < size.s; k++) {
          work[size.dh() + i * size.s + k] += work[dOut + k];
        }
      }
      if (counts || op.zeroOutputForMask()) {
        Arrays.fill(work, dOut, dOut + size.s, 0);
      }
    }
  }

  private void weightGradients(Backward call, float[] work, float[] store, int step, int frame) {
    Frames dz = new Frames(work, size.dz(), size.z, size.n);
    float[] dwx = wanted(call.inputGradients(), "wx");
    if (dwx != null) {
      Frames xt = frames(input(call.inputs(), "x"), work, frame);
      for (GateRange g : GateRange.of(op.dropout() > 0, op.filters())) {
        Frames in = masked(xt, work, size.xMasks(), g, size.x, size.masked());
        inputConvolution.addWeightGradient(in, dz, dwx, g.first(), g.last());
      }
    }
    float[] dwh = wanted(call.inputGradients(), "wh");
    if (dwh != null) {
      Frames h = new Frames(store, size.h(step), size.s, size.n);
      for (GateRange g : GateRange.of(op.recurrentDropout() > 0, op.filters())) {
        Frames in = masked(h, work, size.hMasks(), g, size.s, size.masked());
        recurrentConvolution.addWeightGradient(in, dz, dwh, g.first(), g.last());
      }
    }
    float[] db = optional(call.inputGradients(), "b");
    if (db != null) {
      inputConvolution.addBiasGradient(dz, db, 0);
    }
  }

  private void inputGradient(Backward call, float[] work, int frame) {
    float[] dx = wanted(call.inputGradients(), "x");
    if (dx == null) {
      return;
    }
    Frames dz = new Frames(work, size.dz(), size.z, size.n);
    Frames sum = new Frames(work, size.frames(), size.x, size.n);
    Arrays.fill(work, sum.offset(), sum.offset() + size.n * size.x, 0);
    for (GateRange g : GateRange.of(op.dropout() > 0, op.filters())) {
      addThroughMask(inputConvolution, dz, work, size.transposedX(), g, size.xMasks(), sum);
    }
    for (int i = 0; i < size.n; i++) {
      image.add(work, sum.offset() + i * size.x, dx, (i * size.t + frame) * size.x);
    }
  }

  /** Leaves in dh the gradient of the h that the step started from. */
  private void stateGradient(float[] work, float @Nullable [] mask, int frame) {
    for (int i = 0; i < size.n; i++) {
      if (mask == null || mask[i * size.t + frame] != 0) {
        Arrays.fill(work, size.dh() + i * size.s, size.dh() + (i + 1) * size.s, 0);
      }
    }
    Frames dz = new Frames(work, size.dz(), size.z, size.n);
    Frames dh = new Frames(work, size.dh(), size.s, size.n);
    for (GateRange g : GateRange.of(op.recurrentDropout() > 0, op.filters())) {
      addThroughMask(recurrentConvolution, dz, work, size.transposedH(), g, size.hMasks(), dh);
    }
  }

  private void addThroughMask(
      Convolution convolution,
      Frames dz,
      float[] work,
      int transposed,
      GateRange gate,
      int masks,
      Frames sum) {
    if (gate.gate() < 0) {
      convolution.addDataGradient(dz, work, transposed, sum, gate.first(), gate.last());
      return;
    }
    int elements = sum.distance();
    Frames part = new Frames(work, size.masked(), elements, size.n);
    Arrays.fill(work, part.offset(), part.offset() + size.n * elements, 0);
    convolution.addDataGradient(dz, work, transposed, part, gate.first(), gate.last());
    int mask = masks + gate.gate() * size.n * elements;
    for (int k = 0; k < size.n * elements; k++) {
      work[sum.offset() + k] += work[part.offset() + k] * work[mask + k];
    }
  }
}
