package convlstm4j.formula;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;

/**
 * A formula over inputs x0, x1, ..: what a loss, an activation or an optimiser of one's own
 * computes for each element. An immutable value.
 *
 * <pre>
 * Formula error = Formula.input(0).minus(Formula.input(1)).abs(); // so that exp cannot overflow
 * Formula logCosh = error.plus(error.times(-2).exp().log1p()).minus(Math.log(2));
 * </pre>
 */
public final class Formula {
  /** Far more than a backend runs; derivatives are deeper than what they are of. */
  private static final int MOST_DEPTH = 1000;

  private final Function function;
  private final List<Formula> arguments;

  /** The constant, or the number of the input. */
  private final double value;

  /** Functions on the longest way to an input: what walks down a formula goes so deep. */
  private final int depth;

  private Formula(Function function, double value, Formula... arguments) {
    this.function = function;
    this.value = value;
    this.arguments = List.of(arguments);
    int deepest = 0;
    for (Formula a : arguments) {
      deepest = Math.max(deepest, a.depth);
    }
    this.depth = deepest + 1;
    if (depth > MOST_DEPTH) {
      throw new IllegalArgumentException(
          "a formula of more than " + MOST_DEPTH + " functions inside each other: cut it in two");
    }
  }

  /**
   * An input.
   *
   * @param number which one, from 0
   * @return its value
   */
  public static Formula input(int number) {
    if (number < 0 || number >= Code.MOST_INPUTS) {
      throw new IllegalArgumentException(
          "a formula's input " + number + ", expected 0 to " + (Code.MOST_INPUTS - 1));
    }
    return new Formula(Function.INPUT, number);
  }

  /**
   * A constant.
   *
   * @param value any number
   * @return the formula that is always that
   */
  public static Formula constant(double value) {
    return new Formula(Function.CONSTANT, value);
  }

  /**
   * A function of formulas; sums and products with 0 and 1 are simplified.
   *
   * @param function neither {@code INPUT} nor {@code CONSTANT}
   * @param arguments as many as it takes
   * @return the formula
   * @throws IllegalArgumentException if there are more or fewer
   */
  public static Formula of(Function function, Formula... arguments) {
    if (function.arguments() == 0 || arguments.length != function.arguments()) {
      throw new IllegalArgumentException(
          function + " of " + arguments.length + " formulas, expected " + function.arguments());
    }
    return simplified(function, arguments);
  }

  private static Formula simplified(Function function, Formula... a) {
    switch (function) {
      case ADD -> {
        if (a[0].is(0)) {
          return a[1];
        }
        if (a[1].is(0)) {
          return a[0];
        }
      }
      case SUBTRACT -> {
        if (a[1].is(0)) {
          return a[0];
        }
        if (a[0].is(0)) {
          return of(Function.NEGATE, a[1]);
        }
      }
      case MULTIPLY -> {
        if (a[0].is(0) || a[1].is(1)) {
          return a[0];
        }
        if (a[1].is(0) || a[0].is(1)) {
          return a[1];
        }
      }
      case DIVIDE -> {
        if (a[0].is(0) || a[1].is(1)) {
          return a[0];
        }
      }
      case NEGATE -> {
        if (a[0].is(0)) {
          return a[0];
        }
      }
      case WHERE -> {
        if (a[1].is(0) && a[2].is(0)) {
          return a[1];
        }
      }
      default -> {}
    }
    return new Formula(function, 0, a);
  }

  private boolean is(double number) {
    return function == Function.CONSTANT && value == number;
  }

  /**
   * {@code this + other}.
   *
   * @param other what is added
   * @return the sum
   */
  public Formula plus(Formula other) {
    return of(Function.ADD, this, other);
  }

  /**
   * {@code this + other}.
   *
   * @param other what is added
   * @return the sum
   */
  public Formula plus(double other) {
    return plus(constant(other));
  }

  /**
   * {@code this - other}.
   *
   * @param other what is taken away
   * @return the difference
   */
  public Formula minus(Formula other) {
    return of(Function.SUBTRACT, this, other);
  }

  /**
   * {@code this - other}.
   *
   * @param other what is taken away
   * @return the difference
   */
  public Formula minus(double other) {
    return minus(constant(other));
  }

  /**
   * {@code this * other}.
   *
   * @param other the factor
   * @return the product
   */
  public Formula times(Formula other) {
    return of(Function.MULTIPLY, this, other);
  }

  /**
   * {@code this * other}.
   *
   * @param other the factor
   * @return the product
   */
  public Formula times(double other) {
    return times(constant(other));
  }

  /**
   * {@code this / other}.
   *
   * @param other the divisor
   * @return the quotient
   */
  public Formula over(Formula other) {
    return of(Function.DIVIDE, this, other);
  }

  /**
   * {@code this / other}.
   *
   * @param other the divisor
   * @return the quotient
   */
  public Formula over(double other) {
    return over(constant(other));
  }

  /**
   * {@code this} to the power of {@code exponent}.
   *
   * @param exponent any number
   * @return the power
   */
  public Formula power(double exponent) {
    return of(Function.POWER, this, constant(exponent));
  }

  /**
   * {@code this * this}.
   *
   * @return the square
   */
  public Formula square() {
    return times(this);
  }

  /**
   * {@code |this|}.
   *
   * @return the absolute value
   */
  public Formula abs() {
    return of(Function.ABS, this);
  }

  /**
   * -1, 0 or 1.
   *
   * @return the sign
   */
  public Formula sign() {
    return of(Function.SIGN, this);
  }

  /**
   * e to the power of this.
   *
   * @return the exponential
   */
  public Formula exp() {
    return of(Function.EXP, this);
  }

  /**
   * The natural logarithm.
   *
   * @return the logarithm
   */
  public Formula log() {
    return of(Function.LOG, this);
  }

  /**
   * {@code log(1 + this)}.
   *
   * @return the logarithm
   */
  public Formula log1p() {
    return of(Function.LOG1P, this);
  }

  /**
   * The square root.
   *
   * @return the root
   */
  public Formula sqrt() {
    return of(Function.SQRT, this);
  }

  /**
   * The hyperbolic tangent.
   *
   * @return the tangent
   */
  public Formula tanh() {
    return of(Function.TANH, this);
  }

  /**
   * {@code 1 / (1 + exp(-this))}.
   *
   * @return the logistic function
   */
  public Formula sigmoid() {
    return of(Function.SIGMOID, this);
  }

  /**
   * The smaller of two.
   *
   * @param other the other one
   * @return the minimum
   */
  public Formula min(Formula other) {
    return of(Function.MINIMUM, this, other);
  }

  /**
   * The larger of two.
   *
   * @param other the other one
   * @return the maximum
   */
  public Formula max(Formula other) {
    return of(Function.MAXIMUM, this, other);
  }

  /**
   * 1 where this is less than another, else 0.
   *
   * @param other the other one
   * @return the condition, for {@link #where}
   */
  public Formula less(Formula other) {
    return of(Function.LESS, this, other);
  }

  /**
   * 1 where this equals another, else 0; NaN equals nothing.
   *
   * @param other the other one
   * @return the condition, for {@link #where}
   */
  public Formula equal(Formula other) {
    return of(Function.EQUAL, this, other);
  }

  /**
   * One of two, by this as a condition.
   *
   * @param yes where this is not 0
   * @param no where this is 0
   * @return the choice
   */
  public Formula where(Formula yes, Formula no) {
    return of(Function.WHERE, this, yes, no);
  }

  /**
   * What the formula is at its root.
   *
   * @return the function
   */
  public Function function() {
    return function;
  }

  /**
   * What the function is of.
   *
   * @return as many as it takes
   */
  public List<Formula> arguments() {
    return arguments;
  }

  /**
   * The constant, or the number of the input.
   *
   * @return 0 for other functions
   */
  public double value() {
    return value;
  }

  /**
   * How many inputs it takes.
   *
   * @return one more than the largest number of an input; 0 for a constant
   */
  public int inputs() {
    return inputs(new IdentityHashMap<>());
  }

  private int inputs(IdentityHashMap<Formula, Integer> known) {
    Integer before = known.get(this);
    if (before != null) {
      return before;
    }
    int most = function == Function.INPUT ? (int) value + 1 : 0;
    for (Formula a : arguments) {
      most = Math.max(most, a.inputs(known));
    }
    known.put(this, most);
    return most;
  }

  /**
   * This formula of others.
   *
   * @param inputs what takes the place of its inputs, in order
   * @return the formula of the inputs' inputs
   * @throws IndexOutOfBoundsException if there are fewer than {@link #inputs()}
   */
  public Formula compose(List<Formula> inputs) {
    return compose(inputs, new IdentityHashMap<>());
  }

  private Formula compose(List<Formula> inputs, IdentityHashMap<Formula, Formula> known) {
    if (function == Function.INPUT) {
      return inputs.get((int) value);
    }
    if (function == Function.CONSTANT) {
      return this;
    }
    Formula before = known.get(this);
    if (before == null) {
      Formula[] of = arguments.stream().map(a -> a.compose(inputs, known)).toArray(Formula[]::new);
      before = of(function, of);
      known.put(this, before);
    }
    return before;
  }

  /**
   * The derivative by an input. Where there is none, one of those beside it, as TensorFlow takes
   * it: 0 for {@code |a|} at 0 and for steps, that of a where a minimum or maximum has a = b.
   *
   * @param number which input
   * @return the partial derivative
   */
  public Formula derivative(int number) {
    return Derivative.derive(this, number);
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @param text for instance {@code x0; 0.5; multiply 0 1}
   * @return the formula
   * @throws IllegalArgumentException if it is no formula, with the place
   */
  public static Formula parse(String text) {
    List<Formula> steps = new ArrayList<>();
    String[] all = text.split(";", Code.MOST_STEPS + 1);
    if (all.length > Code.MOST_STEPS) {
      throw new IllegalArgumentException(
          "a formula of more than " + Code.MOST_STEPS + " steps, of which that is the most");
    }
    for (String step : all) {
      try {
        steps.add(parsed(step.trim().split(" +", -1), steps));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "formula \"" + text + "\", step " + steps.size() + ": " + e.getMessage(), e);
      }
    }
    return steps.get(steps.size() - 1);
  }

  private static Formula parsed(String[] words, List<Formula> before) {
    String first = words[0];
    if (words.length == 1) {
      return first.matches("x\\d{1,3}")
          ? input(Integer.parseInt(first.substring(1)))
          : constant(Double.parseDouble(first));
    }
    Formula[] arguments = new Formula[words.length - 1];
    for (int i = 0; i < arguments.length; i++) {
      int step = Integer.parseInt(words[i + 1]);
      if (step < 0 || step >= before.size()) {
        throw new IllegalArgumentException(
            "step " + step + " is not before it, there are " + before.size());
      }
      arguments[i] = before.get(step);
    }
    return of(Function.valueOf(first.toUpperCase(Locale.ROOT)), arguments);
  }

  /**
   * The formula as text, for {@link #parse}: its steps, the last one being the formula.
   *
   * @return for instance {@code x0; 0.5; multiply 0 1}
   */
  @Override
  public String toString() {
    return Code.of(List.of(this)).toString();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Formula f && toString().equals(f.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }
}
