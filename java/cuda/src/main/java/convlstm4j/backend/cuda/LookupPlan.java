package convlstm4j.backend.cuda;

import convlstm4j.op.Lookup;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Lookup}: cuda/include/lookup.h. */
final class LookupPlan extends CudaPlan<Lookup> {
  private final long ids;

  LookupPlan(Device device, Lookup op, List<Shape> inputs) {
    super(device, op, inputs);
    this.ids = inputs.get(1).elements();
  }

  @Override
  protected void compute(Forward call) {
    run(
        "lookup_forward",
        input(call.inputs(), "id"),
        input(call.inputs(), "table"),
        output(call.outputs(), "y"));
  }

  @Override
  protected void addGradients(Backward call) {
    run(
        "lookup_backward",
        input(call.inputs(), "id"),
        output(call.outputGradients(), "y"),
        wanted(call.inputGradients(), "table"));
  }

  private void run(String kernel, long id, long from, long to) {
    Shape table = in.get(0);
    Arguments a = device.arguments().put32(0).address(id).address(from).address(to);
    a.put64(ids).put64(table.dim(0)).divisor(table.dim(1));
    device.launch(kernel, out.get(0).elements(), a);
  }
}
