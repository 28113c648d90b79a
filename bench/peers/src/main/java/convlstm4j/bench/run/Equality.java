package convlstm4j.bench.run;

import convlstm4j.bench.task.Task;
import convlstm4j.bench.task.Tasks;
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

  /**
   * For gradients of the article's network: where the two largest values that a pool sees are
   * nearly the same, rounding decides which of them gets the gradient. At 400x400 pixels PyTorch's,
   * from direct convolutions, and ours are off by 1.3e-3.
   */
  static final double ARTICLE_GRADIENT = 1e-2;

  private Equality() {}

  /**
   * Compares all arrays.
   *
   * @param task what was computed
   * @param exact by name
   * @param got gives a contender's array, or null where it has none
   * @return what is wrong, or empty
   */
  static Optional<String> difference(
      Task task, Map<String, Tensor> exact, Function<String, Tensor> got) {
    double gradient = task.name().equals(Tasks.ARTICLE) ? ARTICLE_GRADIENT : GRADIENT;
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
      double allowed = e.getKey().startsWith("d") ? gradient : OUTPUT;
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
