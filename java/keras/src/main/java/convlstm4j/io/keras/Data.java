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

  /** Whether its values are whole numbers. */
  boolean isWhole();

  /** Its values; fails if they are no numbers. */
  Tensor read(DType dtype);

  /** Its only value as a whole number. */
  long integer();

  /**
   * Floats to be written.
   *
   * @param tensor the values
   */
  record Floats(Tensor tensor) implements Data {
    @Override
    public Shape shape() {
      return tensor.shape();
    }

    @Override
    public boolean isDouble() {
      return tensor.dtype() == DType.FLOAT64;
    }

    @Override
    public boolean isWhole() {
      return false;
    }

    @Override
    public Tensor read(DType dtype) {
      return tensor.cast(dtype);
    }

    @Override
    public long integer() {
      throw new IllegalStateException("floats are no whole number");
    }
  }

  /**
   * A whole number to be written.
   *
   * @param integer the value
   */
  record Whole(long integer) implements Data {
    @Override
    public Shape shape() {
      return Shape.of();
    }

    @Override
    public boolean isDouble() {
      return false;
    }

    @Override
    public boolean isWhole() {
      return true;
    }

    @Override
    public Tensor read(DType dtype) {
      throw new IllegalStateException("a whole number is no array of floats");
    }
  }
}
