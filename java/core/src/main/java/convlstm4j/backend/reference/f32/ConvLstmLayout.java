package convlstm4j.backend.reference.f32;

import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.GateOrder;
import convlstm4j.tensor.Shape;

/**
 * Sizes of a ConvLSTM and where its arrays lie in workspace and reserve. What the backward pass
 * needs (gates, states, pre-activations) lies in the reserve, for every step; at inference it lies
 * in the workspace, for one step, with two states that take turns. Offsets are counted in 64 bits
 * until an array is used: a plan may be made for sizes that no array can hold, to tell what they
 * would cost.
 */
final class ConvLstmLayout {
  private static final int PEEPHOLES = 3;

  final boolean training;

  /** Samples, steps. */
  final int n;

  final int t;

  /** Elements of one frame of x, of h or c, of the pre-activations; columns 4F. */
  final int x;

  final int s;
  final int z;
  final int columns;

  private final long gates;
  private final long pre;
  private final long h;
  private final long c;
  private final long stored;
  private final boolean keepsPre;

  private long workspace;
  private final long frames;
  private final long masked;
  private final long out;
  private final long xMasks;
  private final long hMasks;
  private final long peepholes;
  private final long peepholeGradients;
  private final long transposedX;
  private final long transposedH;
  private final long dz;
  private final long dh;
  private final long dc;
  private final long dOut;

  ConvLstmLayout(ConvLstm2d op, Shape xShape, Shape stateImage, boolean training) {
    this.training = training;
    n = (int) xShape.dim(0);
    t = (int) xShape.dim(1);
    x = (int) xShape.from(2).elements();
    s = (int) stateImage.elements();
    z = GateOrder.COUNT * s;
    columns = GateOrder.COUNT * op.filters();
    keepsPre =
        training
            && (Activations.needsInput(op.activation())
                || Activations.needsInput(op.recurrentActivation()));
    long steps = training ? t : 1;
    gates = 0;
    pre = gates + steps * n * z;
    h = pre + (keepsPre ? steps * n * z : 0);
    c = h + states() * n * s;
    stored = c + states() * n * s;

    workspace = training ? 0 : stored;
    frames = take((long) n * x);
    masked = take(op.dropout() > 0 || op.recurrentDropout() > 0 ? (long) n * Math.max(x, s) : 0);
    out = take(op.masked() ? (long) n * s : 0);
    xMasks = take(op.dropout() > 0 ? (long) GateOrder.COUNT * n * x : 0);
    hMasks = take(op.recurrentDropout() > 0 ? (long) GateOrder.COUNT * n * s : 0);
    peepholes = take(op.peephole() ? (long) PEEPHOLES * s : 0);
    peepholeGradients = take(training && op.peephole() ? (long) PEEPHOLES * s : 0);
    long taps = (long) op.window().size().get(0) * op.window().size().get(1);
    long channels = op.window().format().channels(xShape.from(2));
    transposedX = take(training ? taps * channels * columns : 0);
    transposedH = take(training ? taps * op.filters() * columns : 0);
    dz = take(training ? (long) n * z : 0);
    dh = take(training ? (long) n * s : 0);
    dc = take(training ? (long) n * s : 0);
    dOut = take(training ? (long) n * s : 0);
  }

  private long take(long elements) {
    long at = workspace;
    workspace += elements;
    return at;
  }

  private long states() {
    return training ? t + 1L : 2;
  }

  long workspace() {
    return workspace;
  }

  long reserve() {
    return training ? stored : 0;
  }

  /** {@code [N,P,4F]} of a step: pre-activations, then gates. */
  int gates(int step) {
    return (int) (gates + (training ? (long) step * n * z : 0));
  }

  /** {@code [N,P,4F]} of a step: a copy of the pre-activations, where derivatives need them. */
  int pre(int step) {
    return (int) (pre + (long) step * n * z);
  }

  boolean keepsPre() {
    return keepsPre;
  }

  /** {@code [N,P,F]}: h before a step. */
  int h(int step) {
    return (int) (h + (training ? step : step % 2) * (long) n * s);
  }

  /** {@code [N,P,F]}: c before a step. */
  int c(int step) {
    return (int) (c + (training ? step : step % 2) * (long) n * s);
  }

  /** {@code [N,H,W,C]}: a step's frames or their gradient. */
  int frames() {
    return (int) frames;
  }

  /** Frames or states times a dropout mask. */
  int masked() {
    return (int) masked;
  }

  /** {@code [N,P,F]}: the last output, where there is a mask. */
  int out() {
    return (int) out;
  }

  /** {@code [4,N,H,W,C]}. */
  int xMasks() {
    return (int) xMasks;
  }

  /** {@code [4,N,P,F]}. */
  int hMasks() {
    return (int) hMasks;
  }

  /** {@code [P,F]}: wci, wcf, wco. */
  int peephole(int which) {
    return (int) (peepholes + (long) which * s);
  }

  /** {@code [P,F]}: gradients of wci, wcf, wco. */
  int peepholeGradient(int which) {
    return (int) (peepholeGradients + (long) which * s);
  }

  /** wx as {@code [KH,KW,4F,C]}. */
  int transposedX() {
    return (int) transposedX;
  }

  /** wh as {@code [KH,KW,4F,F]}. */
  int transposedH() {
    return (int) transposedH;
  }

  /** {@code [N,P,4F]}: gradient of the pre-activations. */
  int dz() {
    return (int) dz;
  }

  /** {@code [N,P,F]}: gradient of h after, then before the step. */
  int dh() {
    return (int) dh;
  }

  /** {@code [N,P,F]}: gradient of c after, then before the step. */
  int dc() {
    return (int) dc;
  }

  /** {@code [N,P,F]}: gradient of the output that masked steps repeat. */
  int dOut() {
    return (int) dOut;
  }
}
