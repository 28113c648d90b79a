package convlstm4j.backend.onednn;

import convlstm4j.backend.onednn.NativeKernels.Kernel;
import convlstm4j.backend.onednn.Structs.GroupGradientSums;
import convlstm4j.backend.onednn.Structs.GroupInputGradient;
import convlstm4j.backend.onednn.Structs.GroupMoments;
import convlstm4j.backend.onednn.Structs.GroupNormalize;
import java.nio.DoubleBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@link NormPasses} in C++. Runs shorter than vectors, such as few channels that lie innermost,
 * are joined: numbers per group are then repeated, and sums of repeated groups added up. Scratch
 * memory: up to {@link #ARRAYS} arrays of a double per group, then what the sums need.
 */
final class NativeNorm implements NormPasses {
  /** Most arrays of numbers per group that a pass takes or yields. */
  private static final int ARRAYS = 4;

  private final NativeKernels kernels;
  private final int count;

  /** Elements of a run, and how many are joined. */
  private final int run;

  private final int joined;
  private final long doubles;
  private final Struct<GroupMoments> moments = new Struct<>(GroupMoments.class);
  private final Struct<GroupNormalize> normalize = new Struct<>(GroupNormalize.class);
  private final Struct<GroupGradientSums> gradientSums = new Struct<>(GroupGradientSums.class);
  private final Struct<GroupInputGradient> inputGradient = new Struct<>(GroupInputGradient.class);

  NativeNorm(NativeKernels kernels, Groups narrow) {
    this.kernels = kernels;
    this.joined = narrow.joinable();
    this.run = joined == 1 ? 1 : narrow.length();
    Groups groups = narrow.joined(joined);
    this.count = groups.count();
    Struct<Structs.Groups> struct = groups.struct();
    this.doubles = kernels.run(Kernel.GROUP_DOUBLES, struct);
    moments.set(GroupMoments.GROUPS, struct);
    normalize.set(GroupNormalize.GROUPS, struct);
    gradientSums.set(GroupGradientSums.GROUPS, struct);
    inputGradient.set(GroupInputGradient.GROUPS, struct);
  }

  static boolean takes(Groups groups) {
    return groups.axes() <= Structs.MOST_AXES;
  }

  @Override
  public String name() {
    return "C++ (" + kernels.name() + ")";
  }

  @Override
  public long scratchFloats() {
    return ((long) ARRAYS * count + doubles) * Double.BYTES / Float.BYTES;
  }

  /** Arrays of numbers per group in scratch memory, one after another. */
  private final class Arrays {
    private final At scratch;
    private int used;

    Arrays(@Nullable At scratch) {
      this.scratch = Objects.requireNonNull(scratch, "normalising in C++ takes scratch memory");
    }

    private long place(int which) {
      return scratch.address() + (long) which * count * Double.BYTES;
    }

    private DoubleBuffer values(int which) {
      return Address.doubles(place(which), count);
    }

    /** The address of each group's number. */
    long put(double[] values) {
      this.values(used).put(repeated(values));
      return place(used++);
    }

    /** The address of numbers that the pass writes. */
    long room() {
      return place(used++);
    }

    /** Numbers that the pass has written, by their place. */
    double[] sums(int which) {
      double[] parts = new double[count];
      values(which).get(parts);
      return NativeNorm.this.sums(parts);
    }

    /** The address of memory for the sums. */
    long rest() {
      return place(ARRAYS);
    }
  }

  @Override
  public double[] moments(NativeBuffer x, double[] centre, boolean squared, @Nullable At scratch) {
    Arrays a = new Arrays(scratch);
    moments
        .set(GroupMoments.X, x.address())
        .set(GroupMoments.CENTRE, a.put(centre))
        .set(GroupMoments.SQUARED, squared ? 1 : 0)
        .set(GroupMoments.SUMS, a.room())
        .set(GroupMoments.SCRATCH, a.rest());
    kernels.run(Kernel.GROUP_MOMENTS, moments);
    return a.sums(1);
  }

  @Override
  public void normalize(
      NativeBuffer x,
      NativeBuffer y,
      double[] mean,
      double[] scale,
      double[] shift,
      @Nullable At scratch) {
    Arrays a = new Arrays(scratch);
    normalize
        .set(GroupNormalize.X, x.address())
        .set(GroupNormalize.Y, y.address())
        .set(GroupNormalize.MEAN, a.put(mean))
        .set(GroupNormalize.SCALE, a.put(scale))
        .set(GroupNormalize.SHIFT, a.put(shift));
    kernels.run(Kernel.GROUP_NORMALIZE, normalize);
  }

  @Override
  public double[][] gradientSums(
      NativeBuffer x, NativeBuffer dy, double[] mean, double[] inverse, @Nullable At scratch) {
    Arrays a = new Arrays(scratch);
    gradientSums
        .set(GroupGradientSums.X, x.address())
        .set(GroupGradientSums.DY, dy.address())
        .set(GroupGradientSums.MEAN, a.put(mean))
        .set(GroupGradientSums.INVERSE, a.put(inverse))
        .set(GroupGradientSums.SUMS, a.room())
        .set(GroupGradientSums.SCALED_SUMS, a.room())
        .set(GroupGradientSums.SCRATCH, a.rest());
    kernels.run(Kernel.GROUP_GRADIENT_SUMS, gradientSums);
    return new double[][] {a.sums(2), a.sums(3)};
  }

  @Override
  public void inputGradient(
      NativeBuffer x,
      NativeBuffer dy,
      NativeBuffer dx,
      boolean write,
      double[] mean,
      double[] first,
      double[] second,
      double[] scale,
      @Nullable At scratch) {
    Arrays a = new Arrays(scratch);
    inputGradient
        .set(GroupInputGradient.X, x.address())
        .set(GroupInputGradient.DY, dy.address())
        .set(GroupInputGradient.DX, dx.address())
        .set(GroupInputGradient.MEAN, a.put(mean))
        .set(GroupInputGradient.A, a.put(first))
        .set(GroupInputGradient.B, a.put(second))
        .set(GroupInputGradient.SCALE, a.put(scale))
        .set(GroupInputGradient.ADDS, write ? 0 : 1);
    kernels.run(Kernel.GROUP_INPUT_GRADIENT, inputGradient);
  }

  /** Each group's number for each of its parts. */
  private double[] repeated(double[] values) {
    if (joined == 1) {
      return values;
    }
    double[] all = new double[values.length * joined];
    for (int k = 0; k < all.length; k++) {
      all[k] = values[k / (run * joined) * run + k % run];
    }
    return all;
  }

  /** Each group's sum of its parts'. */
  private double[] sums(double[] parts) {
    if (joined == 1) {
      return parts;
    }
    double[] all = new double[parts.length / joined];
    for (int k = 0; k < parts.length; k++) {
      all[k / (run * joined) * run + k % run] += parts[k];
    }
    return all;
  }
}
