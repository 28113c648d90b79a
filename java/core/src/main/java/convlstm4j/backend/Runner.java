package convlstm4j.optim;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.execution.Variables;
import convlstm4j.op.Op;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.List;

/** Plans ops where a model's weights are, and runs them. */
record Runner(Variables variables) {
  Plan plan(Op op, List<Shape> inputs) {
    op.outputShapes(inputs);
    return variables.backend().plan(op, inputs, dtype(), Mode.INFERENCE);
  }

  void run(Plan plan, List<Buffer> inputs, List<Buffer> outputs) {
    long elements = (plan.workspaceBytes() + dtype().bytes() - 1) / dtype().bytes();
    try (Buffer workspace =
        elements == 0 ? null : memory().allocateUnset(dtype(), Shape.of(elements))) {
      plan.forward(new Plan.Forward(inputs, outputs, workspace, null, new Philox(0, 0)));
    }
  }

  Buffer allocate(Shape shape) {
    return memory().allocate(dtype(), shape);
  }

  Memory memory() {
    return variables.backend().memory();
  }

  DType dtype() {
    return variables.dtype();
  }
}
