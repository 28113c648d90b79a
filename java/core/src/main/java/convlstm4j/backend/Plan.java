package convlstm4j.backend;

import convlstm4j.tensor.Philox;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one backend computes one op for fixed shapes. A plan owns whatever it prepared (descriptors,
 * packed weights, its choice of algorithm); the caller owns inputs, outputs, workspace and reserve,
 * and has checked their shapes against the op. Making a plan allocates no memory that grows with
 * the data.
 */
public interface Plan extends AutoCloseable {
  /**
   * Scratch memory that one call needs; its contents are lost between calls.
   *
   * @return bytes
   */
  long workspaceBytes();

  /**
   * Memory in which forward leaves what backward needs besides inputs and outputs.
   *
   * @return bytes; 0 when the plan is not for training
   */
  long reserveBytes();

  /**
   * What the plan does, for profiles and logs.
   *
   * @return a short text such as {@code direct, gates kept}
   */
  String algorithm();

  /**
   * Computes the outputs, overwriting them.
   *
   * @param call the op's data
   */
  void forward(Forward call);

  /**
   * Whether {@link #backward} can write the gradient of an input in the place of adding to it,
   * where {@link Backward#written} asks for it. That saves a pass over the array, and the zeros.
   *
   * @param input its place among the op's inputs
   * @return false if it only adds
   */
  default boolean writesGradient(int input) {
    return false;
  }

  /**
   * Adds to the gradients of the inputs what the gradients of the outputs make of them, or writes
   * that, see {@link Backward#written}.
   *
   * @param call the op's data, with those of the forward call unchanged; the reserve may be
   *     overwritten, so that every forward call allows one backward call
   * @throws UnsupportedOperationException if the op has no gradient
   */
  void backward(Backward call);

  /** Gives back what the plan holds; it cannot run after that. A second call does nothing. */
  @Override
  void close();

  /**
   * Data of a forward call.
   *
   * @param inputs in the order of the op's input names
   * @param outputs in the order of its output names
   * @param workspace of at least {@link #workspaceBytes()}, or null where that is 0
   * @param reserve of at least {@link #reserveBytes()}, or null where that is 0
   * @param random the op's own random numbers in this step
   */
  record Forward(
      List<? extends Buffer> inputs,
      List<? extends Buffer> outputs,
      @Nullable Buffer workspace,
      @Nullable Buffer reserve,
      Philox random) {}

  /**
   * Data of a backward call.
   *
   * @param inputs those of the forward call
   * @param outputs those of the forward call
   * @param outputGradients one per output; null where it is zero
   * @param inputGradients one per input, to be added to; null where it is not wanted
   * @param written inputs whose gradients are to be written, whatever is in them, in the place of
   *     being added to; only such as the plan {@linkplain #writesGradient can write}
   * @param workspace of at least {@link #workspaceBytes()}, or null where that is 0
   * @param reserve as forward left it, or null where it has none
   * @param random that of the forward call
   */
  record Backward(
      List<? extends Buffer> inputs,
      List<? extends Buffer> outputs,
      List<? extends Buffer> outputGradients,
      List<? extends Buffer> inputGradients,
      Set<Integer> written,
      @Nullable Buffer workspace,
      @Nullable Buffer reserve,
      Philox random) {
    /**
     * Adds to all gradients.
     *
     * @param inputs those of the forward call
     * @param outputs those of the forward call
     * @param outputGradients one per output; null where it is zero
     * @param inputGradients one per input; null where it is not wanted
     * @param workspace null where none is needed
     * @param reserve as forward left it, or null where it has none
     * @param random that of the forward call
     */
    public Backward(
        List<? extends Buffer> inputs,
        List<? extends Buffer> outputs,
        List<? extends Buffer> outputGradients,
        List<? extends Buffer> inputGradients,
        @Nullable Buffer workspace,
        @Nullable Buffer reserve,
        Philox random) {
      this(inputs, outputs, outputGradients, inputGradients, Set.of(), workspace, reserve, random);
    }
  }
}
