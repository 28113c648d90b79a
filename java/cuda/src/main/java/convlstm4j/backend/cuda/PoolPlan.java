package convlstm4j.backend.cuda;

import convlstm4j.backend.PoolGeometry;
import convlstm4j.op.Pool;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/** {@link Pool}: cuda/include/pool.h. */
final class PoolPlan extends CudaPlan<Pool> {
  private final PoolGeometry g;

  PoolPlan(Device device, Pool op, List<Shape> inputs) {
    super(device, op, inputs);
    g = new PoolGeometry(op.window(), in.get(0));
  }

  @Override
  protected void compute(Forward call) {
    Arguments a =
        device.arguments().address(input(call.inputs(), "x")).address(output(call.outputs(), "y"));
    start("_forward", out.get(0).elements(), a);
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    Arguments a = device.arguments().put32(isWritten(call, "x") ? 0 : 1);
    a.address(input(call.inputs(), "x")).address(output(call.outputs(), "y"));
    a.address(output(call.outputGradients(), "y")).address(wanted(call.inputGradients(), "x"));
    start("_backward", in.get(0).elements(), a);
  }

  private void start(String pass, long elements, Arguments a) {
    String kernel = "pool_" + op.mode().name().toLowerCase(Locale.ROOT) + pass;
    device.launch(kernel, elements, put(a, g));
  }

  /** Appends {@code struct PoolGeometry}. */
  static Arguments put(Arguments a, PoolGeometry g) {
    a.put64(g.images()).divisor(g.channels());
    for (int d = 0; d < PoolGeometry.AXES; d++) {
      a.divisor(g.in(d));
    }
    for (int d = 0; d < PoolGeometry.AXES; d++) {
      a.divisor(g.out(d));
    }
    for (IntUnaryOperator sizes :
        List.<IntUnaryOperator>of(g::in, g::out, g::size, g::stride, g::pad)) {
      for (int d = 0; d < PoolGeometry.AXES; d++) {
        a.put32(sizes.applyAsInt(d));
      }
    }
    return a.put32(0);
  }
}
