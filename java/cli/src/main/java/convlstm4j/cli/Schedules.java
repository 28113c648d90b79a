package convlstm4j.cli;

import convlstm4j.optim.Schedule;
import convlstm4j.optim.Schedule.CosineDecay;
import convlstm4j.optim.Schedule.ExponentialDecay;
import convlstm4j.optim.Schedule.PiecewiseConstantDecay;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Learning-rate schedules as {@code --schedule} spells them. */
final class Schedules {
  private Schedules() {}

  /**
   * Reads {@code cosine:1000,alpha=0.1}, {@code exponential:100,0.9,staircase} or {@code
   * piecewise:100=0.01,200=0.001}.
   *
   * @param rate where it starts from
   */
  static Schedule parse(String text, double rate) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    List<String> parts =
        colon < 0 ? List.of() : Arrays.asList(text.substring(colon + 1).split(",", -1));
    try {
      return switch (kind) {
        case "cosine" -> cosine(parts, rate);
        case "exponential" -> exponential(parts, rate);
        case "piecewise" -> piecewise(parts, rate);
        default -> throw new IllegalArgumentException("no such kind");
      };
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--schedule "
              + text
              + ": "
              + e.getMessage()
              + "; expected cosine:STEPS[,alpha=A][,warmup=STEPS],"
              + " exponential:STEPS,FACTOR[,staircase] or piecewise:STEP=RATE[,STEP=RATE..]",
          e);
    }
  }

  /** The rate that a schedule starts from, a warm-up aside. */
  static double first(Schedule schedule) {
    return schedule instanceof CosineDecay c && !Double.isNaN(c.warmupTarget())
        ? c.warmupTarget()
        : schedule.rate(0);
  }

  private static Schedule cosine(List<String> parts, double rate) {
    double alpha = 0;
    long warmup = 0;
    for (String part : parts.subList(Math.min(1, parts.size()), parts.size())) {
      if (part.startsWith("alpha=")) {
        alpha = number(part.substring("alpha=".length()));
      } else if (part.startsWith("warmup=")) {
        warmup = whole(part.substring("warmup=".length()));
      } else {
        throw new IllegalArgumentException("\"" + part + "\" is neither alpha nor warmup");
      }
    }
    long steps = whole(part(parts, 0, "STEPS"));
    return warmup == 0
        ? new CosineDecay(rate, steps, alpha)
        : new CosineDecay(0, steps, alpha, rate, warmup);
  }

  private static Schedule exponential(List<String> parts, double rate) {
    boolean staircase = parts.size() == 3 && parts.get(2).equals("staircase");
    if (parts.size() > 2 && !staircase) {
      throw new IllegalArgumentException("\"" + parts.get(2) + "\" is not staircase");
    }
    return new ExponentialDecay(
        rate, whole(part(parts, 0, "STEPS")), number(part(parts, 1, "FACTOR")), staircase);
  }

  private static Schedule piecewise(List<String> parts, double rate) {
    List<Long> steps = new ArrayList<>();
    List<Double> rates = new ArrayList<>(List.of(rate));
    part(parts, 0, "STEP=RATE");
    for (String part : parts) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("\"" + part + "\" is not STEP=RATE");
      }
      steps.add(whole(part.substring(0, equals)));
      rates.add(number(part.substring(equals + 1)));
    }
    return new PiecewiseConstantDecay(steps, rates);
  }

  private static String part(List<String> parts, int k, String what) {
    if (k >= parts.size() || parts.get(k).isEmpty()) {
      throw new IllegalArgumentException(what + " is missing");
    }
    return parts.get(k);
  }

  private static long whole(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is no whole number", e);
    }
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is no number", e);
    }
  }
}
