package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Copies and additions between arrays with any strides; the kernels are in
 * cuda/include/strided_copy.h. Axes are put in the order of the target's memory and joined where
 * both arrays allow it, then the fastest kernel that fits is taken.
 */
final class StridedCopy {
  private static final int AXES = 6;
  private static final int BATCH_AXES = 4;
  private static final int TILE = 32;
  private static final int PACK = 4;
  private static final long PACK_BYTES = 16;

  /** Shorter sides of a transposition leave most of a tile empty. */
  private static final long LEAST_SIDE = 8;

  private StridedCopy() {}

  private record Axis(long size, long from, long to) {}

  /**
   * {@code to[sum i_a ts_a] = from[sum i_a fs_a]} for all indices i below the sizes, or {@code +=}.
   *
   * @param d the device
   * @param sizes of the axes
   * @param from address of the element of index 0
   * @param fs strides in elements; may be negative
   * @param to address of the element of index 0
   * @param ts strides in elements; no two indices meet in one element
   * @param add whether to add
   */
  static void copy(Device d, long[] sizes, long from, long[] fs, long to, long[] ts, boolean add) {
    List<Axis> axes = joined(sizes, fs, ts);
    long n = axes.stream().mapToLong(Axis::size).reduce(1, Math::multiplyExact);
    if (n == 0) {
      return;
    }
    boolean plain =
        axes.isEmpty() || (axes.size() == 1 && last(axes).from == 1 && last(axes).to == 1);
    if (plain && !add) {
      d.copy(from, to, n * Float.BYTES);
      return;
    }
    int row = rowAxis(axes);
    if (row >= 0) {
      transposed(d, axes, row, from, to, add);
      return;
    }
    boolean packs = packs(axes, from, to);
    if (axes.size() > AXES) {
      throw new BackendException(
          CudaBackend.NAME
              + ": a copy along "
              + axes.size()
              + " axes that cannot be joined, at most "
              + AXES);
    }
    Arguments a =
        d.arguments().put32(axes.size()).address(from).address(to).put64(packs ? n / PACK : n);
    List<Axis> counted = packs ? axes.stream().map(StridedCopy::inPacks).toList() : axes;
    putAxes(a, counted, AXES);
    d.launch(name("strided", add) + (packs ? "_x4" : ""), packs ? n / PACK : n, a);
  }

  private static String name(String kind, boolean add) {
    return kind + (add ? "_add" : "_copy");
  }

  /** The axes, outermost of the target first, those of size 1 left out, neighbours joined. */
  private static List<Axis> joined(long[] sizes, long[] fs, long[] ts) {
    List<Axis> all = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] != 1) {
        all.add(new Axis(sizes[i], fs[i], ts[i]));
      }
    }
    all.sort(Comparator.comparingLong((Axis a) -> Math.abs(a.to)).reversed());
    List<Axis> joined = new ArrayList<>();
    for (Axis a : all) {
      Axis outer = joined.isEmpty() ? null : last(joined);
      if (outer != null && outer.from == a.from * a.size && outer.to == a.to * a.size) {
        joined.set(joined.size() - 1, new Axis(outer.size * a.size, a.from, a.to));
      } else {
        joined.add(a);
      }
    }
    return joined;
  }

  private static Axis last(List<Axis> axes) {
    return axes.get(axes.size() - 1);
  }

  /**
   * The axis along which the source runs while the target runs along the last; -1 if tiles are no
   * use.
   */
  private static int rowAxis(List<Axis> axes) {
    int n = axes.size();
    if (n < 2 || n > BATCH_AXES + 2 || last(axes).to != 1 || last(axes).size < LEAST_SIDE) {
      return -1;
    }
    for (int i = 0; i < n - 1; i++) {
      if (axes.get(i).from == 1 && axes.get(i).size >= LEAST_SIDE) {
        return i;
      }
    }
    return -1;
  }

  private static void transposed(
      Device d, List<Axis> axes, int row, long from, long to, boolean add) {
    List<Axis> batch = new ArrayList<>(axes);
    Axis columns = batch.remove(batch.size() - 1);
    Axis rows = batch.remove(row);
    long across = (rows.size + TILE - 1) / TILE;
    long down = (columns.size + TILE - 1) / TILE;
    long tiles = batch.stream().mapToLong(Axis::size).reduce(across * down, Math::multiplyExact);
    Arguments a = d.arguments().put32(batch.size()).address(from).address(to);
    a.put64(rows.size).put64(columns.size).put64(columns.from).put64(rows.to);
    a.put64(tiles).divisor(across).divisor(down);
    putAxes(a, batch, BATCH_AXES);
    d.launch(name("transposed", add), tiles * Device.BLOCK, a);
  }

  private static void putAxes(Arguments a, List<Axis> axes, int most) {
    for (int i = 0; i < most; i++) {
      a.divisor(i < axes.size() ? axes.get(i).size : 1);
    }
    a.put64(axes.stream().mapToLong(Axis::from).toArray(), most, 0);
    a.put64(axes.stream().mapToLong(Axis::to).toArray(), most, 0);
  }

  /** Whether four neighbours of one array are four neighbours of the other everywhere. */
  private static boolean packs(List<Axis> axes, long from, long to) {
    if (axes.isEmpty()
        || last(axes).from != 1
        || last(axes).to != 1
        || last(axes).size % PACK != 0) {
      return false;
    }
    boolean packs = from % PACK_BYTES == 0 && to % PACK_BYTES == 0;
    for (Axis a : axes.subList(0, axes.size() - 1)) {
      packs &= a.from % PACK == 0 && a.to % PACK == 0;
    }
    return packs;
  }

  private static Axis inPacks(Axis a) {
    return a.from == 1 && a.to == 1
        ? new Axis(a.size / PACK, 1, 1)
        : new Axis(a.size, a.from / PACK, a.to / PACK);
  }
}
