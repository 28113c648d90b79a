/**
 * Keras's layers on {@link convlstm4j.graph.Layer}: start with {@link convlstm4j.layer.Input} and
 * {@link convlstm4j.layer.ConvLSTM2D}. Options, defaults, weights and their order are Keras 3's;
 * {@link convlstm4j.layer.Layers} reads and writes Keras's configs.
 */
@NullMarked
package convlstm4j.layer;

import org.jspecify.annotations.NullMarked;
