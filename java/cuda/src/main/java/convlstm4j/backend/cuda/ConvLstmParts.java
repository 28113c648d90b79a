package convlstm4j.backend.cuda;

import convlstm4j.backend.Layout;
import convlstm4j.op.GateOrder;

/** Where a ConvLSTM's arrays lie in workspace and reserve: offsets in bytes. */
final class ConvLstmParts {
  /** Packed weights, later their gradients. */
  final long wx;

  final long wh;

  /** {@code [N,T,X]}: x with channels first, later dx. */
  final long x;

  /** {@code [N,T,4,X]}: x times its dropout masks, later the gradient. */
  final long xs;

  /** {@code [4,N,X]} and {@code [4,N,S]}. */
  final long xMasks;

  final long hMasks;

  /** {@code [N,outputs,S]}: y with channels first, later dy. */
  final long y;

  /** {@code [N,image]}: h where an option needs it; {@code [N,S]}: the last output. */
  final long running;

  final long output;

  /**
   * {@code [N,S]} and {@code [N,4,S]}, without border: h0 and its copies, later their gradients.
   */
  final long state;

  final long copies;

  /** {@code [4F]}: zeros in place of a bias. */
  final long noBias;

  /** The numbers 0 and 1. */
  final long zero;

  final long one;

  /** Three peepholes {@code [S]} with channels first, and their gradients. */
  final long peepholes;

  final long dPeepholes;

  /**
   * Gradients on their way back through time: {@code [N,copies,image]} of h, {@code [N,S]} of c, of
   * what masked steps hand on.
   */
  final long dh;

  final long dc;
  final long carry;
  final long dOutput;

  /** cuDNN's own. */
  final long scratch;

  /**
   * In the reserve where training keeps them, else in the workspace: {@code [N,steps,4,S]}, {@code
   * [N,T,copies,image]} or {@code [N,copies,image]}, {@code [N,T,S]} or {@code [N,S]}.
   */
  final long z;

  final long h;
  final long c;

  /** {@code [N,image]}, {@code [N,S]}: h and c after the last step, where the user's differ. */
  final long hLast;

  final long cLast;

  ConvLstmParts(ConvLstmSizes d, int zSteps, long scratchBytes, Layout workspace, Layout reserve) {
    long states = d.n * d.s;
    long images = d.n * d.hidden.elements();
    boolean dropX = d.xCopies > 1;
    boolean dropH = d.hCopies > 1;
    wx = workspace.take(d.input.weightElements());
    wh = workspace.take(d.hidden.convolution().weightElements());
    x = workspace.take(d.first && !dropX ? 0 : d.n * d.t * d.x);
    xs = workspace.take(dropX ? d.n * d.t * d.x * d.xCopies : 0);
    xMasks = workspace.take(dropX ? GateOrder.COUNT * d.n * d.x : 0);
    hMasks = workspace.take(dropH ? GateOrder.COUNT * states : 0);
    y = workspace.take(d.first ? 0 : states * d.outputs());
    running = workspace.take(d.keepsRunning() ? images : 0);
    output = workspace.take(d.keepsOutput() ? states : 0);
    state = workspace.take(dropH ? states : 0);
    copies = workspace.take(dropH && d.hidden.hasBorder() ? GateOrder.COUNT * states : 0);
    noBias = workspace.take(d.op.useBias() ? 0 : GateOrder.COUNT * d.filters);
    zero = workspace.take(1);
    one = workspace.take(1);
    peepholes = workspace.take(d.op.peephole() ? 3 * d.s : 0);
    dPeepholes = workspace.take(d.op.peephole() && d.training ? 3 * d.s : 0);
    dh = workspace.take(d.training ? images * d.hCopies : 0);
    dc = workspace.take(d.training ? states : 0);
    carry = workspace.take(d.training && d.op.masked() ? states : 0);
    boolean repeats = d.op.masked() && !d.op.zeroOutputForMask();
    dOutput = workspace.take(d.training && repeats ? states : 0);
    scratch = workspace.takeBytes(scratchBytes);
    Layout kept = d.training ? reserve : workspace;
    long steps = d.training ? d.t : 1;
    z = kept.take(d.n * zSteps * d.z);
    h = kept.take(images * steps * d.hCopies);
    c = kept.take(states * steps);
    hLast = workspace.take(d.first && !d.hidden.hasBorder() ? 0 : images);
    cLast = kept.take(d.first ? 0 : states);
  }
}
