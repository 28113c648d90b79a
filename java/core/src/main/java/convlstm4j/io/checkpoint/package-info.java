/**
 * Models with all that training needs to go on, in one file: {@link
 * convlstm4j.io.checkpoint.Checkpoint} saves and loads, the callbacks do it during training, and
 * {@link convlstm4j.io.checkpoint.CheckpointException} is what a file that cannot be loaded throws.
 */
@NullMarked
package convlstm4j.io.checkpoint;

import org.jspecify.annotations.NullMarked;
