/**
 * What every backend must do: cases of every op, and their comparison with the float64 reference.
 * The tests run them, and {@code convlstm4j selftest} on a user's own machine.
 */
@NullMarked
package convlstm4j.contract;

import org.jspecify.annotations.NullMarked;
