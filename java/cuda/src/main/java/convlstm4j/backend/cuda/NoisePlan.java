package convlstm4j.backend.cuda;

import convlstm4j.op.Noise;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Noise}: cuda/include/noise.h. */
final class NoisePlan extends CudaPlan<Noise> {
  NoisePlan(Device device, Noise op, List<Shape> inputs) {
    super(device, op, inputs);
  }

  @Override
  protected void compute(Forward call) {
    long elements = out.get(0).elements();
    Arguments a = device.arguments().put32(0).address(output(call.outputs(), "y")).put64(elements);
    device.putRandom(a, call.random()).putDouble(op.mean()).putDouble(op.deviation());
    Device.putPart(a, call.random().part());
    device.launch("noise", elements, a);
  }
}
