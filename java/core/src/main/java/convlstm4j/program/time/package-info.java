/**
 * The pass that cuts a program into phases, each of which runs at once or some frames at a time:
 * {@link convlstm4j.program.time.TimePass}.
 */
@NullMarked
package convlstm4j.program.time;

import org.jspecify.annotations.NullMarked;
