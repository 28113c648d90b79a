package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.op.Drop;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** {@link Drop}: cuda/include/dropout.h. The mask is drawn again in the backward pass. */
final class DropPlan extends CudaPlan<Drop> {
  private static final int AXES = 8;
  private static final double TWO_TO_32 = 0x1.0p32;

  private final long elements;

  /**
   * Sizes and the mask's strides, neighbours of one kind joined; empty for a decision per element.
   */
  private final List<long[]> axes;

  DropPlan(Device device, Drop op, List<Shape> inputs) {
    super(device, op, inputs);
    elements = in.get(0).elements();
    axes = noiseAxes();
    if (axes.size() > AXES) {
      throw new BackendException(
          CudaBackend.NAME
              + ": noise_shape="
              + op.noiseShape()
              + " changes between shared and own axes too often");
    }
  }

  private List<long[]> noiseAxes() {
    List<long[]> all = new ArrayList<>();
    long stride = 1;
    boolean anyShared = false;
    for (int d = op.noiseShape().size() - 1; d >= 0; d--) {
      long size = in.get(0).dim(d);
      boolean shared = op.noiseShape().get(d) == 1;
      anyShared |= shared && size != 1;
      long[] inner = all.isEmpty() ? null : all.get(0);
      if (inner != null && (inner[1] == 0) == shared) {
        inner[0] *= size;
      } else {
        all.add(0, new long[] {size, shared ? 0 : stride});
      }
      stride *= shared ? 1 : size;
    }
    return anyShared ? all : List.of();
  }

  @Override
  protected void compute(Forward call) {
    drop("dropout_forward", input(call.inputs(), "x"), output(call.outputs(), "y"), call.random());
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    drop(
        isWritten(call, "x") ? "dropout_forward" : "dropout_backward",
        output(call.outputGradients(), "y"),
        wanted(call.inputGradients(), "x"),
        call.random());
  }

  private void drop(String kernel, long x, long y, Philox random) {
    Arguments a = device.arguments().put32((int) (long) (op.rate() * TWO_TO_32));
    a.address(x).address(y).put64(elements);
    boolean isPart = !random.part().equals(Philox.Part.ALL);
    List<long[]> along = axes.isEmpty() && isPart ? List.of(new long[] {elements, 1}) : axes;
    device.putRandom(a, random).put((float) (1 / (1 - op.rate()))).put32(along.size());
    for (int i = 0; i < AXES; i++) {
      a.divisor(i < along.size() ? along.get(i)[0] : 1);
    }
    a.put64(along.stream().mapToLong(axis -> axis[1]).toArray(), AXES, 0);
    Device.putPart(a, random.part());
    device.launch(along.isEmpty() ? kernel : kernel + "_shared", elements, a);
  }
}
