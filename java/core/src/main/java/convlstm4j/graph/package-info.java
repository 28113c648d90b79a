/**
 * Networks as graphs of named layers. A {@link convlstm4j.graph.Layer} applied to {@link
 * convlstm4j.graph.Symbol}s makes a {@link convlstm4j.graph.Network}; for known input shapes that
 * is lowered to a {@link convlstm4j.program.Program} of ops.
 */
@NullMarked
package convlstm4j.graph;

import org.jspecify.annotations.NullMarked;
