/**
 * The seam between what is computed and how: a {@link convlstm4j.backend.Backend} turns an {@link
 * convlstm4j.op.Op} with known shapes into a {@link convlstm4j.backend.Plan} and owns the memory
 * that plans work on. {@link convlstm4j.backend.Backends} finds backends by name.
 */
@NullMarked
package convlstm4j.backend;

import org.jspecify.annotations.NullMarked;
