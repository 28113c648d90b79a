/**
 * What a network computes for known shapes: a {@link convlstm4j.program.Program} of ops on {@link
 * convlstm4j.program.Value}s, with {@link convlstm4j.program.Parameter}s and {@link
 * convlstm4j.program.State}s. Layers write it through a {@link convlstm4j.program.Lowering}.
 */
@NullMarked
package convlstm4j.program;

import org.jspecify.annotations.NullMarked;
