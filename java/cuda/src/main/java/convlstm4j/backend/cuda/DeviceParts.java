package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Parts;
import convlstm4j.backend.Plan;
import convlstm4j.formula.Code;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;

/** What a recurrence is put together from: cuDNN's convolutions, formulas on frames. */
final class DeviceParts implements Parts {
  private final Device device;
  private final Planner planner;

  /** Of plans that are made so. */
  DeviceParts(Device device, Planner planner) {
    this.device = device;
    this.planner = planner;
  }

  @Override
  public Plan plan(Op op, List<Shape> inputs, Mode mode) {
    return planner.plan(op, inputs, mode);
  }

  @Override
  public Buffer part(Buffer buffer, long from, Shape shape) {
    return DeviceBuffer.of(buffer).part(from, shape);
  }

  @Override
  public void run(Code code, Shape frames, List<View> inputs, List<View> results, boolean add) {
    PointwiseKernel.launch(device, code, frames, inputs, results, add);
  }
}
