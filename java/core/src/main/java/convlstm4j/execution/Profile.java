package convlstm4j.execution;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where the time of a network goes: per layer and op, how long forward and backward took, as the
 * backend {@linkplain convlstm4j.backend.Backend#nanoseconds measures} it: a GPU by events on its
 * own clock, with each op waited for.
 */
public final class Profile {
  private static final double NANOS_PER_MILLI = 1e6;

  private record Key(String layer, String op) {}

  private static final class Times {
    private long forward;
    private long backward;
    private long calls;
    private String algorithm = "";
  }

  private final Map<Key, Times> times = new LinkedHashMap<>();

  /** An empty profile. */
  public Profile() {}

  void forward(String layer, String op, String algorithm, long nanos) {
    Times t = times.computeIfAbsent(new Key(layer, op), k -> new Times());
    t.forward += nanos;
    t.calls++;
    t.algorithm = algorithm;
  }

  void backward(String layer, String op, long nanos) {
    times.computeIfAbsent(new Key(layer, op), k -> new Times()).backward += nanos;
  }

  /**
   * What one op of one layer took.
   *
   * @param layer the layer's name
   * @param op the op's name
   * @param algorithm how the backend computed it last
   * @param calls how often it ran forward
   * @param forwardMillis milliseconds of all forward passes
   * @param backwardMillis milliseconds of all backward passes
   */
  public record Line(
      String layer,
      String op,
      String algorithm,
      long calls,
      double forwardMillis,
      double backwardMillis) {
    /**
     * Forward and backward.
     *
     * @return milliseconds
     */
    public double millis() {
      return forwardMillis + backwardMillis;
    }
  }

  /**
   * All lines, in the order in which the ops first ran.
   *
   * @return the lines
   */
  public List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    times.forEach(
        (k, t) ->
            lines.add(
                new Line(
                    k.layer,
                    k.op,
                    t.algorithm,
                    t.calls,
                    t.forward / NANOS_PER_MILLI,
                    t.backward / NANOS_PER_MILLI)));
    return lines;
  }

  /**
   * A table of the lines with each one's share of the whole.
   *
   * @return several lines of text
   */
  public String text() {
    double all = lines().stream().mapToDouble(Line::millis).sum();
    StringBuilder s = new StringBuilder();
    s.append(
        String.format(
            Locale.ROOT,
            "%-28s %-16s %6s %12s %12s %6s  %s%n",
            "layer",
            "op",
            "calls",
            "forward ms",
            "backward ms",
            "share",
            "algorithm"));
    for (Line l : lines()) {
      s.append(
          String.format(
              Locale.ROOT,
              "%-28s %-16s %6d %12.2f %12.2f %5.1f%%  %s%n",
              l.layer,
              l.op,
              l.calls,
              l.forwardMillis,
              l.backwardMillis,
              all == 0 ? 0 : 100 * l.millis() / all,
              l.algorithm));
    }
    return s.toString();
  }
}
