package convlstm4j.backend;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.formula.Code;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;

/** What a backend brings to a plan that is put together from others, {@link RecurrencePlan}. */
public interface Parts {
  /**
   * Where the elements of frames {@code [N, P, F]} lie in a buffer: that of n, p, f at {@code from
   * + n sample + p pixel + f column}.
   *
   * @param buffer holds them
   * @param from the first element
   * @param sample from one n to the next, in elements; 0 where all share one
   * @param pixel from one p to the next; 0 likewise
   * @param column from one f to the next, 0 or 1
   */
  record View(Buffer buffer, long from, long sample, long pixel, long column) {}

  /** Makes the plans of a backend. */
  @FunctionalInterface
  interface Planner {
    /**
     * Makes the plan of an op.
     *
     * @param op what is computed
     * @param inputs shapes
     * @param mode for training or not
     * @return the plan, to be closed by its owner
     */
    Plan plan(Op op, List<Shape> inputs, Mode mode);
  }

  /**
   * Makes the plan of an op, to be closed by its owner.
   *
   * @param op what is computed
   * @param inputs shapes
   * @param mode for training or not
   * @return the plan
   */
  Plan plan(Op op, List<Shape> inputs, Mode mode);

  /**
   * A part of a buffer as one of its own, valid as long as that is; it is not closed.
   *
   * @param buffer the whole
   * @param from the first element
   * @param shape of the part
   * @return the part
   */
  Buffer part(Buffer buffer, long from, Shape shape);

  /**
   * Runs a code for every element of frames {@code [n, p, f]}.
   *
   * @param code what is computed
   * @param frames the three sizes
   * @param inputs by number; null where the code does not read it
   * @param results where each goes; may be an input that lies alike
   * @param add whether results are added to what is there
   */
  void run(Code code, Shape frames, List<View> inputs, List<View> results, boolean add);
}
