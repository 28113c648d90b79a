package convlstm4j.graph;

import convlstm4j.spi.Providers;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * An array in a graph that is being built: an input, or an output of a layer's call. Keras's
 * symbolic tensor. Its methods are operations on tensors, of which {@code layer.Operations} has
 * more: {@code x.index(1, -1).times(2)} is Python's {@code x[:, -1] * 2}.
 */
public final class Symbol {
  /** Found when first used. */
  private static final class Operators {
    static final TensorOperations ALL =
        Providers.of(TensorOperations.class, List.of("convlstm4j.layer.SymbolOperations")).get(0);
  }

  private final Node node;
  private final int index;
  private final Shape shape;
  private final Optional<Shape> maskShape;

  Symbol(Node node, int index, Shape shape, Optional<Shape> maskShape) {
    this.node = node;
    this.index = index;
    this.shape = shape;
    this.maskShape = maskShape;
  }

  /**
   * Sizes of the axes, the batch first.
   *
   * @return the shape, in which batch and time may be unknown
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Sizes of the axes of the mask that comes with it, which says of the positions which ones count.
   *
   * @return empty if there is none: all count
   */
  public Optional<Shape> maskShape() {
    return maskShape;
  }

  /**
   * The call that yields it.
   *
   * @return the node
   */
  public Node node() {
    return node;
  }

  /**
   * Which of the call's outputs it is.
   *
   * @return 0 for the first
   */
  public int index() {
    return index;
  }

  /**
   * The sum with another array, element by element; sizes of 1 and missing axes are repeated.
   *
   * @param other the second operand
   * @return {@code x + y}
   * @throws convlstm4j.op.ShapeException if the shapes do not go together
   */
  public Symbol plus(Symbol other) {
    return Operators.ALL.of("Add").apply(this, other);
  }

  /**
   * The sum with a number.
   *
   * @param number the second operand
   * @return {@code x + y}
   */
  public Symbol plus(double number) {
    return Operators.ALL.with("Add", number).apply(this);
  }

  /**
   * The difference with another array, element by element; sizes of 1 and missing axes are
   * repeated.
   *
   * @param other the second operand
   * @return {@code x - y}
   * @throws convlstm4j.op.ShapeException if the shapes do not go together
   */
  public Symbol minus(Symbol other) {
    return Operators.ALL.of("Subtract").apply(this, other);
  }

  /**
   * The difference with a number.
   *
   * @param number the second operand
   * @return {@code x - y}
   */
  public Symbol minus(double number) {
    return Operators.ALL.with("Subtract", number).apply(this);
  }

  /**
   * The product with another array, element by element; sizes of 1 and missing axes are repeated.
   *
   * @param other the second operand
   * @return {@code x y}
   * @throws convlstm4j.op.ShapeException if the shapes do not go together
   */
  public Symbol times(Symbol other) {
    return Operators.ALL.of("Multiply").apply(this, other);
  }

  /**
   * The product with a number.
   *
   * @param number the second operand
   * @return {@code x y}
   */
  public Symbol times(double number) {
    return Operators.ALL.with("Multiply", number).apply(this);
  }

  /**
   * The quotient with another array, element by element; sizes of 1 and missing axes are repeated.
   *
   * @param other the second operand
   * @return {@code x / y}
   * @throws convlstm4j.op.ShapeException if the shapes do not go together
   */
  public Symbol over(Symbol other) {
    return Operators.ALL.of("TrueDivide").apply(this, other);
  }

  /**
   * The quotient with a number.
   *
   * @param number the second operand
   * @return {@code x / y}
   */
  public Symbol over(double number) {
    return Operators.ALL.with("TrueDivide", number).apply(this);
  }

  /**
   * Each element with the other sign; {@code x.negated().plus(1)} is {@code 1 - x}.
   *
   * @return {@code -x}
   */
  public Symbol negated() {
    return each("Negative");
  }

  /**
   * A function of each element.
   *
   * @param kind Keras's class of an operation of one tensor without options, such as {@code Exp},
   *     {@code Sqrt}, {@code Tanh}
   * @return its values
   * @throws IllegalArgumentException if there is none
   */
  public Symbol each(String kind) {
    return Operators.ALL.of(kind).apply(this);
  }

  /**
   * One place along an axis, which the result has not: {@code index(1, -1)} is Python's {@code x[:,
   * -1]}.
   *
   * @param axis along which, not the batch, 0; negative from the end
   * @param place negative from the end
   * @return that place
   * @throws convlstm4j.op.ShapeException if there is none
   */
  public Symbol index(int axis, int place) {
    return Operators.ALL.index(axis, place).apply(this);
  }

  /**
   * Places in a row along an axis, as Python's {@code from:to}.
   *
   * @param axis along which, not the batch, 0; negative from the end
   * @param from the first one, negative from the end
   * @param to behind the last one, negative from the end
   * @return these places
   * @throws convlstm4j.op.ShapeException if there are none
   */
  public Symbol slice(int axis, int from, int to) {
    return Operators.ALL.slice(axis, from, to).apply(this);
  }

  /**
   * All places from one on along an axis, as Python's {@code from:}.
   *
   * @param axis along which, not the batch, 0; negative from the end
   * @param from the first one, negative from the end
   * @return these places
   * @throws convlstm4j.op.ShapeException if there are none
   */
  public Symbol slice(int axis, int from) {
    return Operators.ALL.slice(axis, from).apply(this);
  }

  /**
   * Parts of equal size along an axis.
   *
   * @param axis along which, not the batch, 0; negative from the end
   * @param parts how many
   * @return the parts
   * @throws convlstm4j.op.ShapeException if the size cannot be divided so
   */
  public List<Symbol> split(int axis, int parts) {
    return Operators.ALL.split(axis, parts).applyAll(Arguments.of(List.of(this)));
  }

  /**
   * Arrays of one shape beside each other along a new axis.
   *
   * @param axis its place in the result, not 0
   * @param arrays one or more
   * @return the stack
   * @throws convlstm4j.op.ShapeException if the shapes differ
   */
  public static Symbol stack(int axis, Symbol... arrays) {
    return Operators.ALL.stack(axis).apply(arrays);
  }

  /**
   * New axes of size 1.
   *
   * @param axes their places in the result, not 0
   * @return the same elements
   */
  public Symbol expandDims(int... axes) {
    return Operators.ALL.expandDims(axes).apply(this);
  }

  /**
   * Without axes of size 1.
   *
   * @param axes which
   * @return the same elements
   * @throws convlstm4j.op.ShapeException if one has another size
   */
  public Symbol squeeze(int... axes) {
    return Operators.ALL.squeeze(axes).apply(this);
  }

  /**
   * Another order of axes.
   *
   * @param axes this array's axis for each of the result's, the batch, 0, first
   * @return the same elements
   * @throws convlstm4j.op.ShapeException if that is no order of all axes
   */
  public Symbol transpose(int... axes) {
    return Operators.ALL.transpose(axes).apply(this);
  }

  /**
   * The mean along axes.
   *
   * @param keepDims whether these axes stay, with size 1
   * @param axes along which, not the batch, 0; negative from the end
   * @return the mean
   * @throws convlstm4j.op.ShapeException if there is no such axis
   */
  public Symbol mean(boolean keepDims, int... axes) {
    return Operators.ALL.reduced("Mean", keepDims, axes).apply(this);
  }

  /**
   * The sum along axes.
   *
   * @param keepDims whether these axes stay, with size 1
   * @param axes along which, not the batch, 0; negative from the end
   * @return the sum
   * @throws convlstm4j.op.ShapeException if there is no such axis
   */
  public Symbol sum(boolean keepDims, int... axes) {
    return Operators.ALL.reduced("Sum", keepDims, axes).apply(this);
  }

  /**
   * The largest along axes.
   *
   * @param keepDims whether these axes stay, with size 1
   * @param axes along which, not the batch, 0; negative from the end
   * @return the largest
   * @throws convlstm4j.op.ShapeException if there is no such axis
   */
  public Symbol max(boolean keepDims, int... axes) {
    return Operators.ALL.reduced("Max", keepDims, axes).apply(this);
  }

  /**
   * The smallest along axes.
   *
   * @param keepDims whether these axes stay, with size 1
   * @param axes along which, not the batch, 0; negative from the end
   * @return the smallest
   * @throws convlstm4j.op.ShapeException if there is no such axis
   */
  public Symbol min(boolean keepDims, int... axes) {
    return Operators.ALL.reduced("Min", keepDims, axes).apply(this);
  }

  @Override
  public String toString() {
    return "output " + index + " of " + node.layer().label() + ", shape " + shape;
  }
}
