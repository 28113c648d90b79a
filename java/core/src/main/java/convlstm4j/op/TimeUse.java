package convlstm4j.op;

import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How an op treats an axis, such as time, along which its inputs come a stretch at a time.
 *
 * @param kind what the op needs to know beyond a stretch
 * @param inputs for each input its axis that comes in the same stretches, {@link #NONE} for one
 *     that does not; meaningless for {@link Kind#WHOLE}
 * @param outputs for each output its axis that comes in the same stretches, {@link #NONE} for one
 *     that is there only after the last
 * @param carried numbers of the inputs that begin a stretch with what the output of the same number
 *     was at the end of the one before
 * @param reason of {@link Kind#WHOLE}: what the op does along the axis, after "it"; else empty
 */
public record TimeUse(
    Kind kind, List<Integer> inputs, List<Integer> outputs, List<Integer> carried, String reason) {
  /** An input or output without such an axis. */
  public static final int NONE = -1;

  /** What an op needs to know beyond a stretch. */
  public enum Kind {
    /** Nothing: each place along the axis is computed from the same place of the inputs. */
    LOCAL,
    /** The states at the end of the stretch before. */
    CARRYING,
    /** Everything along the axis at once. */
    WHOLE
  }

  public TimeUse {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    carried = List.copyOf(carried);
  }

  /** Each place of all outputs is computed from the same place of the inputs. */
  static TimeUse local(List<Integer> inputs, List<Integer> outputs) {
    return new TimeUse(Kind.LOCAL, inputs, outputs, List.of(), "");
  }

  /** The first input alone has the axis, and so has the one output, perhaps in another place. */
  static TimeUse local(Op op, int input, int axis, int output) {
    List<Integer> inputs = new ArrayList<>(none(op.inputNames().size()));
    inputs.set(0, axis);
    return input == 0
        ? local(inputs, List.of(output))
        : whole(op, "takes its input \"" + op.inputNames().get(input) + "\" at once");
  }

  /**
   * Needs all there is along the axis, and has no such axis in what it makes.
   *
   * @param reason what it does, after "it"
   */
  static TimeUse whole(Op op, String reason) {
    return new TimeUse(Kind.WHOLE, List.of(), none(op.outputNames().size()), List.of(), reason);
  }

  /** Needs all there is along the axis, which its first output has, too. */
  static TimeUse whole(Op op, String reason, int output) {
    List<Integer> outputs = new ArrayList<>(none(op.outputNames().size()));
    outputs.set(0, output);
    return new TimeUse(Kind.WHOLE, List.of(), outputs, List.of(), reason);
  }

  /** Of an op whose inputs are {@linkplain Broadcasting broadcast} to its output. */
  static TimeUse broadcast(int input, int axis, List<Shape> inputs) {
    long size = inputs.get(input).dim(axis);
    return local(
        inputs.stream().map(s -> s.dim(axis) == size ? axis : NONE).toList(), List.of(axis));
  }

  /**
   * Of a convolution or a pooling: images are by themselves, and so is what a window of one pixel
   * that moves by one sees.
   *
   * @param channels whether channels are by themselves, too
   */
  static TimeUse images(Op op, Window window, boolean channels, int input, int axis) {
    int channelAxis = window.format() == DataFormat.CHANNELS_FIRST ? 1 : window.rank() + 1;
    if (axis == 0 || (axis == channelAxis && channels)) {
      return local(op, input, axis, axis);
    }
    if (axis == channelAxis) {
      return whole(op, "adds up along it");
    }
    int spatial = axis - (channelAxis == 1 ? 2 : 1);
    int size = window.size().get(spatial);
    int stride = window.strides().get(spatial);
    return size == 1 && stride == 1
        ? local(op, input, axis, axis)
        : whole(op, "moves a window of " + size + " by " + stride + " along it");
  }

  /**
   * Of a recurrence: inputs x {@code [N,T,..]}, then the states, later weights, constants ({@code
   * k0 ..}) and a mask; outputs y, then the states in the same order.
   *
   * @param sequences whether y has all steps
   * @param backwards whether steps are taken from the last to the first
   * @param repeats whether masked steps repeat the output before, which is no state
   */
  static TimeUse recurrence(
      Op op,
      int states,
      boolean sequences,
      boolean backwards,
      boolean repeats,
      int input,
      int axis) {
    List<String> names = op.inputNames();
    int y = sequences ? axis : NONE;
    if (input != 0 || axis > 1) {
      return whole(op, "takes " + names.get(input) + " at once");
    }
    if (axis == 0) {
      return local(
          names.stream().map(n -> isOfSamples(n, names.indexOf(n), states) ? 0 : NONE).toList(),
          Collections.nCopies(1 + states, 0));
    }
    if (backwards) {
      return whole(op, "goes backwards", y);
    }
    if (repeats) {
      return whole(op, "repeats outputs at masked steps, which are no states", y);
    }
    List<Integer> outputs = new ArrayList<>(none(1 + states));
    outputs.set(0, y);
    return new TimeUse(
        Kind.CARRYING,
        names.stream().map(n -> n.equals("x") || n.equals("mask") ? 1 : NONE).toList(),
        outputs,
        IntStream.rangeClosed(1, states).boxed().toList(),
        "");
  }

  private static boolean isOfSamples(String name, int place, int states) {
    return place <= states || name.equals("mask") || name.matches("k[0-9]+");
  }

  private static List<Integer> none(int count) {
    return Collections.nCopies(count, NONE);
  }
}
