package convlstm4j.model;

/** Ends a step between two stretches, since a stop was asked for: nothing has changed. */
final class StepStopped extends RuntimeException {
  private static final long serialVersionUID = 1;

  StepStopped() {
    super("stopped between two stretches of a step");
  }
}
