/**
 * What is computed, as immutable records: {@link convlstm4j.op.Op} and its kinds, first of all
 * {@link convlstm4j.op.ConvLstm2d}. An op checks its arguments and infers its output shapes; how it
 * is computed is the backend's business.
 */
@NullMarked
package convlstm4j.op;

import org.jspecify.annotations.NullMarked;
