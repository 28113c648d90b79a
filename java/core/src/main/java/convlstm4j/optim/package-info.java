/**
 * How weights change: {@link convlstm4j.optim.Optimizer} with its {@link
 * convlstm4j.optim.Schedule}. Both are plain options that can be saved ({@link
 * convlstm4j.option.Config}); {@link convlstm4j.optim.Updater} holds what an optimiser remembers
 * for one model.
 */
@NullMarked
package convlstm4j.optim;

import org.jspecify.annotations.NullMarked;
