package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.op.Merge;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntToLongFunction;

/** {@link Merge}: cuda/include/merge.h. */
final class MergePlan extends CudaPlan<Merge> {
  private static final int MOST = 64;

  private final long elements;
  private final Broadcasts broadcasts;
  private final long gradientAt;

  MergePlan(Device device, Merge op, List<Shape> inputs) {
    super(device, op, inputs);
    if (op.count() > MOST) {
      throw new BackendException(
          CudaBackend.NAME + ": joins at most " + MOST + " tensors at once, got " + op.count());
    }
    elements = out.get(0).elements();
    broadcasts = new Broadcasts(device, workspace, in, out.get(0));
    boolean own = broadcasts.any() && op.mode() == Merge.Mode.MULTIPLY;
    gradientAt = own ? workspace.take(elements) : 0;
  }

  @Override
  protected void compute(Forward call) {
    long[] x = broadcasts.laidOut(call.inputs(), call.workspace());
    Arguments a = arguments(output(call.outputs(), "y"));
    put(a, i -> x[i]);
    device.launch(kernel("forward"), elements, a);
  }

  @Override
  public boolean writesGradient(int input) {
    return !broadcasts.is(input);
  }

  @Override
  protected void addGradients(Backward call) {
    long dy = output(call.outputGradients(), "y");
    boolean multiplies = op.mode() == Merge.Mode.MULTIPLY;
    long[] x =
        multiplies ? broadcasts.laidOut(call.inputs(), call.workspace()) : new long[op.count()];
    long[] dx = new long[op.count()];
    boolean any = false;
    for (int i = 0; i < dx.length; i++) {
      dx[i] = broadcasts.is(i) ? 0 : at(call.inputGradients(), i);
      any |= dx[i] != 0;
    }
    if (any) {
      addGradients(dy, x, dx, call.written());
    }
    double scale = op.mode() == Merge.Mode.AVERAGE ? 1.0 / op.count() : 1;
    for (int i = 0; i < dx.length; i++) {
      long sums = at(call.inputGradients(), i);
      if (!broadcasts.is(i) || sums == 0) {
        continue;
      }
      long gradient = dy;
      if (multiplies) {
        gradient = DeviceBuffer.address(call.workspace()) + gradientAt;
        long[] one = new long[op.count()];
        one[i] = gradient;
        addGradients(dy, x, one, Set.of(i));
      }
      broadcasts.addSums(i, gradient, scale, call.workspace(), sums);
    }
  }

  private void addGradients(long dy, long[] x, long[] dx, Set<Integer> written) {
    Arguments a = arguments(dy);
    a.put64(written.stream().mapToLong(i -> 1L << i).sum());
    put(a, i -> x[i]);
    put(a, i -> dx[i]);
    device.launch(kernel("backward"), elements, a);
  }

  private Arguments arguments(long yOrGradient) {
    Arguments a = device.arguments().put32(op.count()).address(yOrGradient);
    return a.put64(elements).put(1.0f / op.count()).put32(0);
  }

  private void put(Arguments a, IntToLongFunction address) {
    for (int i = 0; i < MOST; i++) {
      a.address(i < op.count() ? address.applyAsLong(i) : 0);
    }
  }

  private String kernel(String pass) {
    return "merge_" + op.mode().name().toLowerCase(Locale.ROOT) + "_" + pass;
  }
}
