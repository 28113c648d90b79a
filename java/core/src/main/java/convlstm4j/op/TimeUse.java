package convlstm4j.op;

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
