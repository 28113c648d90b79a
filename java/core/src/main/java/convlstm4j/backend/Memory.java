package convlstm4j.backend;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;

/** A backend's memory: allocation, copies to and from the host, and the books on both. */
public interface Memory {
  /**
   * Allocates a buffer of zeros.
   *
   * @param dtype element type
   * @param shape a known shape
   * @return a buffer that the caller closes
   * @throws BackendException if there is not enough memory
   */
  Buffer allocate(DType dtype, Shape shape);

  /**
   * Copies from the host.
   *
   * @param source host values of the buffer's type and number of elements
   * @param target buffer to overwrite
   */
  void upload(Tensor source, Buffer target);

  /**
   * Copies to the host.
   *
   * @param source buffer to read
   * @return a tensor of its own of the buffer's type and shape
   */
  Tensor download(Buffer source);

  /**
   * Copies within the backend.
   *
   * @param source buffer to read
   * @param target buffer to overwrite, of the same type and number of elements
   */
  void copy(Buffer source, Buffer target);

  /**
   * Sets every element.
   *
   * @param target buffer to overwrite
   * @param value new value
   */
  void fill(Buffer target, double value);

  /**
   * Bytes in buffers that are not closed.
   *
   * @return bytes
   */
  long liveBytes();

  /**
   * Bytes that buffers may take in all.
   *
   * @return bytes, live ones included
   */
  long capacityBytes();
}
