/**
 * Values on the host: {@link convlstm4j.tensor.Tensor}, its {@link convlstm4j.tensor.Shape} and
 * element type, and the counter-based random numbers ({@link convlstm4j.tensor.Philox}, {@link
 * convlstm4j.tensor.Streams}) on which everything random in the library rests.
 */
@NullMarked
package convlstm4j.tensor;

import org.jspecify.annotations.NullMarked;
