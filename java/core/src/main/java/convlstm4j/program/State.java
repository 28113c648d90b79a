package convlstm4j.program;

/** What a stateful layer remembers from one run to the next. Its identity is the object. */
public final class State {
  private final Owner owner;
  private final String localName;

  /**
   * Declares a state.
   *
   * @param owner the layer
   * @param localName its name within the layer
   */
  public State(Owner owner, String localName) {
    this.owner = owner;
    this.localName = localName;
  }

  /**
   * Name within the outermost model (a network has that within another).
   *
   * @return the layer's path and the local name, as {@code conv_lstm2d/h}
   */
  public String name() {
    return owner.path() + "/" + localName;
  }

  @Override
  public String toString() {
    return name();
  }
}
