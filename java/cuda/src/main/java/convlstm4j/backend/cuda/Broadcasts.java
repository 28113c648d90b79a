package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Layout;
import convlstm4j.op.Broadcasting;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Inputs of an op that are broadcast to its output y: each is first copied into one of y's shape,
 * in the plan's workspace, and its gradient is a sum over groups of that shape,
 * cuda/include/group_sums.h.
 */
final class Broadcasts {
  /** How an input is broadcast, and where in the workspace it is laid out as y. */
  private record Broadcast(Groups groups, long at) {}

  private final Device device;
  private final List<Shape> in;
  private final Shape y;

  /** One per input; null where it has y's shape. */
  private final List<Broadcast> broadcasts = new ArrayList<>();

  private final long partialAt;
  private final boolean any;

  Broadcasts(Device device, Layout workspace, List<Shape> in, Shape y) {
    this.device = device;
    this.in = in;
    this.y = y;
    long partial = 0;
    for (Shape x : in) {
      boolean plain = x.equals(y) || y.elements() == 0;
      Broadcast b =
          plain
              ? null
              : new Broadcast(new Groups(y, Broadcasting.kept(x, y)), workspace.take(y.elements()));
      broadcasts.add(b);
      partial = b == null ? partial : Math.max(partial, b.groups.partialBytes());
    }
    any = partial > 0;
    partialAt = any ? workspace.takeBytes(partial) : 0;
  }

  /** Whether any input is broadcast. */
  boolean any() {
    return any;
  }

  /** Whether an input is. */
  boolean is(int input) {
    return broadcasts.get(input) != null;
  }

  /** Addresses of the inputs, each of y's shape. */
  long[] laidOut(List<? extends Buffer> inputs, @Nullable Buffer workspace) {
    long[] x = new long[in.size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = DeviceBuffer.address(inputs.get(i));
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

  /**
   * Adds to the gradient of an input that is broadcast.
   *
   * @param input which one
   * @param gradient address of one of y's shape
   * @param scale what the sums are multiplied by
   * @param workspace the plan's
   * @param sums address of the input's own gradient
   */
  void addSums(int input, long gradient, double scale, @Nullable Buffer workspace, long sums) {
    Groups groups = broadcasts.get(input).groups;
    long partial = DeviceBuffer.address(workspace) + partialAt;
    groups.start(device, "group_sums", device.arguments().address(gradient).address(partial));
    Arguments a = device.arguments().put32(1).address(partial).address(sums);
    a.put64(groups.count()).put64(groups.splits()).putDouble(scale);
    device.launch("group_sums_finish", groups.count(), a);
  }
}
