/**
 * Models from and to Keras's {@code .h5} and {@code .keras} files. {@link
 * convlstm4j.io.keras.KerasModels} is the way in and out.
 */
@NullMarked
package convlstm4j.io.keras;

import org.jspecify.annotations.NullMarked;
