/**
 * Networks as Keras's model JSON. {@link convlstm4j.io.architecture.Architecture} is the way in and
 * out.
 */
@NullMarked
package convlstm4j.io.architecture;

import org.jspecify.annotations.NullMarked;
