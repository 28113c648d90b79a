package convlstm4j.backend.cuda;

import convlstm4j.op.Pool;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Locale;

/** {@link Pool}: cuda/include/pool.h. */
final class PoolPlan extends CudaPlan<Pool> {
  private static final int SPATIAL = 3;

  private final long images;
  private final long channels;

  // Per spatial axis D, H, W: see PoolGeometry in cuda/include/pool.h.
  private final int[] inSize = {1, 1, 1};
  private final int[] outSize = {1, 1, 1};
  private final int[] extent = {1, 1, 1};
  private final int[] stride = {1, 1, 1};
  private final int[] pad = {0, 0, 0};

  PoolPlan(Device device, Pool op, List<Shape> inputs) {
    super(device, op, inputs);
    Window window = op.window();
    Shape image = in.get(0).from(1);
    boolean last = window.format() == DataFormat.CHANNELS_LAST;
    long c = window.format().channels(image);
    images = last ? in.get(0).dim(0) : in.get(0).dim(0) * c;
    channels = last ? c : 1;
    Shape spatial = window.format().spatial(image);
    for (int i = 0; i < window.rank(); i++) {
      int d = SPATIAL - window.rank() + i;
      inSize[d] = Math.toIntExact(spatial.dim(i));
      outSize[d] = Math.toIntExact(window.outputSize(i, inSize[d]));
      extent[d] = window.size().get(i);
      stride[d] = window.strides().get(i);
      pad[d] = Math.toIntExact(window.padBefore(i, inSize[d]));
    }
  }

  @Override
  protected void compute(Forward call) {
    Arguments a =
        device.arguments().address(input(call.inputs(), "x")).address(output(call.outputs(), "y"));
    start("_forward", out.get(0).elements(), a);
  }

  @Override
  protected void addGradients(Backward call) {
    Arguments a =
        device.arguments().address(input(call.inputs(), "x")).address(output(call.outputs(), "y"));
    a.address(output(call.outputGradients(), "y")).address(input(call.inputGradients(), "x"));
    start("_backward", in.get(0).elements(), a);
  }

  private void start(String pass, long elements, Arguments a) {
    a.put64(images).divisor(channels);
    for (int n : inSize) {
      a.divisor(n);
    }
    for (int n : outSize) {
      a.divisor(n);
    }
    for (int[] values : List.of(inSize, outSize, extent, stride, pad)) {
      for (int v : values) {
        a.put32(v);
      }
    }
    a.put32(0);
    device.launch("pool_" + op.mode().name().toLowerCase(Locale.ROOT) + pass, elements, a);
  }
}
