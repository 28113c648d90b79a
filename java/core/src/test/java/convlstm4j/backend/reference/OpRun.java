package convlstm4j.backend.reference;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.op.Op;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Runs one op on the reference backend, for tests of formulas against numbers worked out here. */
final class OpRun implements AutoCloseable {
  private static final Philox RANDOM = new Philox(7, 3);

  private final ReferenceBackend backend = new ReferenceBackend();
  private final Memory memory = backend.memory();
  private final Op op;
  private final List<Buffer> inputs = new ArrayList<>();
  private final List<Buffer> outputs = new ArrayList<>();
  private final Plan plan;
  private final DType dtype;
  private Buffer workspace;
  private Buffer reserve;

  private OpRun(Op op, List<Tensor> in) {
    this.op = op;
    this.dtype = in.get(0).dtype();
    List<Shape> shapes = in.stream().map(Tensor::shape).toList();
    this.plan = backend.plan(op, shapes, dtype, Mode.TRAINING);
    for (Tensor t : in) {
      inputs.add(upload(t));
    }
    for (Shape s : op.outputShapes(shapes)) {
      Buffer b = memory.allocate(dtype, s);
      memory.fill(b, Double.NaN); // outputs are overwritten, never added to
      outputs.add(b);
    }
    workspace = scratch(plan.workspaceBytes());
    reserve = scratch(plan.reserveBytes());
    plan.forward(new Plan.Forward(inputs, outputs, workspace, reserve, RANDOM));
  }

  /** Runs an op forward on the given inputs, in training mode. */
  static OpRun of(Op op, Tensor... inputs) {
    return new OpRun(op, List.of(inputs));
  }

  private Buffer upload(Tensor t) {
    Buffer b = memory.allocate(dtype, t.shape());
    memory.upload(t, b);
    return b;
  }

  private Buffer scratch(long bytes) {
    if (bytes == 0) {
      return null;
    }
    Buffer b = memory.allocate(dtype, Shape.of(bytes / dtype.bytes()));
    memory.fill(b, Double.NaN);
    return b;
  }

  /** An output by name. */
  double[] output(String name) {
    return values(outputs.get(op.output(name)));
  }

  /** The gradient of an input for gradients of the first output. */
  double[] gradient(String input, double... outputGradient) {
    List<Buffer> out = new ArrayList<>();
    List<Buffer> in = new ArrayList<>();
    for (Buffer b : outputs) {
      out.add(out.isEmpty() ? upload(Tensor.of(outputGradient, b.shape()).cast(dtype)) : null);
    }
    for (int i = 0; i < inputs.size(); i++) {
      in.add(op.differentiable(i) ? memory.allocate(dtype, inputs.get(i).shape()) : null);
    }
    plan.backward(new Plan.Backward(inputs, outputs, out, in, workspace, reserve, RANDOM));
    return values(in.get(op.input(input)));
  }

  private double[] values(Buffer b) {
    return memory.download(b).cast(DType.FLOAT64).doubles();
  }

  @Override
  public void close() {
    plan.close();
    backend.close();
  }
}
