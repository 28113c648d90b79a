package convlstm4j.program;

import convlstm4j.option.Constraint;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.tensor.Shape;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A layer's weight: what it is, not its value. Its identity is the object: a shared layer's weights
 * are shared.
 */
public final class Parameter {
  private final Owner owner;
  private final String localName;
  private final Shape shape;
  private final Initializer initializer;
  private final Regularizer regularizer;
  private final boolean trainable;
  private final @Nullable Constraint constraint;

  /**
   * Declares a weight without constraint.
   *
   * @param owner the layer
   * @param localName its name within the layer
   * @param shape sizes of its axes, in Keras's layout
   * @param initializer where its first value comes from
   * @param regularizer what it adds to the loss
   * @param trainable whether training changes it by gradient while its owner is trainable
   */
  public Parameter(
      Owner owner,
      String localName,
      Shape shape,
      Initializer initializer,
      Regularizer regularizer,
      boolean trainable) {
    this(owner, localName, shape, initializer, regularizer, trainable, null);
  }

  /**
   * Declares a weight.
   *
   * @param owner the layer
   * @param localName its name within the layer
   * @param shape sizes of its axes, in Keras's layout
   * @param initializer where its first value comes from
   * @param regularizer what it adds to the loss
   * @param trainable whether training changes it by gradient while its owner is trainable
   * @param constraint what it is brought back to after each training step; null for none
   */
  public Parameter(
      Owner owner,
      String localName,
      Shape shape,
      Initializer initializer,
      Regularizer regularizer,
      boolean trainable,
      @Nullable Constraint constraint) {
    this.owner = owner;
    this.localName = localName;
    this.shape = shape;
    this.initializer = initializer;
    this.regularizer = regularizer;
    this.trainable = trainable;
    this.constraint = constraint;
  }

  /**
   * Name within the owner.
   *
   * @return for instance {@code recurrent_kernel}
   */
  public String localName() {
    return localName;
  }

  /**
   * Name within the outermost model (a network has that within another).
   *
   * @return the layer's path and the local name, as {@code conv_lstm2d/kernel}
   */
  public String name() {
    return owner.path() + "/" + localName;
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
   * What the weight is brought back to after each training step.
   *
   * @return the constraint; empty for none
   */
  public Optional<Constraint> constraint() {
    return Optional.ofNullable(constraint);
  }

  /**
   * Whether training changes it by gradient: not for statistics, nor while its layer is frozen.
   *
   * @return true if an optimiser may update it
   */
  public boolean isTrainable() {
    return trainable && owner.isTrainable();
  }

  @Override
  public String toString() {
    return name() + " " + shape;
  }
}
