package convlstm4j.backend.onednn;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An array that is seen as a larger one: an element counts for all those that have its indices
 * along the kept axes. Reads pieces of the larger array, and adds up their gradients.
 */
final class Broadcast {
  /** Sums kept at once: few, so that parts of them can be added up in parallel. */
  private static final long SUMS = 1 << 14;

  /** The larger array's axes, neighbours of one kind joined, innermost first. */
  private final long[] sizes;

  /** By how much the index in the array itself grows along each; 0 where the axis is not kept. */
  private final long[] strides;

  /** Cuts along the outermost axes, each summed by itself, with as many sums. */
  private final int slices;

  private final long sliceElements;
  private final Groups slice;

  Broadcast(Shape y, List<Integer> kept) {
    List<long[]> axes = new ArrayList<>(); // {size, stride}
    long own = 1;
    for (int d = y.rank() - 1; d >= 0; d--) {
      boolean keeps = kept.contains(d);
      long[] last = axes.isEmpty() ? null : axes.get(axes.size() - 1);
      if (last != null && (last[1] > 0) == keeps) {
        last[0] *= y.dim(d);
      } else {
        axes.add(new long[] {y.dim(d), keeps ? own : 0});
      }
      own *= keeps ? y.dim(d) : 1;
    }
    sizes = axes.stream().mapToLong(a -> a[0]).toArray();
    strides = axes.stream().mapToLong(a -> a[1]).toArray();
    int outer = 0;
    long cut = 1;
    while (own / cut > SUMS && outer < y.rank() && kept.contains(outer)) {
      cut *= y.dim(outer++);
    }
    slices = Math.toIntExact(cut);
    sliceElements = y.elements() / cut;
    int from = outer;
    slice =
        new Groups(
            y.from(from),
            IntStream.range(from, y.rank())
                .filter(kept::contains)
                .mapToObj(d -> d - from)
                .toList());
  }

  /** Reads n elements of the larger array. */
  float[] read(NativeBuffer x, long from, float[] target, int n) {
    long run = from / sizes[0];
    long inside = from % sizes[0];
    for (int k = 0; k < n; ) {
      int length = (int) Math.min(sizes[0] - inside, n - k);
      long at = index(run);
      if (strides[0] == 0) {
        Arrays.fill(target, k, k + length, Floats.get(x, at));
      } else {
        Floats.read(x, at + inside, target, k, length);
      }
      k += length;
      run++;
      inside = 0;
    }
    return target;
  }

  private long index(long run) {
    long index = 0;
    long rest = run;
    for (int a = 1; a < sizes.length; a++) {
      index += rest % sizes[a] * strides[a];
      rest /= sizes[a];
    }
    return index;
  }

  /** Yields n elements of the larger array's gradient. */
  interface Gradient {
    float[] read(long from, int n);
  }

  /** Adds to the array's own gradient what the larger one's makes of it. */
  void addSums(Gradient gradient, NativeBuffer dx) {
    Parallel.each(slices, s -> addSums(gradient, s, dx));
  }

  private void addSums(Gradient gradient, long at, NativeBuffer dx) {
    double[] sum =
        slice.sum(
            (sums, e, size, runs) -> {
              float[] d = gradient.read(at * sliceElements + e, size);
              runs.each(
                  (first, n, group, step) -> {
                    for (int k = 0, g = group; k < n; k++, g += step) {
                      sums[g] += d[first + k];
                    }
                  });
            });
    float[] add = new float[sum.length];
    for (int g = 0; g < add.length; g++) {
      add[g] = (float) sum[g];
    }
    Parallel.ranges(
        add.length, (from, n) -> Floats.add(add, (int) from, dx, at * add.length + from, n, 1));
  }
}
