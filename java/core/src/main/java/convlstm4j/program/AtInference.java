package convlstm4j.program;

/** The lowering of a call that runs as at inference in training too. */
public final class AtInference extends ForwardingLowering {
  /**
   * Wraps a lowering.
   *
   * @param g where the ops go
   */
  public AtInference(Lowering g) {
    super(g);
  }

  @Override
  public boolean training() {
    return false;
  }
}
