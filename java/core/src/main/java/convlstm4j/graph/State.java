package convlstm4j.graph;

/** What a stateful layer remembers from one run to the next. Its identity is the object. */
public final class State {
  private final Layer layer;
  private final String localName;

  State(Layer layer, String localName) {
    this.layer = layer;
    this.localName = localName;
  }

  /**
   * Name within the outermost model ({@link Network#name(State)} has that within another).
   *
   * @return the layer's path and the local name, as {@code conv_lstm2d/h}
   */
  public String name() {
    return layer.path() + "/" + localName;
  }

  @Override
  public String toString() {
    return name();
  }
}
