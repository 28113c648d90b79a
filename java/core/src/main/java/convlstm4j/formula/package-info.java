/**
 * Arithmetic on single numbers, as a value: a {@link convlstm4j.formula.Formula} has a derivative,
 * a text, and {@link convlstm4j.formula.Code} that a backend runs for each element.
 */
@NullMarked
package convlstm4j.formula;

import org.jspecify.annotations.NullMarked;
