package convlstm4j.backend;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;

/** A dense row-major array in a backend's memory; only that backend can look inside. */
public interface Buffer extends AutoCloseable {
  /**
   * Sizes of the axes.
   *
   * @return a known shape
   */
  Shape shape();

  /**
   * Element type.
   *
   * @return the type
   */
  DType dtype();

  /**
   * The same memory seen with another shape. The view is not to be closed and must not outlive this
   * buffer.
   *
   * @param shape a known shape with as many elements
   * @return a view
   */
  Buffer view(Shape shape);

  /** Gives the memory back; a second call does nothing. */
  @Override
  void close();
}
