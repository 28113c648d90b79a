package convlstm4j.layer;

import convlstm4j.program.ForwardingLowering;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;

/**
 * The lowering of what is inside a {@link TimeDistributed}, however deep: steps are folded into the
 * batch, which is the same as one step after the other but for batch statistics.
 */
final class StepByStep extends ForwardingLowering {
  private final Lowering outside;
  private final long steps;

  private StepByStep(Lowering outside, long steps) {
    super(outside);
    this.outside = outside;
    this.steps = steps;
  }

  /** Folds T more steps into each sample; T may be unknown. */
  static StepByStep folding(Lowering g, long t) {
    return g instanceof StepByStep outer
        ? new StepByStep(outer.outside, Shape.times(outer.steps, t))
        : new StepByStep(g, t);
  }

  /** Sees {@code [N*T, ..]} as {@code [N, T, ..]}. */
  Value unfold(Value x) {
    Shape s = x.shape();
    boolean known = s.dim(0) != Shape.UNKNOWN && steps != Shape.UNKNOWN;
    long n = known ? s.dim(0) / steps : Shape.UNKNOWN;
    return reshape(x, s.from(1).prepend(n, steps));
  }
}
