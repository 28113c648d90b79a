package convlstm4j.bench.run;

import java.util.Collection;
import java.util.List;

/** Of measured times. */
final class Statistics {
  private Statistics() {}

  static double median(Collection<Long> values) {
    return quantile(values, 0.5);
  }

  /** Linear between the two nearest values. */
  static double quantile(Collection<Long> values, double q) {
    List<Long> sorted = values.stream().sorted().toList();
    if (sorted.isEmpty()) {
      throw new IllegalArgumentException("no values");
    }
    double at = q * (sorted.size() - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.size() - 1);
    return sorted.get(below) + (at - below) * (sorted.get(above) - sorted.get(below));
  }
}
