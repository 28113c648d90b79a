package convlstm4j.backend.onednn;

/**
 * {@link NormPasses} in C++. Runs shorter than vectors, such as few channels that lie innermost,
 * are joined: numbers per group are then repeated, and sums of repeated groups added up.
 */
final class NativeNorm implements NormPasses {
  /** Numbers that the native side takes of a shape. */
  private static final int MOST_NUMBERS = 4 + 2 * 16;

  private final NativePasses passes;
  private final Groups groups;

  /** Elements of a run, and how many are joined. */
  private final int run;

  private final int joined;
  private final String name;

  NativeNorm(NativeKernels kernels, Groups groups) {
    this.passes = new NativePasses(kernels);
    this.joined = groups.joinable();
    this.run = joined == 1 ? 1 : groups.length();
    this.groups = groups.joined(joined);
    this.name = "C++ (" + kernels.name() + ")";
  }

  static boolean takes(Groups groups) {
    return groups.numbers().length <= MOST_NUMBERS;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long scratchFloats() {
    return passes.scratchDoubles(groups) * Double.BYTES / Float.BYTES;
  }

  @Override
  public double[] moments(NativeBuffer x, double[] centre, boolean squared, At scratch) {
    return sums(passes.moments(groups, x.address(), repeated(centre), squared, scratch.address()));
  }

  @Override
  public void normalize(
      NativeBuffer x, NativeBuffer y, double[] mean, double[] scale, double[] shift) {
    passes.normalize(
        groups, x.address(), y.address(), repeated(mean), repeated(scale), repeated(shift));
  }

  @Override
  public double[][] gradientSums(
      NativeBuffer x, NativeBuffer dy, double[] mean, double[] inverse, At scratch) {
    double[] plain = new double[groups.count()];
    double[] scaled = new double[groups.count()];
    passes.gradientSums(
        groups,
        x.address(),
        dy.address(),
        repeated(mean),
        repeated(inverse),
        plain,
        scaled,
        scratch.address());
    return new double[][] {sums(plain), sums(scaled)};
  }

  @Override
  public void inputGradient(
      NativeBuffer x,
      NativeBuffer dy,
      NativeBuffer dx,
      double[] mean,
      double[] a,
      double[] b,
      double[] scale) {
    passes.inputGradient(
        groups,
        x.address(),
        dy.address(),
        dx.address(),
        repeated(mean),
        repeated(a),
        repeated(b),
        repeated(scale));
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
