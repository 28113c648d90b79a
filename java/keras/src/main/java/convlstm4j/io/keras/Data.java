package convlstm4j.io.keras;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;

/** An array of an HDF5 file. */
interface Data {
  /** Its shape; without axes for a single number. */
  Shape shape();

  /** Whether its values need 64 bits. */
  boolean isDouble();

  /** Its values; fails if they are no numbers. */
  Tensor read(DType dtype);

  /** Its only value as a whole number. */
  long integer();
}
