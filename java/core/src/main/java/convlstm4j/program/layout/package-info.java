/**
 * The pass that brings a program into the data format that a backend is fastest in: {@link
 * convlstm4j.program.layout.LayoutPass}.
 */
@NullMarked
package convlstm4j.program.layout;

import org.jspecify.annotations.NullMarked;
