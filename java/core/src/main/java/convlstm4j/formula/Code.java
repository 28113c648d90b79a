package convlstm4j.formula;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Formulas as steps, each after those it needs and equal ones made once, with a place for what each
 * yields: what a backend runs for every element.
 *
 * @param steps in order
 * @param results the step that yields each formula
 * @param places for each step the register that takes its value, which may be one that it reads
 * @param registers how many there are
 */
public record Code(List<Step> steps, List<Integer> results, List<Integer> places, int registers) {
  /** The most inputs of a formula. */
  public static final int MOST_INPUTS = 24;

  /** The most formulas at once. */
  public static final int MOST_RESULTS = 15;

  /** The most steps. */
  public static final int MOST_STEPS = 128;

  /** The most registers. */
  public static final int MOST_REGISTERS = 24;

  /**
   * One function at work.
   *
   * @param function what it is
   * @param value a constant, or the number of an input
   * @param arguments steps that yield what it is of
   */
  public record Step(Function function, double value, List<Integer> arguments) {
    public Step {
      arguments = List.copyOf(arguments);
    }

    @Override
    public String toString() {
      return switch (function) {
        case INPUT -> "x" + (int) value;
        case CONSTANT -> String.valueOf(value);
        default -> {
          StringBuilder b = new StringBuilder(function.name().toLowerCase(Locale.ROOT));
          arguments.forEach(a -> b.append(' ').append(a));
          yield b.toString();
        }
      };
    }
  }

  public Code {
    steps = List.copyOf(steps);
    results = List.copyOf(results);
    places = List.copyOf(places);
  }

  /**
   * The steps of formulas.
   *
   * @param formulas at least one
   * @return their code
   */
  public static Code of(List<Formula> formulas) {
    Numbering numbering = new Numbering();
    List<Integer> results = formulas.stream().map(numbering::of).toList();
    List<Integer> places = new ArrayList<>();
    int registers = place(numbering.steps, results, places);
    return new Code(numbering.steps, results, places, registers);
  }

  /**
   * Fails if a backend could not run this.
   *
   * @param what the formulas are for, for the message
   * @return this
   * @throws IllegalArgumentException if there are too many steps or values at once
   */
  public Code checked(String what) {
    if (steps.size() > MOST_STEPS || registers > MOST_REGISTERS || results.size() > MOST_RESULTS) {
      throw new IllegalArgumentException(
          what
              + " yields "
              + results.size()
              + " numbers by "
              + steps.size()
              + " steps and "
              + registers
              + " values at once, expected at most "
              + MOST_RESULTS
              + ", "
              + MOST_STEPS
              + " and "
              + MOST_REGISTERS
              + ": cut the formula in two");
    }
    return this;
  }

  private static int place(List<Step> steps, List<Integer> results, List<Integer> places) {
    int[] last = new int[steps.size()];
    for (int i = 0; i < steps.size(); i++) {
      for (int a : steps.get(i).arguments()) {
        last[a] = i;
      }
    }
    results.forEach(r -> last[r] = Integer.MAX_VALUE);
    List<Integer> free = new ArrayList<>();
    int registers = 0;
    for (int i = 0; i < steps.size(); i++) {
      for (int a : steps.get(i).arguments()) {
        if (last[a] == i && !free.contains(places.get(a))) {
          free.add(places.get(a));
        }
      }
      places.add(free.isEmpty() ? registers++ : free.remove(0));
    }
    return registers;
  }

  /** Puts a step in the place of each formula. */
  private static final class Numbering {
    private final IdentityHashMap<Formula, Integer> seen = new IdentityHashMap<>();
    private final Map<Step, Integer> equal = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();

    private int of(Formula f) {
      Integer known = seen.get(f);
      if (known == null) {
        known =
            number(
                new Step(f.function(), f.value(), f.arguments().stream().map(this::of).toList()));
        seen.put(f, known);
      }
      return known;
    }

    private int number(Step step) {
      return equal.computeIfAbsent(
          step,
          s -> {
            steps.add(s);
            return steps.size() - 1;
          });
    }
  }

  @Override
  public String toString() {
    StringBuilder b = new StringBuilder();
    steps.forEach(s -> b.append(b.length() == 0 ? "" : "; ").append(s));
    return b.toString();
  }
}
