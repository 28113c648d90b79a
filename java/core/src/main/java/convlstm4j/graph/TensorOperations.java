package convlstm4j.graph;

/**
 * Makes the layers behind the methods of {@link Symbol}. Package {@code layer}, which lies above,
 * has them ({@code Operations}) and is found as a service.
 */
public interface TensorOperations {
  /**
   * An operation without options.
   *
   * @param kind Keras's class
   * @return the layer
   */
  Layer of(String kind);

  /**
   * An operation of a tensor and a number, {@code x - 2}.
   *
   * @param kind Keras's class
   * @param number the second operand
   * @return the layer
   */
  Layer with(String kind, double number);

  /**
   * One place along an axis.
   *
   * @param axis along which
   * @param place negative from the end
   * @return the layer
   */
  Layer index(int axis, int place);

  /**
   * Places in a row along an axis.
   *
   * @param axis along which
   * @param from the first one, negative from the end
   * @param to behind the last one, negative from the end
   * @return the layer
   */
  Layer slice(int axis, int from, int to);

  /**
   * All places from one on along an axis.
   *
   * @param axis along which
   * @param from the first one, negative from the end
   * @return the layer
   */
  Layer slice(int axis, int from);

  /**
   * Parts of equal size along an axis.
   *
   * @param axis along which
   * @param parts how many
   * @return the layer
   */
  Layer split(int axis, int parts);

  /**
   * Tensors beside each other along a new axis.
   *
   * @param axis its place in the output
   * @return the layer
   */
  Layer stack(int axis);

  /**
   * New axes of size 1.
   *
   * @param axes their places in the output
   * @return the layer
   */
  Layer expandDims(int... axes);

  /**
   * Without axes of size 1.
   *
   * @param axes which
   * @return the layer
   */
  Layer squeeze(int... axes);

  /**
   * Another order of axes.
   *
   * @param axes the input's axis for each of the output's
   * @return the layer
   */
  Layer transpose(int... axes);

  /**
   * What is made of all elements along axes.
   *
   * @param kind Keras's class: {@code Mean}, {@code Sum}, {@code Max}, {@code Min}
   * @param keepDims whether these axes stay, with size 1
   * @param axes along which
   * @return the layer
   */
  Layer reduced(String kind, boolean keepDims, int... axes);
}
