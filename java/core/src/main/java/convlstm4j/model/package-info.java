/**
 * What users hold in hands: {@link convlstm4j.model.Model} (or {@link convlstm4j.model.Sequential})
 * is compiled ({@link convlstm4j.model.Compile}), trained ({@link convlstm4j.model.Fit}, with
 * {@link convlstm4j.model.Callback}s), evaluated, run, and saved as a {@link
 * convlstm4j.model.Snapshot}.
 */
@NullMarked
package convlstm4j.model;

import org.jspecify.annotations.NullMarked;
