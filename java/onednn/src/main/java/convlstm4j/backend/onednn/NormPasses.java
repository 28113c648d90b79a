package convlstm4j.backend.onednn;

import org.jspecify.annotations.Nullable;

/** The passes over memory that batch normalisation consists of; numbers per group are doubles. */
interface NormPasses {
  /** What does the work, for {@code algorithm()}. */
  String name();

  /** Floats of workspace that the passes need. */
  long scratchFloats();

  /** The groups' sums of {@code x - centre}, or of its square. */
  double[] moments(NativeBuffer x, double[] centre, boolean squared, @Nullable At scratch);

  /** {@code y = (x - mean) scale + shift}. */
  void normalize(
      NativeBuffer x,
      NativeBuffer y,
      double[] mean,
      double[] scale,
      double[] shift,
      @Nullable At scratch);

  /** The groups' sums of dy, then those of {@code dy (x - mean) inverse}. */
  double[][] gradientSums(
      NativeBuffer x, NativeBuffer dy, double[] mean, double[] inverse, @Nullable At scratch);

  /** {@code dx += (dy - a - b (x - mean)) scale}, or what is added is written. */
  void inputGradient(
      NativeBuffer x,
      NativeBuffer dy,
      NativeBuffer dx,
      boolean write,
      double[] mean,
      double[] a,
      double[] b,
      double[] scale,
      @Nullable At scratch);
}
