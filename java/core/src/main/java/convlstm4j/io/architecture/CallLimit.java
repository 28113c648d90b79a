package convlstm4j.io.architecture;

import convlstm4j.graph.Layer;

/**
 * How many calls of layers a model may have in all. A model inside is called with all its layers,
 * so that a few models inside each other, each called a few times, make more calls than any machine
 * can do. They are counted before they are made, by multiplication.
 */
final class CallLimit {
  /** System property with another limit. */
  static final String PROPERTY = "convlstm4j.model.calls";

  /** A hundred times the calls of the deepest networks met. */
  static final int DEFAULT = 100_000;

  private final long most = Integer.getInteger(PROPERTY, DEFAULT);
  private long made;

  /** Counts a call of a layer, with those of all layers inside it. */
  void count(Layer layer, Item call) {
    long all = made + Math.min(layer.callCount(), Integer.MAX_VALUE);
    if (all > most) {
      throw call.error(
          layer.label()
              + " is called, which with the layers of models inside makes over "
              + most
              + " calls of layers in the model; is the file what it should be? If so, raise the"
              + " limit with -D"
              + PROPERTY
              + "=N");
    }
    made = all;
  }
}
