package convlstm4j.option;

import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;

/**
 * Where a weight's first value comes from. Implementations that Keras has are in package {@code
 * layer}.
 */
public interface Initializer {
  /**
   * Draws the values, in double precision whatever the weight's type.
   *
   * @param shape a known shape, in Keras's layout
   * @param random random numbers for this weight alone
   * @return row-major values
   */
  double[] values(Shape shape, Philox random);
}
