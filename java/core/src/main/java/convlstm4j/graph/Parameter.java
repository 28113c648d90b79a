package convlstm4j.graph;

import convlstm4j.tensor.Shape;

/**
 * A layer's weight: what it is, not its value. Its identity is the object: a shared layer's weights
 * are shared.
 */
public final class Parameter {
  private final Layer layer;
  private final String localName;
  private final Shape shape;
  private final Initializer initializer;
  private final Regularizer regularizer;
  private final boolean trainable;

  Parameter(
      Layer layer,
      String localName,
      Shape shape,
      Initializer initializer,
      Regularizer regularizer,
      boolean trainable) {
    this.layer = layer;
    this.localName = localName;
    this.shape = shape;
    this.initializer = initializer;
    this.regularizer = regularizer;
    this.trainable = trainable;
  }

  /**
   * Name within the layer.
   *
   * @return for instance {@code recurrent_kernel}
   */
  public String localName() {
    return localName;
  }

  /**
   * Name within the outermost model ({@link Network#name(Parameter)} has that within another).
   *
   * @return the layer's path and the local name, as {@code conv_lstm2d/kernel}
   */
  public String name() {
    return layer.path() + "/" + localName;
  }

  /**
   * Sizes of the axes, in Keras's layout.
   *
   * @return a known shape
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Where the first value comes from.
   *
   * @return the initialiser
   */
  public Initializer initializer() {
    return initializer;
  }

  /**
   * What the weight adds to the loss.
   *
   * @return the regulariser; {@link Regularizer#NONE} for nothing
   */
  public Regularizer regularizer() {
    return regularizer;
  }

  /**
   * Whether training changes it by gradient: not for statistics, nor while its layer is frozen.
   *
   * @return true if an optimiser may update it
   */
  public boolean isTrainable() {
    return trainable && layer.isTrainable();
  }

  @Override
  public String toString() {
    return name() + " " + shape;
  }
}
