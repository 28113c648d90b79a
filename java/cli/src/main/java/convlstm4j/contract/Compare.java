package convlstm4j.contract;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * How close is close enough: docs/adr/0003. The relative error {@code |got - exact| / max(1,
 * |exact|)} may be as large as twice that of the float32 reference, or {@code 4 eps
 * ceil(log2(terms))}; three times that for gradients. NaN always fails, an expected one too: the
 * reference is a backend as well, and buffers hold NaN until they are written.
 */
final class Compare {
  /** The distance of numbers at 1, of float32. */
  static final double FLOAT32 = Math.ulp(1.0f);

  /** The same of TensorFloat-32, with its 10 bits of mantissa. */
  static final double TF32 = 1.0 / 1024;

  private static final double MOST_ZEROS = 0.1;

  private Compare() {}

  /**
   * Runs in float32, whose errors say how exactly a case can be computed.
   *
   * @param common the largest error of all of them is allowed to every element
   * @param each their errors of an element are allowed to that element
   */
  record Runs(List<Tensor> common, List<Tensor> each) {}

  /**
   * How close a result is.
   *
   * @param error largest relative error
   * @param allowed what it may be
   */
  record Closeness(double error, double allowed) {
    /** The one of two that is nearer to what is allowed. */
    Closeness worse(Closeness other) {
      return other.share() > share() ? other : this;
    }

    /** Of what is allowed. */
    double share() {
      return allowed == 0 ? 0 : error / allowed;
    }
  }

  /** Fails, naming the worst element, unless {@code got} is close to {@code exact}. */
  static Closeness close(
      String what, Tensor exact, Runs plain, Tensor got, long terms, double factor, double unit) {
    return close(what, exact, plain, got, terms, factor, unit, 1);
  }

  /**
   * The same with errors relative to the largest element, for algorithms that add and subtract
   * neighbours.
   */
  static Closeness closeInNorm(
      String what, Tensor exact, Runs plain, Tensor got, long terms, double factor, double unit) {
    double largest = 1;
    for (int i = 0; i < exact.size(); i++) {
      largest = Math.max(largest, Math.abs(exact.get(i)));
    }
    return close(what, exact, plain, got, terms, factor, unit, largest);
  }

  private static Closeness close(
      String what,
      Tensor exact,
      Runs plain,
      Tensor got,
      long terms,
      double factor,
      double unit,
      double least) {
    if (!exact.shape().equals(got.shape())) {
      throw new AssertionError(what + ": shape " + got.shape() + ", expected " + exact.shape());
    }
    double[] expected = values(exact);
    checkNoNan(what + ", float64 reference", expected);
    double baseline = 0;
    for (Tensor p : plain.common()) {
      double[] run = values(p);
      checkNoNan(what + ", float32 reference", run);
      baseline = Math.max(baseline, worst(expected, run, least));
    }
    List<double[]> each = plain.each().stream().map(Compare::values).toList();
    each.forEach(run -> checkNoNan(what + ", float32 reference", run));
    double log = Math.max(1, Math.ceil(Math.log((double) terms) / Math.log(2)));
    double common = factor * Math.max(2 * baseline, 4 * unit * log);
    Closeness most = new Closeness(0, common);
    double[] actual = values(got);
    for (int i = 0; i < actual.length; i++) {
      double error = error(expected[i], actual[i], least);
      double allowed = common;
      for (double[] run : each) {
        allowed = Math.max(allowed, factor * 2 * error(expected[i], run[i], least));
      }
      if (!(error <= allowed)) {
        throw new AssertionError(
            what
                + "["
                + i
                + "] = "
                + actual[i]
                + ", expected "
                + expected[i]
                + ": relative error "
                + error
                + ", allowed "
                + allowed);
      }
      if (error != 0) {
        most = most.worse(new Closeness(error, allowed));
      }
    }
    return most;
  }

  /** The elements; of a float64 tensor the array itself. */
  static double[] values(Tensor t) {
    return t.cast(DType.FLOAT64).doubles();
  }

  /** The first element in which two tensors of one type differ, -1 if none; NaN equals NaN. */
  static int firstDifference(Tensor a, Tensor b) {
    return a.dtype() == DType.FLOAT32
        ? Arrays.mismatch(a.floats(), b.floats())
        : Arrays.mismatch(a.doubles(), b.doubles());
  }

  private static void checkNoNan(String what, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (Double.isNaN(values[i])) {
        throw new AssertionError(what + "[" + i + "] is NaN; nothing can be compared with it");
      }
    }
  }

  /** Fails if so many expected values are zero that the comparison says little. */
  static void checkWorthIt(String what, Tensor exact) {
    int zeros = 0;
    for (int i = 0; i < exact.size(); i++) {
      zeros += exact.get(i) == 0 ? 1 : 0;
    }
    if (zeros > MOST_ZEROS * exact.size()) {
      throw new AssertionError(
          what
              + ": "
              + zeros
              + " of "
              + exact.size()
              + " expected values are zero; not worth a test");
    }
  }

  private static double worst(double[] exact, double[] got, double least) {
    double worst = 0;
    for (int i = 0; i < exact.length; i++) {
      worst = Math.max(worst, error(exact[i], got[i], least));
    }
    return worst;
  }

  private static double error(double exact, double got, double least) {
    if (Double.compare(exact, got) == 0) {
      return 0;
    }
    return Math.abs(got - exact) / Math.max(least, Math.abs(exact));
  }
}
