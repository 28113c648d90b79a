package convlstm4j.backend.reference.heap;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Sorts the elements of an array into groups: those with equal indices along the kept axes. Groups
 * are numbered row-major over the kept axes. Loops see the array as runs of neighbouring elements
 * that either all belong to one group or to successive ones.
 */
public final class Groups {
  /** Partial sums kept at once; bounds the memory that sums in parallel take. */
  private static final int MAX_PARTIAL = 1 << 16;

  private static final int MAX_PIECES = 64;

  /** Axes outside the runs, neighbours of one kind joined, outermost first. */
  private final int[] sizes;

  /** By how much the group grows along each of them; 0 where the axis is not kept. */
  private final int[] strides;

  private final int runs;
  private final int length;
  private final int step;
  private final int count;

  /**
   * Makes the groups of an array.
   *
   * @param x shape of the array
   * @param kept its kept axes, not negative
   */
  public Groups(Shape x, List<Integer> kept) {
    List<int[]> axes = new ArrayList<>(); // {size, 1 if kept}, innermost first
    for (int d = x.rank() - 1; d >= 0; d--) {
      int size = (int) x.dim(d);
      int keeps = kept.contains(d) ? 1 : 0;
      int[] last = axes.isEmpty() ? null : axes.get(axes.size() - 1);
      if (last != null && (size == 1 || last[1] == keeps)) {
        last[0] *= size;
      } else if (size != 1) {
        axes.add(new int[] {size, keeps});
      }
    }
    if (axes.isEmpty()) {
      axes.add(new int[] {1, 0});
    }
    length = axes.get(0)[0];
    step = axes.get(0)[1];
    int groups = step == 1 ? length : 1;
    int n = axes.size() - 1;
    int outside = 1;
    sizes = new int[n];
    strides = new int[n];
    for (int i = 1; i <= n; i++) {
      int[] axis = axes.get(i);
      sizes[n - i] = axis[0];
      strides[n - i] = axis[1] * groups;
      groups *= axis[1] == 1 ? axis[0] : 1;
      outside *= axis[0];
    }
    runs = outside;
    count = groups;
  }

  /** Work on a run of neighbouring elements. */
  public interface Run {
    /**
     * Does the work.
     *
     * @param element index of the first element
     * @param n number of elements
     * @param group group of the first element
     * @param step by how much the group grows from element to element: 0 or 1
     */
    void run(int element, int n, int group, int step);
  }

  /** Adds terms of the elements of a run to the sums of their groups. */
  public interface Summand {
    /**
     * Adds the terms.
     *
     * @param sums one per group
     * @param element index of the first element
     * @param n number of elements
     * @param group group of the first element
     * @param step by how much the group grows from element to element: 0 or 1
     */
    void add(double[] sums, int element, int n, int group, int step);
  }

  /**
   * Number of groups.
   *
   * @return the product of the kept axes' sizes
   */
  public int count() {
    return count;
  }

  /**
   * Visits every element once, on all cores.
   *
   * @param body work on a run
   */
  public void each(Run body) {
    int pieces = Math.min(runs, MAX_PIECES);
    Parallel.each(pieces, p -> visit(p, pieces, body));
  }

  /**
   * Adds up one term per element for each group, always in the same order.
   *
   * @param terms adds the terms of a run
   * @return one sum per group
   */
  public double[] sum(Summand terms) {
    int pieces =
        Math.max(1, Math.min(Math.min(runs, MAX_PIECES), MAX_PARTIAL / Math.max(1, count)));
    double[][] partial = new double[pieces][];
    Parallel.each(
        pieces,
        p -> {
          double[] sums = new double[count];
          visit(p, pieces, (element, n, group, by) -> terms.add(sums, element, n, group, by));
          partial[p] = sums;
        });
    for (int p = 1; p < pieces; p++) {
      for (int g = 0; g < count; g++) {
        partial[0][g] += partial[p][g];
      }
    }
    return partial[0];
  }

  private void visit(int piece, int pieces, Run body) {
    int to = (int) ((piece + 1L) * runs / pieces);
    for (int r = (int) ((long) piece * runs / pieces); r < to; r++) {
      body.run(r * length, length, group(r), step);
    }
  }

  private int group(int run) {
    int group = 0;
    int rest = run;
    for (int d = sizes.length - 1; d >= 0; d--) {
      group += rest % sizes[d] * strides[d];
      rest /= sizes[d];
    }
    return group;
  }
}
