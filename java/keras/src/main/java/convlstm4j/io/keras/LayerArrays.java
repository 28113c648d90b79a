package convlstm4j.io.keras;

import java.util.List;

/**
 * The weights that a file has of one layer.
 *
 * @param layer the layer's name, or where in the file it stands if the file does not say
 * @param arrays in the order of Keras's {@code layer.weights}: trainable ones first
 */
record LayerArrays(String layer, List<Named> arrays) {
  /**
   * A weight.
   *
   * @param name what the file calls it, for messages
   * @param data its values
   */
  record Named(String name, Data data) {}
}
