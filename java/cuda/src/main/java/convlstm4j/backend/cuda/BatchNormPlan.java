package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.op.BatchNorm;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link BatchNorm}: cuda/include/batch_norm.h, three launches forward and three backward. Reserve:
 * the statistics of every group.
 */
final class BatchNormPlan extends CudaPlan<BatchNorm> {
  private static final int STATISTICS = 3;
  private static final int COEFFICIENTS = 3;

  private final Groups groups;
  private final boolean keep;
  private final int steps;
  private final long parameters;

  /** Parameters of the kept axes inside the time axis. */
  private final long inside;

  private final long statisticsAt;
  private final long coefficientsAt;
  private final long partialAt;

  BatchNormPlan(Device device, BatchNorm op, List<Shape> inputs, Mode mode) {
    super(device, op, inputs);
    Shape x = in.get(0);
    boolean perStep = op.training() && op.perStep();
    List<Integer> kept = new ArrayList<>(op.axes());
    if (perStep) {
      kept.add(1);
    }
    groups = new Groups(x, kept);
    keep = op.training() && mode == Mode.TRAINING;
    steps = perStep ? Math.toIntExact(x.dim(1)) : 1;
    parameters = op.parameterShape(x).elements();
    inside = op.axes().get(0) == 0 ? parameters / x.dim(0) : parameters;
    statisticsAt = (keep ? reserve : workspace).take(STATISTICS * groups.count());
    coefficientsAt = workspace.take(COEFFICIENTS * groups.count());
    partialAt = workspace.takeBytes(groups.partialBytes());
  }

  @Override
  protected void compute(Forward call) {
    long ws = DeviceBuffer.address(call.workspace());
    long statistics = statistics(ws, DeviceBuffer.address(call.reserve()));
    long x = input(call.inputs(), "x");
    if (op.training()) {
      groups.start(
          device, "batch_norm_sums", device.arguments().address(x).address(ws + partialAt));
      finish(call, statistics, ws);
    } else {
      constants(call.inputs(), statistics, ws);
    }
    Arguments a = device.arguments().address(x).address(statistics).address(ws + coefficientsAt);
    a.address(output(call.outputs(), "y")).put64(groups.count());
    device.launch("batch_norm_apply", groups.elements(), groups.putMap(a));
  }

  private long statistics(long ws, long kept) {
    return (keep ? kept : ws) + statisticsAt;
  }

  private void finish(Forward call, long statistics, long ws) {
    Arguments a = device.arguments().put32(steps).address(input(call.inputs(), "x"));
    a.address(ws + partialAt);
    putParameters(a, call.inputs());
    a.address(output(call.outputs(), "new_moving_mean"))
        .address(output(call.outputs(), "new_moving_variance"));
    a.address(statistics).address(ws + coefficientsAt).put64(parameters).divisor(inside);
    a.putDouble(op.epsilon()).put((float) op.momentum()).put((float) (1 - op.momentum()));
    device.launch("batch_norm_finish", parameters * Device.BLOCK, groups.put(a));
  }

  private void constants(List<? extends Buffer> inputs, long statistics, long ws) {
    Arguments a = device.arguments();
    putParameters(a, inputs);
    a.address(statistics).address(ws + coefficientsAt).put64(parameters).putDouble(op.epsilon());
    device.launch("batch_norm_constants", parameters, a);
  }

  private void putParameters(Arguments a, List<? extends Buffer> inputs) {
    a.address(optional(inputs, "gamma")).address(optional(inputs, "beta"));
    a.address(input(inputs, "moving_mean")).address(input(inputs, "moving_variance"));
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x");
  }

  @Override
  protected void addGradients(Backward call) {
    long dy = given(call.outputGradients(), "y");
    if (dy == 0) { // only the moving statistics have gradients, and they pass none on
      if (isWritten(call, "x")) {
        device.zero(wanted(call.inputGradients(), "x"), in.get(0).elements() * Float.BYTES);
      }
      return;
    }
    long ws = DeviceBuffer.address(call.workspace());
    long statistics = statistics(ws, DeviceBuffer.address(call.reserve()));
    long x = input(call.inputs(), "x");
    long dx = wanted(call.inputGradients(), "x");
    if (!op.training()) {
      constants(call.inputs(), statistics, ws);
    }
    Arguments sums = device.arguments().address(x).address(dy).address(statistics);
    groups.start(device, "batch_norm_gradient_sums", sums.address(ws + partialAt));
    Arguments a = device.arguments().put32(steps).address(ws + partialAt).address(statistics);
    a.address(optional(call.inputs(), "gamma"));
    a.address(optional(call.inputGradients(), "gamma"))
        .address(optional(call.inputGradients(), "beta"));
    a.address(ws + coefficientsAt).put64(parameters).divisor(inside);
    a.putDouble(op.training() ? 1.0 / groups.members() : 0);
    device.launch("batch_norm_gradient_finish", parameters * Device.BLOCK, groups.put(a));
    if (dx != 0) {
      Arguments d = device.arguments().put32(isWritten(call, "x") ? 0 : 1);
      d.address(x).address(dy).address(statistics);
      d.address(ws + coefficientsAt).address(dx).put64(groups.count());
      device.launch("batch_norm_gradient_apply", groups.elements(), groups.putMap(d));
    }
  }
}
