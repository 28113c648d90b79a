package convlstm4j.backend.onednn;

import org.jspecify.annotations.Nullable;

/** {@link NormPasses} in Java, where the C++ kernels are missing. */
final class JavaNorm implements NormPasses {
  private final Groups groups;

  JavaNorm(Groups groups) {
    this.groups = groups;
  }

  @Override
  public String name() {
    return "Java loops";
  }

  @Override
  public long scratchFloats() {
    return 0;
  }

  @Override
  public double[] moments(NativeBuffer x, double[] centre, boolean squared, @Nullable At scratch) {
    return groups.sum(
        (sums, e, size, runs) -> {
          float[] v = Floats.read(x, e, Floats.scratch(0), size);
          runs.each(
              (at, n, group, step) -> {
                for (int k = 0, g = group; k < n; k++, g += step) {
                  double d = v[at + k] - centre[g];
                  sums[g] += squared ? d * d : d;
                }
              });
        });
  }

  @Override
  public void normalize(
      NativeBuffer x,
      NativeBuffer y,
      double[] mean,
      double[] scale,
      double[] shift,
      @Nullable At scratch) {
    groups.each(
        (e, size, runs) -> {
          float[] v = Floats.read(x, e, Floats.scratch(0), size);
          runs.each(
              (at, n, group, step) -> {
                for (int k = 0, g = group; k < n; k++, g += step) {
                  v[at + k] = (float) ((v[at + k] - mean[g]) * scale[g] + shift[g]);
                }
              });
          Floats.write(v, y, e, size);
        });
  }

  @Override
  public double[][] gradientSums(
      NativeBuffer x, NativeBuffer dy, double[] mean, double[] inverse, @Nullable At scratch) {
    return new double[][] {sumGradient(null, dy, mean, inverse), sumGradient(x, dy, mean, inverse)};
  }

  private double[] sumGradient(
      @Nullable NativeBuffer x, NativeBuffer dy, double[] mean, double[] inverse) {
    return groups.sum(
        (sums, e, size, runs) -> {
          float[] d = Floats.read(dy, e, Floats.scratch(0), size);
          float[] v = x == null ? null : Floats.read(x, e, Floats.scratch(1), size);
          runs.each(
              (at, n, group, step) -> {
                for (int k = 0, g = group; k < n; k++, g += step) {
                  sums[g] +=
                      v == null ? d[at + k] : d[at + k] * ((v[at + k] - mean[g]) * inverse[g]);
                }
              });
        });
  }

  @Override
  public void inputGradient(
      NativeBuffer x,
      NativeBuffer dy,
      NativeBuffer dx,
      boolean write,
      double[] mean,
      double[] a,
      double[] b,
      double[] scale,
      @Nullable At scratch) {
    groups.each(
        (e, size, runs) -> {
          float[] d = Floats.read(dy, e, Floats.scratch(0), size);
          float[] v = Floats.read(x, e, Floats.scratch(1), size);
          runs.each(
              (at, n, group, step) -> {
                for (int k = at, g = group; k < at + n; k++, g += step) {
                  d[k] = (float) ((d[k] - (a[g] + b[g] * (v[k] - mean[g]))) * scale[g]);
                }
              });
          Floats.give(write, d, 0, dx, e, size, 2);
        });
  }
}
