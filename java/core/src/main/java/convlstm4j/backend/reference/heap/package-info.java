/**
 * What both precisions of the reference stand on: buffers on the Java heap, and loops over all
 * cores.
 */
@NullMarked
package convlstm4j.backend.reference.heap;

import org.jspecify.annotations.NullMarked;
