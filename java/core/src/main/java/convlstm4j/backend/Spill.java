package convlstm4j.backend;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;

/**
 * Arrays of a backend that lie in files, for what is kept long and looked at seldom: docs/adr/0066.
 * The system brings their pages into memory as they are used, and takes that memory back when it is
 * scarce.
 */
public interface Spill extends AutoCloseable {
  /**
   * Allocates a buffer whose elements may be anything, with all the room on disk that it needs.
   *
   * @param dtype element type
   * @param shape a known shape
   * @return a buffer that the caller closes before this
   * @throws BackendException if the disk is full or the file cannot be used
   */
  Buffer allocate(DType dtype, Shape shape);

  /**
   * Bytes of the files.
   *
   * @return bytes, whether or not buffers are in them
   */
  long heldBytes();

  /** Gives up the files; buffers in them must be closed before. */
  @Override
  void close();
}
