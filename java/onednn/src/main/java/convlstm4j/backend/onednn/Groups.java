package convlstm4j.backend.onednn;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sorts the elements of an array into groups: those with equal indices along the kept axes,
 * numbered row-major over these. The array is walked in blocks of neighbouring elements that fit
 * the cache; a block consists of runs whose elements all belong to one group (step 0) or to
 * successive ones (step 1).
 */
final class Groups {
  /** Partial sums kept at once; bounds the memory that parallel sums take. */
  private static final int MAX_PARTIAL = 1 << 16;

  /** Bounds of {@link #joinable}: elements of a joined run, groups in all. */
  private static final long JOINED_LENGTH = 512;

  private static final long JOINED_COUNT = 1024;

  /** Axes outside the runs, outermost first, and by how much the group grows along each. */
  private final long[] sizes;

  private final long[] strides;
  private final long runs;
  private final long length;
  private final int step;
  private final int count;

  Groups(Shape x, List<Integer> kept) {
    List<long[]> axes = new ArrayList<>(); // {size, 1 if kept}, innermost first; neighbours joined
    for (int d = x.rank() - 1; d >= 0; d--) {
      long keeps = kept.contains(d) ? 1 : 0;
      long[] last = axes.isEmpty() ? null : axes.get(axes.size() - 1);
      if (last != null && (x.dim(d) == 1 || last[1] == keeps)) {
        last[0] *= x.dim(d);
      } else if (x.dim(d) != 1) {
        axes.add(new long[] {x.dim(d), keeps});
      }
    }
    if (axes.isEmpty()) {
      axes.add(new long[] {1, 0});
    }
    length = axes.get(0)[0];
    step = (int) axes.get(0)[1];
    long groups = step == 1 ? length : 1;
    int n = axes.size() - 1;
    sizes = new long[n];
    strides = new long[n];
    for (int i = 1; i <= n; i++) {
      long[] axis = axes.get(i);
      sizes[n - i] = axis[0];
      strides[n - i] = axis[1] * groups;
      groups *= axis[1] == 1 ? axis[0] : 1;
    }
    runs = x.elements() / Math.max(1, length);
    count = Math.toIntExact(groups);
  }

  private Groups(Groups narrow, int copies) {
    sizes = narrow.sizes.clone();
    sizes[sizes.length - 1] /= copies;
    strides = Arrays.stream(narrow.strides).map(s -> s * copies).toArray();
    runs = narrow.runs / copies;
    length = narrow.length * copies;
    step = narrow.step;
    count = narrow.count * copies;
  }

  /**
   * How many neighbouring runs of few elements may be taken for one, so that vectors are full:
   * those of the same groups, as many as keep the number of groups small.
   */
  int joinable() {
    if (step == 0 || sizes.length == 0 || strides[sizes.length - 1] != 0) {
      return 1;
    }
    long most = Math.min(JOINED_LENGTH / length, JOINED_COUNT / count);
    for (int n = (int) most; n > 1; n--) {
      if (sizes[sizes.length - 1] % n == 0) {
        return n;
      }
    }
    return 1;
  }

  /**
   * The same array with {@code n} neighbouring runs taken for one, each in groups of its own:
   * instead of the groups of a run come those of its first part, its second and so on.
   */
  Groups joined(int n) {
    return n == 1 ? this : new Groups(this, n);
  }

  /** Elements of a run. */
  int length() {
    return Math.toIntExact(length);
  }

  /** Axes outside the runs. */
  int axes() {
    return sizes.length;
  }

  /** This as the native side takes it; it has at most {@link Structs#MOST_AXES} axes. */
  Struct<Structs.Groups> struct() {
    Struct<Structs.Groups> g =
        new Struct<>(Structs.Groups.class)
            .set(Structs.Groups.RUNS, runs)
            .set(Structs.Groups.LENGTH, length)
            .set(Structs.Groups.STEP, step)
            .set(Structs.Groups.COUNT, count)
            .set(Structs.Groups.AXES, sizes.length);
    for (int i = 0; i < sizes.length; i++) {
      g.set(Structs.Groups.SIZES, i, sizes[i]).set(Structs.Groups.STRIDES, i, strides[i]);
    }
    return g;
  }

  /** Number of groups. */
  int count() {
    return count;
  }

  /** Work on one block: n elements from an index on. */
  interface Body {
    void block(long element, int n, Runs runs);
  }

  /** Adds the terms of one block to the sums of their groups. */
  interface Summand {
    void add(double[] sums, long element, int n, Runs runs);
  }

  /** Work on n elements of a block from {@code at} on; the first belongs to {@code group}. */
  interface Run {
    void run(int at, int n, int group, int step);
  }

  /** The runs of one block. */
  interface Runs {
    void each(Run run);
  }

  /** Visits every element once, on all cores. */
  void each(Body body) {
    int parts = (int) Math.min(runs, Parallel.MAX_PARTS);
    Parallel.each(parts, p -> visit(p, parts, body));
  }

  /** Adds up the terms of each group, always in the same order. */
  double[] sum(Summand terms) {
    int most = Math.max(1, Math.min(Parallel.MAX_PARTS, MAX_PARTIAL / count));
    int parts = (int) Math.max(1, Math.min(runs, most));
    double[][] partial = new double[parts][];
    Parallel.each(
        parts,
        p -> {
          double[] sums = new double[count];
          visit(p, parts, (element, n, inside) -> terms.add(sums, element, n, inside));
          partial[p] = sums;
        });
    for (int p = 1; p < parts; p++) {
      for (int g = 0; g < count; g++) {
        partial[0][g] += partial[p][g];
      }
    }
    return partial[0];
  }

  private void visit(int part, int parts, Body body) {
    long to = Parallel.begin(runs, part + 1, parts);
    int together = (int) Math.max(1, Parallel.PIECE / length);
    for (long r = Parallel.begin(runs, part, parts); r < to; r += together) {
      long first = r;
      if (length > Parallel.PIECE) {
        int group = group(r);
        for (long k = 0; k < length; k += Parallel.PIECE) {
          int n = (int) Math.min(Parallel.PIECE, length - k);
          int at = group + step * (int) k;
          body.block(r * length + k, n, run -> run.run(0, n, at, step));
        }
      } else {
        int n = (int) Math.min(together, to - r);
        int size = (int) length;
        body.block(
            r * length,
            n * size,
            run -> {
              for (int i = 0; i < n; i++) {
                run.run(i * size, size, group(first + i), step);
              }
            });
      }
    }
  }

  private int group(long run) {
    long group = 0;
    long rest = run;
    for (int d = sizes.length - 1; d >= 0; d--) {
      group += rest % sizes[d] * strides[d];
      rest /= sizes[d];
    }
    return (int) group;
  }
}
