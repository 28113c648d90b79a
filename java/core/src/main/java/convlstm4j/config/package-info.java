/**
 * Keras's configs, below the layers that are read from them and written to them: {@link
 * convlstm4j.config.Config} reads options, the {@code Forms} spell what an option says. No layer is
 * known here; a layer inside another is made by a function that the {@link
 * convlstm4j.config.Reading} brings, and which {@link convlstm4j.config.KerasVersion} a file is of
 * is all that users need.
 */
@NullMarked
package convlstm4j.config;

import org.jspecify.annotations.NullMarked;
