package convlstm4j.backend.onednn;

/** {@link NormPasses} in C++. */
final class NativeNorm implements NormPasses {
  /** Numbers that the native side takes of a shape. */
  private static final int MOST_NUMBERS = 4 + 2 * 16;

  private final NativePasses passes;
  private final Groups groups;
  private final String name;

  NativeNorm(NativeKernels kernels, Groups groups) {
    this.passes = new NativePasses(kernels);
    this.groups = groups;
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
    return passes.moments(groups, x.address(), centre, squared, scratch.address());
  }

  @Override
  public void normalize(
      NativeBuffer x, NativeBuffer y, double[] mean, double[] scale, double[] shift) {
    passes.normalize(groups, x.address(), y.address(), mean, scale, shift);
  }

  @Override
  public double[][] gradientSums(
      NativeBuffer x, NativeBuffer dy, double[] mean, double[] inverse, At scratch) {
    double[][] sums = new double[2][groups.count()];
    passes.gradientSums(
        groups, x.address(), dy.address(), mean, inverse, sums[0], sums[1], scratch.address());
    return sums;
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
    passes.inputGradient(groups, x.address(), dy.address(), dx.address(), mean, a, b, scale);
  }
}
