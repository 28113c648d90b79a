package convlstm4j.backend.onednn;

import convlstm4j.backend.Layout;

/**
 * Where a ConvLSTM's arrays lie in workspace and reserve, in floats. Time runs outermost, so that a
 * stretch of steps is one batch; channels run innermost. What is kept for the backward pass lies in
 * the reserve for every step; at inference there is one state and one chunk of gates, in the
 * workspace.
 */
final class ConvLstmParts {
  /** {@code [T or chunk, N, P, 4F]}; backward overwrites them with their gradients. */
  final long gates;

  /** {@code [T+1 or 1, N, P, F]}: the states before each step and after the last. */
  final long h;

  final long c;

  /** {@code [chunk, N, image, C copies]}: what enters the input convolution, if not x itself. */
  final long xs;

  /** {@code [chunk, N, image, C copies]}: its gradient. */
  final long dxs;

  /** {@code [N, image, C]}: one step of x or its gradient, where dropout makes copies. */
  final long xStep;

  /** {@code [1 or chunk, N, P, 4F]}: what enters the recurrent convolution, with dropout. */
  final long hs;

  final long xMasks;
  final long hMasks;

  /** {@code [N, P, F]}: a step's output or its gradient, channels last. */
  final long output;

  /** {@code [3, P, F]}. */
  final long peepholes;

  final long dPeepholes;

  /** {@code [N, P, F]}. */
  final long dh;

  final long dc;

  /** {@code [N, P, F]}: dh of masked samples, over the recurrent convolution. */
  final long carried;

  /** {@code [N, P, 4F]}: gradient of hs of one step. */
  final long dhs;

  /** {@code [4F]}. */
  final long db;

  /** Weights, and their gradients, as oneDNN likes them best. */
  final long packedX;

  final long packedH;
  final long dPackedX;
  final long dPackedH;

  final long scratch;

  ConvLstmParts(ConvLstmShape d, ConvLstmPrims prims, Layout workspace, Layout reserve) {
    boolean training = d.training;
    Layout kept = training ? reserve : workspace;
    long steps = training ? d.t : d.chunk;
    long states = training ? d.t + 1L : 1;
    long state = d.n * d.s;
    gates = kept.take(steps * d.n * d.z);
    h = kept.take(states * state);
    c = kept.take(states * state);
    long frames = (long) d.chunk * d.n * d.x * d.xCopies;
    xs = workspace.take(d.xInPlace ? 0 : frames);
    dxs = workspace.take(training ? frames : 0);
    xStep = workspace.take(d.xCopies > 1 ? d.n * d.x : 0);
    hs = workspace.take(d.hCopies > 1 ? (training ? d.chunk : 1L) * d.n * d.z : 0);
    xMasks = workspace.take(d.xCopies > 1 ? (long) d.xCopies * d.n * d.x : 0);
    hMasks = workspace.take(d.hCopies > 1 ? d.n * d.z : 0);
    output = workspace.take(d.last ? 0 : state);
    peepholes = workspace.take(d.op.peephole() ? 3 * d.s : 0);
    dPeepholes = workspace.take(training && d.op.peephole() ? 3 * d.s : 0);
    dh = workspace.take(training ? state : 0);
    dc = workspace.take(training ? state : 0);
    carried = workspace.take(training && d.op.masked() ? state : 0);
    dhs = workspace.take(training && d.hCopies > 1 ? d.n * d.z : 0);
    db = workspace.take(training ? 4L * d.filters : 0);
    packedX = workspace.takeBytes(prims.packedXBytes());
    packedH = workspace.takeBytes(prims.packedHBytes());
    dPackedX = workspace.takeBytes(training ? prims.packedXBytes() : 0);
    dPackedH = workspace.takeBytes(training ? prims.packedHBytes() : 0);
    scratch = workspace.takeBytes(prims.scratchBytes());
  }
}
