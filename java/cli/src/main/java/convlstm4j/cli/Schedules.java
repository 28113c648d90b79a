package convlstm4j.cli;

import convlstm4j.optim.Schedule;
import convlstm4j.optim.Schedule.CosineDecay;
import convlstm4j.optim.Schedule.CosineDecayRestarts;
import convlstm4j.optim.Schedule.Cyclic;
import convlstm4j.optim.Schedule.ExponentialDecay;
import convlstm4j.optim.Schedule.InverseTimeDecay;
import convlstm4j.optim.Schedule.OneCycle;
import convlstm4j.optim.Schedule.PiecewiseConstantDecay;
import convlstm4j.optim.Schedule.PolynomialDecay;
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
        case "restarts" -> restarts(parts, rate);
        case "polynomial" -> polynomial(parts, rate);
        case "inverse" -> inverse(parts, rate);
        case "onecycle" -> new OneCycle(rate, whole(part(parts, 0, "STEPS")));
        case "cyclic" ->
            new Cyclic(number(part(parts, 1, "LEAST")), rate, whole(part(parts, 0, "STEPS")));
        default -> throw new IllegalArgumentException("no such kind");
      };
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--schedule "
              + text
              + ": "
              + e.getMessage()
              + "; expected cosine:STEPS[,alpha=A][,warmup=STEPS],"
              + " exponential:STEPS,FACTOR[,staircase], piecewise:STEP=RATE[,STEP=RATE..],"
              + " restarts:STEPS[,t=T][,m=M][,alpha=A], polynomial:STEPS[,end=E][,power=P][,cycle],"
              + " inverse:STEPS,RATE[,staircase], onecycle:STEPS or cyclic:STEPS,LEAST",
          e);
    }
  }

  /** The rate that a schedule starts from, a warm-up aside. */
  static double first(Schedule schedule) {
    if (schedule instanceof OneCycle one) {
      return one.most();
    }
    if (schedule instanceof Cyclic cyclic) {
      return cyclic.most();
    }
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

  /** {@code key=number} among the parts. */
  private static double named(List<String> parts, String key, double absent) {
    return parts.stream()
        .filter(p -> p.startsWith(key + "="))
        .findFirst()
        .map(p -> number(p.substring(key.length() + 1)))
        .orElse(absent);
  }

  private static void checkOnly(List<String> parts, int from, String pattern) {
    for (String p : parts.subList(Math.min(from, parts.size()), parts.size())) {
      if (!p.matches(pattern)) {
        throw new IllegalArgumentException("\"" + p + "\" is no option of it");
      }
    }
  }

  private static Schedule restarts(List<String> parts, double rate) {
    checkOnly(parts, 1, "(t|m|alpha)=.*");
    return new CosineDecayRestarts(
        rate,
        whole(part(parts, 0, "STEPS")),
        named(parts, "t", 2),
        named(parts, "m", 1),
        named(parts, "alpha", 0));
  }

  private static Schedule polynomial(List<String> parts, double rate) {
    checkOnly(parts, 1, "(end|power)=.*|cycle");
    return new PolynomialDecay(
        rate,
        whole(part(parts, 0, "STEPS")),
        named(parts, "end", 1e-4),
        named(parts, "power", 1),
        parts.contains("cycle"));
  }

  private static Schedule inverse(List<String> parts, double rate) {
    checkOnly(parts, 2, "staircase");
    return new InverseTimeDecay(
        rate,
        whole(part(parts, 0, "STEPS")),
        number(part(parts, 1, "RATE")),
        parts.contains("staircase"));
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
