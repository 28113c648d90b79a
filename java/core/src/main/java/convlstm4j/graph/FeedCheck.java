package convlstm4j.graph;

import convlstm4j.op.ShapeException;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Whether an array can be fed to an input, and what is wrong if it cannot.
 *
 * @param input its name
 * @param expected its shape
 * @param axes says what its axes are called, if that is known; asked only where something is wrong
 */
record FeedCheck(String input, Shape expected, Supplier<Optional<List<String>>> axes) {
  private static final Map<String, String> WORDS =
      Map.of("N", "batch", "T", "time", "C", "channel", "H", "height", "W", "width");

  /** Fails unless an array has the input's shape and elements. */
  void check(Shape actual) {
    if (!expected.fits(actual)) {
      throw new ShapeException(
          who(actual)
              + ", expected "
              + expected
              + axes.get().map(a -> ", which is " + a).orElse("")
              + missing(actual));
    }
    checkNotEmpty(actual, 0);
  }

  /** The same for one sample, which has no batch axis. */
  void checkSample(Shape sample) {
    if (expected.fits(sample.prepend(1))) {
      checkNotEmpty(sample, 1);
    } else {
      check(sample);
    }
  }

  private String who(Shape actual) {
    return "input \"" + input + "\" has shape " + actual;
  }

  private void checkNotEmpty(Shape actual, int first) {
    for (int d = 0; d < actual.rank(); d++) {
      if (actual.dim(d) == 0) {
        throw new ShapeException(
            who(actual)
                + (first + d == 0
                    ? ": there are no samples in it"
                    : ": " + axis(first + d) + " has size 0, expected at least 1"));
      }
    }
  }

  /** An axis of the input in words. */
  private String axis(int d) {
    if (d == 0) {
      return "the batch axis";
    }
    return axes.get().map(a -> "the " + WORDS.get(a.get(d)) + " axis").orElse("axis " + d);
  }

  /**
   * The axis without which the expected shape is the actual one. If several are possible, those
   * that agree with the most known sizes may be the ones; where these are more than two, nothing is
   * told.
   */
  private String missing(Shape actual) {
    List<Integer> best = new ArrayList<>();
    int possible = 0;
    long most = -1;
    for (int d = 0; d < expected.rank() && actual.rank() == expected.rank() - 1; d++) {
      Shape without = expected.without(d);
      if (!without.fits(actual)) {
        continue;
      }
      possible++;
      if (knownSizes(without) > most) {
        most = knownSizes(without);
        best.clear();
      }
      if (knownSizes(without) == most) {
        best.add(d);
      }
    }
    return best.isEmpty() || best.size() > 2
        ? ""
        : "; "
            + best.stream().map(this::axis).collect(Collectors.joining(" or "))
            + (possible == 1 ? " is missing" : " may be missing");
  }

  private static long knownSizes(Shape s) {
    long known = 0;
    for (long d : s.dims()) {
      known += d == Shape.UNKNOWN ? 0 : 1;
    }
    return known;
  }
}
