package convlstm4j.graph;

/** The lowering of a call that runs as at inference in training too. */
final class AtInference extends ForwardingLowering {
  AtInference(Lowering g) {
    super(g);
  }

  @Override
  public boolean training() {
    return false;
  }
}
