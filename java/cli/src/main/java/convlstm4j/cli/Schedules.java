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
import org.jspecify.annotations.Nullable;

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
    Parts parts = new Parts(colon < 0 ? "" : text.substring(colon + 1));
    try {
      return parts.all(read(kind, parts, rate));
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

  /** Arguments are taken in the order in which they are written: those without name come first. */
  private static Schedule read(String kind, Parts parts, double rate) {
    return switch (kind) {
      case "cosine" -> cosine(parts, rate);
      case "exponential" ->
          new ExponentialDecay(
              rate, parts.whole("STEPS"), parts.number("FACTOR"), parts.flag("staircase"));
      case "piecewise" -> piecewise(parts, rate);
      case "restarts" ->
          new CosineDecayRestarts(
              rate,
              parts.whole("STEPS"),
              parts.named("t", 2),
              parts.named("m", 1),
              parts.named("alpha", 0));
      case "polynomial" ->
          new PolynomialDecay(
              rate,
              parts.whole("STEPS"),
              parts.named("end", 1e-4),
              parts.named("power", 1),
              parts.flag("cycle"));
      case "inverse" ->
          new InverseTimeDecay(
              rate, parts.whole("STEPS"), parts.number("RATE"), parts.flag("staircase"));
      case "onecycle" -> new OneCycle(rate, parts.whole("STEPS"));
      case "cyclic" -> {
        long steps = parts.whole("STEPS");
        yield new Cyclic(parts.number("LEAST"), rate, steps);
      }
      default -> throw new IllegalArgumentException("no such kind");
    };
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

  private static Schedule cosine(Parts parts, double rate) {
    long steps = parts.whole("STEPS");
    double alpha = parts.named("alpha", 0);
    long warmup = parts.namedWhole("warmup", 0);
    return warmup == 0
        ? new CosineDecay(rate, steps, alpha)
        : new CosineDecay(0, steps, alpha, rate, warmup);
  }

  private static Schedule piecewise(Parts parts, double rate) {
    List<Long> steps = new ArrayList<>();
    List<Double> rates = new ArrayList<>(List.of(rate));
    do {
      String part = parts.next("STEP=RATE");
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("\"" + part + "\" is not STEP=RATE");
      }
      steps.add(Parts.whole("STEP", part.substring(0, equals)));
      rates.add(Parts.number("RATE", part.substring(equals + 1)));
    } while (parts.hasNext());
    return new PiecewiseConstantDecay(steps, rates);
  }

  /** What is behind the colon; each part is taken once. */
  private static final class Parts {
    private final List<String> left;

    Parts(String text) {
      left = new ArrayList<>(Arrays.asList(text.split(",", -1)));
    }

    boolean hasNext() {
      return !left.isEmpty();
    }

    /** Takes the first part. */
    String next(String what) {
      if (left.isEmpty() || left.get(0).isEmpty()) {
        throw new IllegalArgumentException(what + " is missing");
      }
      return left.remove(0);
    }

    long whole(String what) {
      return whole(what, next(what));
    }

    double number(String what) {
      return number(what, next(what));
    }

    boolean flag(String word) {
      return left.remove(word);
    }

    /** Takes {@code key=number}. */
    double named(String key, double absent) {
      String value = value(key);
      return value == null ? absent : number(key, value);
    }

    long namedWhole(String key, long absent) {
      String value = value(key);
      return value == null ? absent : whole(key, value);
    }

    /** Null if it is not among the parts. */
    private @Nullable String value(String key) {
      for (String part : left) {
        if (part.startsWith(key + "=")) {
          left.remove(part);
          return part.substring(key.length() + 1);
        }
      }
      return null;
    }

    /** Fails unless all parts were taken. */
    Schedule all(Schedule made) {
      if (!left.isEmpty()) {
        throw new IllegalArgumentException("\"" + left.get(0) + "\" is too much");
      }
      return made;
    }

    static long whole(String what, String text) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(what + " \"" + text + "\" is no whole number", e);
      }
    }

    static double number(String what, String text) {
      try {
        return Double.parseDouble(text);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(what + " \"" + text + "\" is no number", e);
      }
    }
  }
}
