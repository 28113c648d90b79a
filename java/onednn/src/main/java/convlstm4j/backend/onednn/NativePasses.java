package convlstm4j.backend.onednn;

/**
 * Pooling and the passes of batch normalisation in C++, see {@code cpu/include/kernels.h}. Part of
 * the library that {@link NativeKernels} loads. Addresses are of float32 arrays; numbers per group
 * are Java arrays, since there are few.
 */
final class NativePasses {
  private final long handle;
  private final int threads;

  NativePasses(NativeKernels kernels) {
    this.handle = kernels.handle();
    this.threads = kernels.threads();
  }

  int threads() {
    return threads;
  }

  /** Doubles of scratch memory that the sums need. */
  long scratchDoubles(Groups g) {
    return scratchDoubles(handle, g.numbers());
  }

  /** The groups' sums of {@code x - centre}, or of its square. */
  double[] moments(Groups g, long x, double[] centre, boolean squared, long scratch) {
    double[] sums = new double[g.count()];
    moments(handle, threads, g.numbers(), x, centre, squared, sums, scratch);
    return sums;
  }

  /** {@code y = (x - mean) scale + shift}. */
  void normalize(Groups g, long x, long y, double[] mean, double[] scale, double[] shift) {
    normalize(handle, threads, g.numbers(), x, y, mean, scale, shift);
  }

  /** The groups' sums of dy and of {@code dy (x - mean) inverse}. */
  void gradientSums(
      Groups g,
      long x,
      long dy,
      double[] mean,
      double[] inverse,
      double[] sums,
      double[] scaled,
      long scratch) {
    gradientSums(handle, threads, g.numbers(), x, dy, mean, inverse, sums, scaled, scratch);
  }

  /** {@code dx += (dy - a - b (x - mean)) scale}. */
  void inputGradient(
      Groups g, long x, long dy, long dx, double[] mean, double[] a, double[] b, double[] scale) {
    inputGradient(handle, threads, g.numbers(), x, dy, dx, mean, a, b, scale);
  }

  /** Pools; {@code shape} as {@link PoolPlan} describes it. */
  void poolForward(long[] shape, long x, long y, long scratch) {
    poolForward(handle, threads, shape, x, y, scratch);
  }

  /** Adds to dx. */
  void poolBackward(long[] shape, long x, long y, long dy, long dx, long scratch) {
    poolBackward(handle, threads, shape, x, y, dy, dx, scratch);
  }

  private static native long scratchDoubles(long handle, long[] shape);

  private static native void moments(
      long handle,
      int threads,
      long[] shape,
      long x,
      double[] centre,
      boolean squared,
      double[] sums,
      long scratch);

  private static native void normalize(
      long handle,
      int threads,
      long[] shape,
      long x,
      long y,
      double[] mean,
      double[] scale,
      double[] shift);

  private static native void gradientSums(
      long handle,
      int threads,
      long[] shape,
      long x,
      long dy,
      double[] mean,
      double[] inverse,
      double[] sums,
      double[] scaled,
      long scratch);

  private static native void inputGradient(
      long handle,
      int threads,
      long[] shape,
      long x,
      long dy,
      long dx,
      double[] mean,
      double[] a,
      double[] b,
      double[] scale);

  private static native void poolForward(
      long handle, int threads, long[] shape, long x, long y, long scratch);

  private static native void poolBackward(
      long handle, int threads, long[] shape, long x, long y, long dy, long dx, long scratch);
}
