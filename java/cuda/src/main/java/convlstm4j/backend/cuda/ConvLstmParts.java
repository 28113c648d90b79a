package convlstm4j.backend.cuda;

import convlstm4j.backend.cuda.CudaPlan.Layout;
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

  /** {@code [N,S]}: h while an option needs it, and the last output. */
  final long running;

  final long output;

  /** Three peepholes {@code [S]} with channels first, and their gradients. */
  final long peepholes;

  final long dPeepholes;

  /** {@code [N,S]} (dh: for each copy of h): gradients on their way back through time. */
  final long dh;

  final long dc;
  final long carry;
  final long dOutput;

  /** cuDNN's own. */
  final long scratch;

  /**
   * In the reserve where training keeps them, else in the workspace: {@code [N,steps,4,S]}, {@code
   * [N,T,copies,S]} or {@code [N,copies,S]}, {@code [N,T,S]} or {@code [N,S]}.
   */
  final long z;

  final long h;
  final long c;

  /** {@code [N,S]}: h and c after the last step, where the user's are not channels first. */
  final long hLast;

  final long cLast;

  ConvLstmParts(ConvLstmSizes d, int zSteps, long scratchBytes, Layout workspace, Layout reserve) {
    long states = d.n * d.s;
    boolean dropX = d.xCopies > 1;
    wx = workspace.take(d.input.weightElements());
    wh = workspace.take(d.recurrent.weightElements());
    x = workspace.take(d.first && !dropX ? 0 : d.n * d.t * d.x);
    xs = workspace.take(dropX ? d.n * d.t * d.x * d.xCopies : 0);
    xMasks = workspace.take(dropX ? GateOrder.COUNT * d.n * d.x : 0);
    hMasks = workspace.take(d.hCopies > 1 ? GateOrder.COUNT * states : 0);
    y = workspace.take(d.first ? 0 : states * d.outputs());
    running = workspace.take(states);
    output = workspace.take(d.op.masked() ? states : 0);
    peepholes = workspace.take(d.op.peephole() ? 3 * d.s : 0);
    dPeepholes = workspace.take(d.op.peephole() && d.training ? 3 * d.s : 0);
    dh = workspace.take(d.training ? states * d.hCopies : 0);
    dc = workspace.take(d.training ? states : 0);
    carry = workspace.take(d.training ? states : 0);
    dOutput = workspace.take(d.training && d.op.masked() ? states : 0);
    scratch = workspace.takeBytes(scratchBytes);
    Layout kept = d.training ? reserve : workspace;
    long steps = d.training ? d.t : 1;
    z = kept.take(d.n * zSteps * d.z);
    h = kept.take(states * steps * d.hCopies);
    c = kept.take(states * steps);
    hLast = workspace.take(d.first ? 0 : states);
    cLast = kept.take(d.first ? 0 : states);
  }
}
