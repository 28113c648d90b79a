/**
 * Networks as graphs of named layers. A {@link convlstm4j.graph.Layer} applied to {@link
 * convlstm4j.graph.Symbol}s makes a {@link convlstm4j.graph.Network}; for known input shapes that
 * is lowered to a {@link convlstm4j.graph.Program} of ops, which an {@link
 * convlstm4j.graph.Executor} runs forward and backward on a backend.
 */
package convlstm4j.graph;
