package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Resample;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is between pixels. Centres of pixels stay where they are: of n pixels resized to m, pixel j
 * lies at {@code (j + 0.5) n / m - 0.5}. It is the mean of the pixels around, weighted by a kernel
 * of their distance, of which what lies beyond the edge is left out and the rest scaled up, as
 * TensorFlow and JAX do.
 */
enum Interpolation {
  /** The pixel itself. */
  NEAREST(0),
  /** Straight lines. */
  BILINEAR(1),
  /** Keys 1981, "Cubic convolution interpolation for digital image processing", a = -1/2. */
  BICUBIC(2),
  /** Lanczos's kernel over 3 pixels to each side. */
  LANCZOS3(3),
  /** Lanczos's kernel over 5 pixels to each side. */
  LANCZOS5(5);

  private final int radius;

  Interpolation(int radius) {
    this.radius = radius;
  }

  String kerasName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Interpolation read(Config c, String fallback) {
    return c.choice("interpolation", Interpolation.class, fallback, fallback);
  }

  /**
   * Resizes along neighbouring axes.
   *
   * @param first the first axis
   * @param sizes of the output, along it and those behind it
   * @param antialias whether the kernel is as much wider as pixels become fewer
   */
  Value resized(Lowering g, Value x, int first, List<Long> sizes, boolean antialias) {
    int from = 0;
    int to = sizes.size();
    Shape y = x.shape();
    boolean known = true;
    for (int k = 0; k < to; k++) {
      known &= y.dim(first + k) != Shape.UNKNOWN && sizes.get(k) != Shape.UNKNOWN;
      y = y.with(first + k, sizes.get(k));
    }
    while (from < to && x.shape().dim(first + from) == sizes.get(from)) {
      from++;
    }
    while (to > from && x.shape().dim(first + to - 1) == sizes.get(to - 1)) {
      to--;
    }
    if (from == to) {
      return x;
    }
    if (!known) { // only the shape counts
      return g.reshape(x, y);
    }
    List<Resample.Table> tables = new ArrayList<>();
    for (int k = from; k < to; k++) {
      tables.add(table(x.shape().dim(first + k), Math.toIntExact(sizes.get(k)), antialias));
    }
    return g.op(new Resample(first + from, tables), x);
  }

  /** What each of the output's pixels is made of. */
  Resample.Table table(long n, int size, boolean antialias) {
    if (n == size) {
      return Resample.Table.same(n);
    }
    double step = (double) n / size;
    if (this == NEAREST) {
      List<Integer> places = new ArrayList<>();
      for (int j = 0; j < size; j++) {
        places.add(Math.toIntExact((2L * j + 1) * n / (2L * size))); // exact, and below n
      }
      return Resample.Table.of(n, places);
    }
    double widened = antialias ? Math.max(step, 1) : 1;
    double reach = radius * widened;
    List<Integer> ends = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    for (int j = 0; j < size; j++) {
      double at = (j + 0.5) * step - 0.5;
      int first = (int) Math.max(0, Math.ceil(at - reach));
      int last = (int) Math.min(n - 1, (long) Math.floor(at + reach));
      double sum = 0;
      for (int i = first; i <= last; i++) {
        sum += kernel(Math.abs(at - i) / widened);
      }
      for (int i = first; i <= last; i++) {
        double w = kernel(Math.abs(at - i) / widened) / sum;
        if (w != 0) {
          places.add(i);
          weights.add(w);
        }
      }
      ends.add(places.size());
    }
    return new Resample.Table(n, ends, places, weights);
  }

  private double kernel(double d) {
    if (d >= radius) {
      return 0;
    }
    return switch (this) {
      case NEAREST, BILINEAR -> 1 - d;
      case BICUBIC -> d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2;
      case LANCZOS3, LANCZOS5 ->
          d == 0
              ? 1
              : radius
                  * Math.sin(Math.PI * d)
                  * Math.sin(Math.PI * d / radius)
                  / (Math.PI * Math.PI * d * d);
    };
  }
}
