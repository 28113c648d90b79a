/**
 * Data as a stream of batches: {@link convlstm4j.data.Dataset} and {@link convlstm4j.data.Batch}.
 * Nothing here holds more than a few batches in memory, except data that already is in memory.
 */
@NullMarked
package convlstm4j.data;

import org.jspecify.annotations.NullMarked;
