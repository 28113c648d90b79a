package convlstm4j.io.checkpoint;

import convlstm4j.model.Snapshot;
import convlstm4j.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint holds.
 *
 * @param library version of the library that wrote it
 * @param architecture the network as JSON
 * @param compile options of training as JSON; null if the model was not compiled
 * @param dtype element type of the model
 * @param bytes how the inputs take bytes, as JSON; null if that is not known of any
 * @param snapshot everything else
 */
record Contents(
    String library,
    String architecture,
    @Nullable String compile,
    DType dtype,
    @Nullable String bytes,
    Snapshot snapshot) {}
