package convlstm4j.program;

/** Whose a {@link Parameter} or {@link State} is: a layer. */
public interface Owner {
  /**
   * Name with those of the layers around it.
   *
   * @return for instance {@code bidirectional/forward_lstm}
   */
  String path();

  /**
   * Whether training changes the weights.
   *
   * @return false while frozen
   */
  boolean isTrainable();
}
