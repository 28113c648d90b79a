package convlstm4j.backend;

/** A plan that hands everything on to another, but for what is overridden. */
public class ForwardingPlan implements Plan {
  private final Plan real;

  /**
   * Makes it.
   *
   * @param real the plan that does the work; closed with this one
   */
  public ForwardingPlan(Plan real) {
    this.real = real;
  }

  @Override
  public long workspaceBytes() {
    return real.workspaceBytes();
  }

  @Override
  public long reserveBytes() {
    return real.reserveBytes();
  }

  @Override
  public String algorithm() {
    return real.algorithm();
  }

  @Override
  public void forward(Forward call) {
    real.forward(call);
  }

  @Override
  public boolean writesGradient(int input) {
    return real.writesGradient(input);
  }

  @Override
  public void backward(Backward call) {
    real.backward(call);
  }

  @Override
  public void close() {
    real.close();
  }
}
