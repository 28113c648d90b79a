package convlstm4j.backend;

/** A plan that knows whether it is closed: native code would run on what was given back. */
final class GuardedPlan implements Plan {
  private final Plan plan;
  private boolean closed;

  GuardedPlan(Plan plan) {
    this.plan = plan;
  }

  private Plan open() {
    if (closed) {
      throw new IllegalStateException(
          "the plan ("
              + plan.algorithm()
              + ") is closed; have the backend make another, and close it after its last run");
    }
    return plan;
  }

  @Override
  public long workspaceBytes() {
    return plan.workspaceBytes();
  }

  @Override
  public long reserveBytes() {
    return plan.reserveBytes();
  }

  @Override
  public String algorithm() {
    return plan.algorithm();
  }

  @Override
  public void forward(Forward call) {
    open().forward(call);
  }

  @Override
  public void backward(Backward call) {
    open().backward(call);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      plan.close();
    }
  }
}
