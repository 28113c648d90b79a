package convlstm4j.bench.run;

import convlstm4j.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whether a contender computes what it should: the largest difference from the float64 reference,
 * relative to the largest exact value of the array. What is left out, a wrong order of gates or a
 * wrong border is off by parts of 1; rounding in float32, Winograd's included, by far less than
 * these.
 */
final class Equality {
  /** For outputs and losses. */
  static final double OUTPUT = 1e-4;

  /** For gradients, sums of up to a hundred thousand terms. */
  static final double GRADIENT = 1e-3;

  private Equality() {}

  /**
   * Compares all arrays.
   *
   * @param exact by name
   * @param got gives a contender's array, or null where it has none
   * @return what is wrong, or empty
   */
  static Optional<String> difference(Map<String, Tensor> exact, Function<String, Tensor> got) {
    for (Map.Entry<String, Tensor> e : exact.entrySet()) {
      Tensor array = got.apply(e.getKey());
      if (array == null) {
        return Optional.of("it gives no " + e.getKey());
      }
      if (!array.shape().equals(e.getValue().shape())) {
        return Optional.of(
            e.getKey() + " has shape " + array.shape() + ", expected " + e.getValue().shape());
      }
      double error = error(e.getValue(), array);
      double allowed = e.getKey().startsWith("d") ? GRADIENT : OUTPUT;
      if (!(error <= allowed)) {
        return Optional.of(
            String.format(
                "%s differs from the float64 reference by %.1e of its largest value, allowed %.0e",
                e.getKey(), error, allowed));
      }
    }
    return Optional.empty();
  }

  /** NaN if anything is. */
  private static double error(Tensor exact, Tensor got) {
    double scale = 0;
    double most = 0;
    for (int i = 0; i < exact.size(); i++) {
      scale = Math.max(scale, Math.abs(exact.get(i)));
      most = Math.max(most, Math.abs(got.get(i) - exact.get(i)));
    }
    return most / scale;
  }
}
