/**
 * A program on a backend: {@link convlstm4j.execution.Planned} has a plan for each step, {@link
 * convlstm4j.execution.Variables} the values of weights and states, and an {@link
 * convlstm4j.execution.Executor} runs forward and backward.
 */
@NullMarked
package convlstm4j.execution;

import org.jspecify.annotations.NullMarked;
