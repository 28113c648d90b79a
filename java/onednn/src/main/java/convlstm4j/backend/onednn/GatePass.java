package convlstm4j.backend.onednn;

import convlstm4j.option.Activation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The element-wise part of one ConvLSTM step, Shi et al. 2015 (arXiv:1506.04214) eq. 3, as one pass
 * over memory. Row-major, innermost axis last, P pixels of one state:
 *
 * <ul>
 *   <li>gates {@code [N,P,4F]}: pre-activations before the pass, activated i, f, g, o after it if
 *       they are kept (or the pre-activations with the peepholes' terms, see {@link Cell})
 *   <li>c, h and their gradients {@code [N,P,F]}; peepholes {@code [P,F]}
 * </ul>
 */
interface GatePass {
  /** What does the work, for {@code algorithm()}. */
  String name();

  /** Makes c and h after a step from those before it. */
  void forward(Cell cell, Forward step);

  /** Makes the gradients of the pre-activations and of c before a step. */
  void backward(Cell cell, Backward step);

  /**
   * What all steps share.
   *
   * @param samples N
   * @param pixels P
   * @param filters F
   * @param activation a
   * @param recurrentActivation ra
   * @param keepsPre whether training keeps pre-activations, since derivatives need them
   */
  record Cell(
      int samples,
      long pixels,
      int filters,
      Activation activation,
      Activation recurrentActivation,
      boolean keepsPre) {
    /** The same for one sample. */
    Cell sample() {
      return new Cell(1, pixels, filters, activation, recurrentActivation, keepsPre);
    }

    /** Elements of one sample's state. */
    long state() {
      return pixels * filters;
    }
  }

  /** What masked steps do to a sample. */
  enum Output {
    /** The step counts. */
    COUNTS,
    /** h and c stay, h is the output again. */
    REPEATS,
    /** h and c stay, the output is 0. */
    ZEROS
  }

  /**
   * One forward step.
   *
   * @param gates pre-activations, overwritten if {@code keep}
   * @param keep whether the gates are kept for the backward pass
   * @param cBefore c before the step
   * @param cAfter c after it; may be cBefore
   * @param hBefore h before the step; read only for masked samples
   * @param hAfter h after it; may be hBefore
   * @param output where the step's output goes, or null
   * @param outputStride elements from one sample's output to the next
   * @param peepholes wci, wcf, wco, or null
   * @param masked what each sample does, or null if the step counts for all
   */
  record Forward(
      At gates,
      boolean keep,
      At cBefore,
      At cAfter,
      At hBefore,
      At hAfter,
      @Nullable At output,
      long outputStride,
      @Nullable List<At> peepholes,
      @Nullable List<Output> masked) {}

  /**
   * One backward step.
   *
   * @param gates as forward kept them; overwritten with the gradients of the pre-activations
   * @param cBefore c before the step
   * @param cAfter c after it
   * @param dOutput gradient of the step's output, or null for 0
   * @param outputStride elements from one sample's output to the next
   * @param dh gradient of h after the step but for the output's share; of a masked sample
   *     overwritten with all of it
   * @param dc gradient of c after the step, overwritten with that before it
   * @param peepholes wci, wcf, wco, or null
   * @param dPeepholes gradients of the peepholes, to be added to; null without those
   * @param masked what each sample did, or null if the step counted for all
   */
  record Backward(
      At gates,
      At cBefore,
      At cAfter,
      @Nullable At dOutput,
      long outputStride,
      At dh,
      At dc,
      @Nullable List<At> peepholes,
      @Nullable List<At> dPeepholes,
      @Nullable List<Output> masked) {}
}
