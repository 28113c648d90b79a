package convlstm4j.program;

import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * What a layer is given to say which ops it consists of. The same code serves to infer shapes while
 * a graph is being built (with unknown sizes) and to make the program that runs.
 */
public interface Lowering {
  /**
   * Whether the pass is a training one: dropout drops, batch statistics count.
   *
   * @return Keras's {@code training}
   */
  boolean training();

  /**
   * Whether there is a loss, to which regularisers add.
   *
   * @return false for a mere prediction
   */
  boolean penalized();

  /**
   * Adds an op.
   *
   * @param op what to compute
   * @param inputs in the order of its input names
   * @return its outputs
   * @throws convlstm4j.op.ShapeException if the op does not accept the shapes
   */
  List<Value> ops(Op op, List<Value> inputs);

  /**
   * Adds an op and takes its first output.
   *
   * @param op what to compute
   * @param inputs in the order of its input names
   * @return the first output
   * @throws convlstm4j.op.ShapeException if the op does not accept the shapes
   */
  default Value op(Op op, Value... inputs) {
    return ops(op, List.of(inputs)).get(0);
  }

  /**
   * Sees a value with another shape, without moving anything.
   *
   * @param value what to see
   * @param shape as many elements, row-major
   * @return the view
   */
  Value reshape(Value value, Shape shape);

  /**
   * Constant zeros, one value for each shape.
   *
   * @param shape their shape
   * @return the value
   */
  Value zeros(Shape shape);

  /**
   * A weight's value. Its regulariser's penalty joins the loss, once.
   *
   * @param parameter which one
   * @return the value
   */
  Value parameter(Parameter parameter);

  /**
   * What a layer remembers; zeros in the first run and after a reset.
   *
   * @param state which one
   * @param shape its shape
   * @return the value before this run
   */
  Value state(State state, Shape shape);

  /**
   * Gives a weight (moving statistics) a new value when a training run has succeeded; does nothing
   * at inference. Later uses in the same program see the new value.
   *
   * @param parameter which one
   * @param newValue of the same shape
   */
  void assign(Parameter parameter, Value newValue);

  /**
   * Gives a state a new value when the run has succeeded. Later uses in the same program see the
   * new value.
   *
   * @param state which one
   * @param newValue of the same shape
   */
  void assign(State state, Value newValue);

  /**
   * Says that the following ops belong to a layer, until {@link #leave}. Layers inside layers enter
   * one after the other.
   *
   * @param layer the layer's name
   */
  void enter(String layer);

  /** Ends what the last {@link #enter} began. */
  void leave();

  /**
   * Says that the layer entered last computes each frame from what it made of the frame before, by
   * ops of their own for each: a recurrence that no op tells of.
   */
  void unrolled();

  /**
   * Adds a scalar to the loss.
   *
   * @param value of shape {@code [1]}
   */
  void penalty(Value value);
}
