package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.Buffer;
import convlstm4j.op.Merge;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToLongFunction;

/**
 * {@link Merge}: cuda/include/merge.h. An input that is broadcast is first copied into one of the
 * output's shape, and its gradient is a sum over groups of that shape, cuda/include/group_sums.h.
 */
final class MergePlan extends CudaPlan<Merge> {
  private static final int MOST = 64;

  /** How an input is broadcast, and where in the workspace it is laid out as the output. */
  private record Broadcast(Groups groups, long at) {}

  private final Shape y;
  private final long elements;

  /** One per input; null where it has the output's shape. */
  private final List<Broadcast> broadcasts = new ArrayList<>();

  private long gradientAt;
  private long partialAt;

  MergePlan(Device device, Merge op, List<Shape> inputs) {
    super(device, op, inputs);
    if (op.count() > MOST) {
      throw new BackendException(
          CudaBackend.NAME + ": joins at most " + MOST + " tensors at once, got " + op.count());
    }
    y = out.get(0);
    elements = y.elements();
    long partial = 0;
    for (Shape x : in) {
      Broadcast b = x.equals(y) || elements == 0 ? null : broadcast(x);
      broadcasts.add(b);
      partial = b == null ? partial : Math.max(partial, b.groups.partialBytes());
    }
    if (partial > 0) {
      gradientAt = op.mode() == Merge.Mode.MULTIPLY ? workspace.take(elements) : 0;
      partialAt = workspace.takeBytes(partial);
    }
  }

  private Broadcast broadcast(Shape x) {
    return new Broadcast(new Groups(y, Merge.kept(x, y)), workspace.take(elements));
  }

  @Override
  public void forward(Forward call) {
    long[] x = laidOut(call.inputs(), call.workspace());
    Arguments a = arguments(at(call.outputs(), 0));
    put(a, i -> x[i]);
    device.launch(kernel("forward"), elements, a);
  }

  /** Addresses of the inputs, each of the output's shape. */
  private long[] laidOut(List<? extends Buffer> inputs, Buffer workspace) {
    long[] x = new long[op.count()];
    for (int i = 0; i < x.length; i++) {
      x[i] = at(inputs, i);
      Broadcast b = broadcasts.get(i);
      if (b != null) {
        long to = DeviceBuffer.address(workspace) + b.at;
        StridedCopy.copy(device, y.dims(), x[i], strides(in.get(i)), to, strides(y), false);
        x[i] = to;
      }
    }
    return x;
  }

  /** Row-major strides; 0 along axes of size 1, so that one element counts for all. */
  private static long[] strides(Shape x) {
    long[] strides = new long[x.rank()];
    long stride = 1;
    for (int d = x.rank() - 1; d >= 0; d--) {
      strides[d] = x.dim(d) == 1 ? 0 : stride;
      stride *= x.dim(d);
    }
    return strides;
  }

  @Override
  public void backward(Backward call) {
    long dy = at(call.outputGradients(), 0);
    boolean multiplies = op.mode() == Merge.Mode.MULTIPLY;
    long[] x = multiplies ? laidOut(call.inputs(), call.workspace()) : new long[op.count()];
    long[] dx = new long[op.count()];
    boolean any = false;
    for (int i = 0; i < dx.length; i++) {
      dx[i] = broadcasts.get(i) == null ? at(call.inputGradients(), i) : 0;
      any |= dx[i] != 0;
    }
    if (any) {
      addGradients(dy, x, dx);
    }
    for (int i = 0; i < dx.length; i++) {
      Broadcast b = broadcasts.get(i);
      long sums = at(call.inputGradients(), i);
      if (b == null || sums == 0) {
        continue;
      }
      long ws = DeviceBuffer.address(call.workspace());
      if (multiplies) {
        device.zero(ws + gradientAt, elements * Float.BYTES);
        long[] one = new long[op.count()];
        one[i] = ws + gradientAt;
        addGradients(dy, x, one);
      }
      addSums(b.groups, multiplies ? ws + gradientAt : dy, ws + partialAt, sums);
    }
  }

  private void addGradients(long dy, long[] x, long[] dx) {
    Arguments a = arguments(dy);
    put(a, i -> x[i]);
    put(a, i -> dx[i]);
    device.launch(kernel("backward"), elements, a);
  }

  private void addSums(Groups groups, long gradient, long partial, long sums) {
    groups.start(device, "group_sums", device.arguments().address(gradient).address(partial));
    double scale = op.mode() == Merge.Mode.AVERAGE ? 1.0 / op.count() : 1;
    Arguments a = device.arguments().put32(1).address(partial).address(sums);
    a.put64(groups.count()).put64(groups.splits()).putDouble(scale);
    device.launch("group_sums_finish", groups.count(), a);
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
