package convlstm4j.backend.cuda;

import convlstm4j.op.Activate;
import convlstm4j.option.Activation.Kind;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link Activate}: cuda/include/activate.h and softmax.h. */
final class ActivatePlan extends CudaPlan<Activate> {
  private final Kind kind;
  private final float alpha;
  private final long elements;
  private final @Nullable Rows rows;

  ActivatePlan(Device device, Activate op, List<Shape> inputs) {
    super(device, op, inputs);
    kind = op.activation().kind();
    alpha = (float) op.activation().alpha();
    elements = in.get(0).elements();
    rows = kind == Kind.SOFTMAX ? Rows.of(in.get(0)) : null;
  }

  @Override
  protected void compute(Forward call) {
    long x = input(call.inputs(), "x");
    long y = output(call.outputs(), "y");
    if (rows != null) {
      Arguments a =
          device.arguments().address(x).address(y).put64(rows.count()).put64(rows.length());
      device.launch("softmax_forward" + rows.suffix(), rows.threads(), a);
    } else {
      Arguments a = device.arguments().put(alpha).address(x).address(y).put64(elements);
      device.launch("activate_forward_" + Functions.name(op.activation()), elements, a);
    }
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    long x = input(call.inputs(), "x");
    long y = output(call.outputs(), "y");
    long dy = output(call.outputGradients(), "y");
    long dx = wanted(call.inputGradients(), "x");
    int add = isWritten(call, "x") ? 0 : 1;
    if (rows != null) {
      Arguments a = device.arguments().put32(add).address(y).address(dy).address(dx);
      a.put64(rows.count()).put64(rows.length());
      device.launch("softmax_backward" + rows.suffix(), rows.threads(), a);
    } else {
      long at = fromValue() ? y : x;
      Arguments a =
          device.arguments().put(alpha).address(at).address(dy).address(dx).put64(elements);
      a.put32(add).put32(0);
      device.launch("activate_backward_" + Functions.name(op.activation()), elements, a);
    }
  }

  /** Whether the kernel wants values, not arguments: kFromValue in cuda/include/functions.h. */
  private boolean fromValue() {
    return switch (kind) {
      case LINEAR, RELU, TANH, SIGMOID, HARD_SIGMOID_KERAS2, HARD_SIGMOID_KERAS3 -> true;
      case ELU, LEAKY_RELU, SOFTPLUS, SWISH, SOFTMAX -> false;
    };
  }
}
