package convlstm4j.backend;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.op.Op;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import java.util.List;

/**
 * Plans single ops and runs them forward, outside of any program.
 *
 * @param backend on what
 * @param dtype element type
 */
public record Runner(Backend backend, DType dtype) {
  /**
   * Prepares an op.
   *
   * @param op one that draws no random numbers
   * @param inputs known shapes
   * @return a plan, to be closed after its last run
   * @throws BackendException if the backend cannot compute it
   */
  public Plan plan(Op op, List<Shape> inputs) {
    op.outputShapes(inputs);
    return backend.plan(op, inputs, dtype, Mode.INFERENCE);
  }

  /**
   * Computes the outputs, with workspace for as long as that takes.
   *
   * @param plan made here
   * @param inputs in the order of the op's input names
   * @param outputs in the order of its output names
   */
  public void run(Plan plan, List<? extends Buffer> inputs, List<? extends Buffer> outputs) {
    long elements = (plan.workspaceBytes() + dtype.bytes() - 1) / dtype.bytes();
    try (Buffer workspace =
        elements == 0 ? null : memory().allocateUnset(dtype, Shape.of(elements))) {
      plan.forward(new Plan.Forward(inputs, outputs, workspace, null, Streams.NONE));
    }
  }

  /**
   * Allocates an array of zeros.
   *
   * @param shape its shape
   * @return a buffer, to be closed
   */
  public Buffer allocate(Shape shape) {
    return memory().allocate(dtype, shape);
  }

  /**
   * Where the arrays are.
   *
   * @return the backend's memory
   */
  public Memory memory() {
    return backend.memory();
  }
}
