package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * One computation, without its data. Inputs and outputs are lists in the order of {@link
 * #inputNames()} and {@link #outputNames()}; parameters are inputs like any other. Shapes may hold
 * unknown sizes while a graph is being built.
 */
public sealed interface Op
    permits Activate,
        AdamUpdate,
        Assign,
        BatchNorm,
        ClipGradients,
        Concat,
        Conv,
        ConvLstm2d,
        ConvTranspose,
        Affine,
        Drop,
        GlobalAveragePool,
        Lookup,
        MatMul,
        Merge,
        Noise,
        NotFinite,
        Pad,
        Penalty,
        Pointwise,
        PointwiseUpdate,
        Pool,
        Recurrence,
        Reduce,
        Resample,
        Reverse,
        RmspropUpdate,
        SgdUpdate,
        Standardize,
        Transpose,
        UpdateTrial,
        WeightedLoss,
        Winners,
        WonAt {

  /**
   * Names of the inputs, in order. An optional input that the options leave out is not in the list.
   *
   * @return the names; {@code x} unless the op says otherwise
   */
  default List<String> inputNames() {
    return List.of("x");
  }

  /**
   * Names of the outputs, in order.
   *
   * @return the names; {@code y} unless the op says otherwise
   */
  default List<String> outputNames() {
    return List.of("y");
  }

  /**
   * Checks the input shapes and infers the output shapes.
   *
   * @param inputs shapes in the order of {@link #inputNames()}
   * @return shapes in the order of {@link #outputNames()}
   * @throws ShapeException if an input has a shape that the op cannot take
   */
  List<Shape> outputShapes(List<Shape> inputs);

  /**
   * Whether the backward pass yields a gradient for an input.
   *
   * @param input index into {@link #inputNames()}
   * @return false for labels, masks, statistics and the like
   */
  default boolean differentiable(int input) {
    return true;
  }

  /**
   * How the op treats an axis along which its inputs come a stretch at a time.
   *
   * @param input index of the first input that has the axis
   * @param axis place of the axis in that input
   * @param inputs known shapes of all inputs
   * @return the whole of it at once unless the op says otherwise
   */
  default TimeUse along(int input, int axis, List<Shape> inputs) {
    return TimeUse.whole(outputNames().size(), "takes " + inputNames().get(input) + " at once");
  }

  /**
   * The op for some of the places along an axis that it does not want all of.
   *
   * @param axis of its first input
   * @return this, unless it names the axis's size
   */
  default Op stretched(int axis) {
    return this;
  }

  /**
   * Whether each element of the output is an element of the one input, which is in the output once
   * for each time that the output's gradient is added to its own, and in no other way.
   *
   * @return true for what only picks, such as the maximum of a window
   */
  default boolean selects() {
    return false;
  }

  /**
   * What random numbers are drawn for, one for each element in row-major order.
   *
   * @param inputs known shapes of all inputs
   * @return an array with the axes of the first input, sizes of 1 where a number is shared along
   *     it; empty for an op that draws none, or the same for each place along any axis that it does
   *     not want all of
   */
  default Optional<Shape> drawn(List<Shape> inputs) {
    return Optional.empty();
  }

  /**
   * About how many additions and multiplications the forward pass takes.
   *
   * @param inputs known shapes of all inputs
   * @return one for each element of the outputs unless the op says otherwise
   */
  default double flops(List<Shape> inputs) {
    return outputShapes(inputs).stream().mapToDouble(Shape::elements).sum();
  }

  /**
   * The op's kind, for messages and profiles.
   *
   * @return the record's simple name
   */
  default String opName() {
    return getClass().getSimpleName();
  }

  /**
   * Index of a named input.
   *
   * @param name one of {@link #inputNames()}
   * @return its index, or -1 if the options leave it out
   */
  default int input(String name) {
    return inputNames().indexOf(name);
  }

  /**
   * Index of a named output.
   *
   * @param name one of {@link #outputNames()}
   * @return its index, or -1 if there is none
   */
  default int output(String name) {
    return outputNames().indexOf(name);
  }
}
