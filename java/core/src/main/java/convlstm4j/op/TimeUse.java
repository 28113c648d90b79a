package convlstm4j.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

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
 * @param before of {@link Kind#WINDOW}: how many places before its own each output sees; else 0
 * @param after how many behind its own, likewise
 * @param reason of {@link Kind#WHOLE} and {@link Kind#WINDOW}: what the op does along the axis,
 *     after "it"; else empty
 */
public record TimeUse(
    Kind kind,
    List<Integer> inputs,
    List<Integer> outputs,
    List<Integer> carried,
    int before,
    int after,
    String reason) {
  /** An input or output without such an axis. */
  public static final int NONE = -1;

  /** What an op needs to know beyond a stretch. */
  public enum Kind {
    /** Nothing: each place along the axis is computed from the same place of the inputs. */
    LOCAL,
    /** The states at the end of the stretch before. */
    CARRYING,
    /**
     * Some places around its own. What is beyond an end of the axis is made up by the op alone, so
     * that the outputs of a stretch are right but for the first and last few.
     */
    WINDOW,
    /** Everything along the axis at once. */
    WHOLE
  }

  /**
   * What sees no window.
   *
   * @param kind not {@link Kind#WINDOW}
   * @param inputs as above
   * @param outputs as above
   * @param carried as above
   * @param reason as above
   */
  public TimeUse(
      Kind kind,
      List<Integer> inputs,
      List<Integer> outputs,
      List<Integer> carried,
      String reason) {
    this(kind, inputs, outputs, carried, 0, 0, reason);
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

  /** Each place of the one output is computed from places around it of the first input. */
  static TimeUse window(int inputs, int axis, int before, int after, String reason) {
    List<Integer> in = new ArrayList<>(none(inputs));
    in.set(0, axis);
    return new TimeUse(Kind.WINDOW, in, List.of(axis), List.of(), before, after, reason);
  }

  /**
   * Of what hands its input on some places later, axis 1 of both.
   *
   * @param places how many
   * @return a window of nothing but what comes after
   */
  public static TimeUse waiting(int places) {
    return window(1, 1, 0, places, "");
  }

  /**
   * Needs all there is along the axis, and has no such axis in what it makes.
   *
   * @param outputs how many outputs there are
   * @param reason what the op does, after "it"
   */
  static TimeUse whole(int outputs, String reason) {
    return new TimeUse(Kind.WHOLE, List.of(), none(outputs), List.of(), reason);
  }

  /** Inputs or outputs without such an axis. */
  static List<Integer> none(int count) {
    return Collections.nCopies(count, NONE);
  }
}
