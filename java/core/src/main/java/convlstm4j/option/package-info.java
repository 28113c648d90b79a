/**
 * Words that say how a layer or a training is: {@link convlstm4j.option.Activation}, {@link
 * convlstm4j.option.Padding}, {@link convlstm4j.option.DataFormat}, {@link
 * convlstm4j.option.Initializer}, {@link convlstm4j.option.Regularizer}; and {@link
 * convlstm4j.option.Config}, the form in which options are saved.
 */
@NullMarked
package convlstm4j.option;

import org.jspecify.annotations.NullMarked;
