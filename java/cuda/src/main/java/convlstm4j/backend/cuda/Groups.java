package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Elements of an array sorted into groups, those with equal indices along the kept axes; the
 * structs Groups and GroupMap of cuda/include/groups.h. How a group is cut up depends on the shape
 * alone.
 */
final class Groups {
  private static final int AXES = 4;

  /** Members that a thread adds up, where there are many. */
  private static final long PER_THREAD = 64;

  /** Blocks that keep a large GPU busy. */
  private static final long ENOUGH_BLOCKS = 2048;

  private static final long MOST_SPLITS = 256;

  /** Members so few that one thread adds them up, and neighbouring threads neighbouring groups. */
  private static final long FEW = 32;

  /**
   * An axis, or neighbouring ones of one kind joined, with its strides in the array and among
   * groups.
   */
  private record Axis(long size, boolean kept, long stride, long groupStride) {}

  private final List<Axis> axes;
  private final long elements;
  private final long count;
  private final long members;
  private final long inner;
  private final long tiles;
  private final long splits;
  private final long perSplit;

  /**
   * Makes the groups of an array.
   *
   * @param x shape of the array, not empty
   * @param kept its kept axes, not negative
   */
  Groups(Shape x, List<Integer> kept) {
    axes = joined(x, kept);
    elements = x.elements();
    count = axes.stream().filter(Axis::kept).mapToLong(Axis::size).reduce(1, Math::multiplyExact);
    members = elements / count;
    inner = inner();
    long columns = Math.min(inner, Device.BLOCK);
    long rows = Device.BLOCK / columns;
    tiles = (inner + columns - 1) / columns;
    long blocks = count / inner * tiles;
    long wanted = (members + rows * PER_THREAD - 1) / (rows * PER_THREAD);
    long most = Math.max(1, Math.min(MOST_SPLITS, ENOUGH_BLOCKS / blocks));
    perSplit = (members + Math.min(wanted, most) - 1) / Math.min(wanted, most);
    splits = (members + perSplit - 1) / perSplit;
    if (of(true).size() > AXES || of(false).size() > AXES) {
      throw new BackendException(
          CudaBackend.NAME
              + ": axes "
              + kept
              + " of "
              + x
              + " alternate too often with the others");
    }
  }

  /**
   * Neighbouring groups that a block sums side by side. A block for each group would leave most of
   * its threads idle where members are few.
   */
  private long inner() {
    Axis last = axes.get(axes.size() - 1);
    if (last.kept) {
      return last.size;
    }
    List<Axis> kept = of(true);
    return members > FEW || kept.isEmpty() ? 1 : kept.get(kept.size() - 1).size;
  }

  private static List<Axis> joined(Shape x, List<Integer> kept) {
    List<Axis> axes = new ArrayList<>(); // innermost first
    long stride = 1;
    long groupStride = 1;
    for (int d = x.rank() - 1; d >= 0; d--) {
      long size = x.dim(d);
      boolean keeps = kept.contains(d);
      if (size == 1) {
        continue;
      }
      Axis inside = axes.isEmpty() ? null : axes.get(axes.size() - 1);
      if (inside != null && inside.kept == keeps) {
        axes.set(
            axes.size() - 1,
            new Axis(inside.size * size, keeps, inside.stride, inside.groupStride));
      } else {
        axes.add(new Axis(size, keeps, stride, keeps ? groupStride : 0));
      }
      stride *= size;
      groupStride *= keeps ? size : 1;
    }
    if (axes.isEmpty()) {
      axes.add(new Axis(1, false, 1, 0));
    }
    List<Axis> outermostFirst = new ArrayList<>();
    axes.forEach(a -> outermostFirst.add(0, a));
    return outermostFirst;
  }

  private List<Axis> of(boolean kept) {
    return axes.stream().filter(a -> a.kept == kept).toList();
  }

  /** Number of groups. */
  long count() {
    return count;
  }

  /** Elements of one group. */
  long members() {
    return members;
  }

  /** Number of elements. */
  long elements() {
    return elements;
  }

  /** Parts that a group is cut into. */
  long splits() {
    return splits;
  }

  /** Room for the partial sums, two per group and split. */
  long partialBytes() {
    return Math.multiplyExact(2L * Double.BYTES * splits, count);
  }

  /** Starts a kernel that writes the partial sums. */
  void start(Device d, String kernel, Arguments a) {
    d.launch(kernel, work() * Device.BLOCK, put(a));
  }

  /**
   * {@code y = scale * sums}, or adds to it: cuda/include/group_sums.h.
   *
   * @param x the array
   * @param partial room for {@link #partialBytes}
   * @param scale factor of the sums
   * @param add whether to add to y
   * @param y one float per group
   */
  void sum(Device d, long x, long partial, double scale, boolean add, long y) {
    start(d, "group_sums", d.arguments().address(x).address(partial));
    Arguments a = d.arguments().put32(add ? 1 : 0).address(partial).address(y);
    d.launch("group_sums_finish", count, a.put64(count).put64(splits).putDouble(scale));
  }

  /** Pieces of work, each of one block, that the sums are cut into. */
  long work() {
    return count / inner * tiles * splits;
  }

  /** Appends {@code struct Groups}. */
  Arguments put(Arguments a) {
    a.put64(count).put64(members).put64(inner).put64(perSplit).put64(work());
    a.divisor(splits).divisor(tiles).put32(of(true).size()).put32(of(false).size());
    put(a, of(true), AXES);
    a.put64(strides(of(true)), AXES, 0);
    put(a, of(false), AXES);
    return a.put64(strides(of(false)), AXES, 0);
  }

  /** Appends {@code struct GroupMap}. */
  Arguments putMap(Arguments a) {
    a.put64(elements).put32(axes.size()).put32(0);
    put(a, axes, 2 * AXES);
    return a.put64(axes.stream().mapToLong(Axis::groupStride).toArray(), 2 * AXES, 0);
  }

  private static void put(Arguments a, List<Axis> axes, int most) {
    for (int i = 0; i < most; i++) {
      a.divisor(i < axes.size() ? axes.get(i).size : 1);
    }
  }

  private static long[] strides(List<Axis> axes) {
    return axes.stream().mapToLong(Axis::stride).toArray();
  }
}
