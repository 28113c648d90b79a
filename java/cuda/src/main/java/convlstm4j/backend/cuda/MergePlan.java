package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.op.Merge;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Locale;

/** {@link Merge}: cuda/include/merge.h. */
final class MergePlan extends CudaPlan<Merge> {
  private static final int MOST = 64;

  private final long elements;

  MergePlan(Device device, Merge op, List<Shape> inputs) {
    super(device, op, inputs);
    if (op.count() > MOST) {
      throw new BackendException(
          CudaBackend.NAME + ": joins at most " + MOST + " tensors at once, got " + op.count());
    }
    elements = out.get(0).elements();
  }

  @Override
  public void forward(Forward call) {
    Arguments a = device.arguments().put32(op.count()).address(at(call.outputs(), 0));
    a.put64(elements).put(1.0f / op.count()).put32(0);
    for (int i = 0; i < MOST; i++) {
      a.address(i < op.count() ? at(call.inputs(), i) : 0);
    }
    device.launch(kernel("forward"), elements, a);
  }

  @Override
  public void backward(Backward call) {
    Arguments a = device.arguments().put32(op.count()).address(at(call.outputGradients(), 0));
    a.put64(elements).put(1.0f / op.count()).put32(0);
    for (int i = 0; i < MOST; i++) {
      a.address(i < op.count() ? at(call.inputs(), i) : 0);
    }
    for (int i = 0; i < MOST; i++) {
      a.address(i < op.count() ? at(call.inputGradients(), i) : 0);
    }
    device.launch(kernel("backward"), elements, a);
  }

  private String kernel(String pass) {
    return "merge_" + op.mode().name().toLowerCase(Locale.ROOT) + "_" + pass;
  }
}
