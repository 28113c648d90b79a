package convlstm4j.graph;

import convlstm4j.tensor.Shape;
import java.util.Optional;

/**
 * An array in a graph that is being built: an input, or an output of a layer's call. Keras's
 * symbolic tensor.
 */
public final class Symbol {
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

  @Override
  public String toString() {
    return "output " + index + " of " + node.layer().label() + ", shape " + shape;
  }
}
