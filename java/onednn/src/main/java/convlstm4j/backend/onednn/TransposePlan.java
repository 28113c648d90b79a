package convlstm4j.backend.onednn;

import convlstm4j.op.Transpose;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.bytedeco.dnnl.memory;

/** {@link Transpose}: oneDNN's reorder, which sees input and output with the output's axes. */
final class TransposePlan extends OneDnnPlan<Transpose> {
  private final Prim forward;
  private final Prim backward;
  private final Prim writing;

  TransposePlan(Dnnl engine, Transpose op, List<Shape> inputs) {
    super(op, inputs);
    Shape y = out.get(0).rank() == 0 ? Shape.of(1) : out.get(0);
    int rank = y.rank();
    long[] from = new long[rank];
    long[] to = new long[rank];
    for (int d = 0; d < rank; d++) {
      to[d] = y.from(d + 1).elements();
      from[d] = out.get(0).rank() == 0 ? 1 : inputs.get(0).from(op.order().get(d) + 1).elements();
    }
    try (memory.desc x = Dnnl.desc(y.dims(), from);
        memory.desc transposed = Dnnl.desc(y.dims(), to)) {
      this.forward = own(Prim.reorder(engine, x, transposed, false));
      this.backward = own(Prim.reorder(engine, transposed, x, true));
      this.writing = own(Prim.reorder(engine, transposed, x, false));
    }
    long scratch = Math.max(backward.scratchBytes(), writing.scratchBytes());
    workspace.takeBytes(Math.max(forward.scratchBytes(), scratch));
  }

  @Override
  public String algorithm() {
    return "oneDNN " + forward.implementation();
  }

  @Override
  protected void compute(Forward call) {
    if (workspaceBytes() > 0) {
      forward.scratch(memory(call.workspace()).address());
    }
    forward.run(input(call.inputs(), "x").address(), output(call.outputs(), "y").address());
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    Prim p = isWritten(call, "x") ? writing : backward;
    if (workspaceBytes() > 0) {
      p.scratch(memory(call.workspace()).address());
    }
    p.run(
        output(call.outputGradients(), "y").address(), input(call.inputGradients(), "x").address());
  }
}
