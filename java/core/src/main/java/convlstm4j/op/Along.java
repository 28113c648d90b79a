package convlstm4j.op;

import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** What ops of some kinds say of an axis: {@link Op#along}. */
final class Along {
  private Along() {}

  /** The first input alone has the axis, and so has the one output, perhaps in another place. */
  static TimeUse local(Op op, int input, int axis, int output) {
    List<Integer> inputs = new ArrayList<>(TimeUse.none(op.inputNames().size()));
    inputs.set(0, axis);
    return input == 0
        ? TimeUse.local(inputs, List.of(output))
        : whole(op, "takes its input \"" + op.inputNames().get(input) + "\" at once");
  }

  /**
   * Needs all there is along the axis, and has no such axis in what it makes.
   *
   * @param reason what it does, after "it"
   */
  static TimeUse whole(Op op, String reason) {
    return TimeUse.whole(op.outputNames().size(), reason);
  }

  /** Needs all there is along the axis, which its first output has, too. */
  static TimeUse whole(Op op, String reason, int output) {
    List<Integer> outputs = new ArrayList<>(TimeUse.none(op.outputNames().size()));
    outputs.set(0, output);
    return new TimeUse(TimeUse.Kind.WHOLE, List.of(), outputs, List.of(), reason);
  }

  /** Of an op whose inputs are {@linkplain Broadcasting broadcast} to its output. */
  static TimeUse broadcast(int input, int axis, List<Shape> inputs) {
    long size = inputs.get(input).dim(axis);
    return TimeUse.local(
        inputs.stream().map(s -> s.dim(axis) == size ? axis : TimeUse.NONE).toList(),
        List.of(axis));
  }

  /**
   * Of an op over images: they are by themselves, and so is what a window of one pixel that moves
   * by one sees.
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
    int spatial = spatial(window, axis);
    return window.size().get(spatial) == 1 && window.strides().get(spatial) == 1
        ? local(op, input, axis, axis)
        : whole(op, moves(window, spatial));
  }

  /**
   * Of a convolution or a pooling, whose windows that move by one over a padded axis see as much
   * around each place of a part of it.
   *
   * @param channels whether channels are by themselves, too
   */
  static TimeUse windows(Op op, Window window, boolean channels, int input, int axis) {
    TimeUse use = images(op, window, channels, input, axis);
    int spatial = spatial(window, axis);
    if (use.kind() != TimeUse.Kind.WHOLE
        || input != 0
        || spatial < 0
        || spatial >= window.rank()
        || window.strides().get(spatial) > 1
        || window.padding() != Padding.SAME) {
      return use;
    }
    int around = (int) window.extent(spatial) - 1;
    return TimeUse.window(
        op.inputNames().size(), axis, around / 2, around - around / 2, moves(window, spatial));
  }

  private static int spatial(Window window, int axis) {
    return axis - (window.format() == DataFormat.CHANNELS_FIRST ? 2 : 1);
  }

  private static String moves(Window window, int spatial) {
    int size = window.size().get(spatial);
    return "moves a window of " + size + " by " + window.strides().get(spatial) + " along it";
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
    int y = sequences ? axis : TimeUse.NONE;
    if (input != 0 || axis > 1) {
      return whole(op, "takes " + names.get(input) + " at once");
    }
    if (axis == 0) {
      return TimeUse.local(
          names.stream()
              .map(n -> isOfSamples(n, names.indexOf(n), states) ? 0 : TimeUse.NONE)
              .toList(),
          Collections.nCopies(1 + states, 0));
    }
    if (backwards) {
      return whole(op, "goes backwards", y);
    }
    if (repeats) {
      return whole(op, "repeats outputs at masked steps, which are no states", y);
    }
    List<Integer> outputs = new ArrayList<>(TimeUse.none(1 + states));
    outputs.set(0, y);
    return new TimeUse(
        TimeUse.Kind.CARRYING,
        names.stream().map(n -> n.equals("x") || n.equals("mask") ? 1 : TimeUse.NONE).toList(),
        outputs,
        IntStream.rangeClosed(1, states).boxed().toList(),
        "");
  }

  private static boolean isOfSamples(String name, int place, int states) {
    return place <= states || name.equals("mask") || name.matches("k[0-9]+");
  }
}
