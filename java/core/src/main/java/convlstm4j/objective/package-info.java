/**
 * What training aims at and what it is measured by: {@link convlstm4j.objective.Loss} and {@link
 * convlstm4j.objective.Metric}, plain options that can be saved.
 */
@NullMarked
package convlstm4j.objective;

import org.jspecify.annotations.NullMarked;
