package convlstm4j.objective;

import convlstm4j.formula.Formula;
import convlstm4j.formula.Function;
import convlstm4j.op.Activate;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Pool;
import convlstm4j.op.Reduce;
import convlstm4j.op.Reduce.Mode;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a loss is made of: a small graph of arrays, from the prediction and the target to the losses
 * of the positions. An immutable value; the gradient comes by itself, and a checkpoint keeps it.
 *
 * <pre>
 * Term p = Term.prediction();
 * Term t = Term.target();
 * Term both = p.times(t).sum(); // of the whole batch
 * Loss dice = Loss.of("my_dice", Term.number(1).minus(both.times(2).over(p.sum().plus(t.sum()))));
 * </pre>
 *
 * <p>Arrays have the prediction's shape {@code [N, .., K]}, or 1 in the place of sizes along which
 * something was summed; they are broadcast.
 */
public final class Term {
  /** Most steps of a loss. */
  static final int MOST_STEPS = 128;

  private enum Kind {
    PREDICTION(0),
    TARGET(0),
    /** Of any number of arrays. */
    FORMULA(-1),
    SUM(1),
    MEAN(1),
    MAX(1),
    SOFTMAX(1);

    private final int arguments;

    Kind(int arguments) {
      this.arguments = arguments;
    }
  }

  private final Kind kind;

  /** Null unless the kind is a formula. */
  private final @Nullable Formula formula;

  /** Axes of a sum or mean, negative ones from the end; empty for all. */
  private final List<Integer> axes;

  private final List<Term> arguments;
  private final int depth;

  private Term(Kind kind, @Nullable Formula formula, List<Integer> axes, List<Term> arguments) {
    this.kind = kind;
    this.formula = formula;
    this.axes = List.copyOf(axes);
    this.arguments = List.copyOf(arguments);
    this.depth = 1 + this.arguments.stream().mapToInt(a -> a.depth).max().orElse(0);
    if (depth > MOST_STEPS) {
      throw new IllegalArgumentException("a loss of more than " + MOST_STEPS + " steps in a row");
    }
  }

  /**
   * The output that the loss is of.
   *
   * @return its values
   */
  public static Term prediction() {
    return new Term(Kind.PREDICTION, null, List.of(), List.of());
  }

  /**
   * What the output should be.
   *
   * @return its values
   */
  public static Term target() {
    return new Term(Kind.TARGET, null, List.of(), List.of());
  }

  /**
   * A fixed number.
   *
   * @param value any number
   * @return an array that is everywhere that
   */
  public static Term number(double value) {
    return of(Formula.constant(value), prediction().mean());
  }

  /**
   * A formula for each element.
   *
   * @param formula of as many inputs as there are arrays
   * @param inputs the arrays, broadcast
   * @return the array of the results
   * @throws convlstm4j.op.ShapeException if the formula has other inputs or is too long
   */
  public static Term of(Formula formula, Term... inputs) {
    new Pointwise(formula, inputs.length); // which refuses what no backend could run
    return new Term(Kind.FORMULA, formula, List.of(), List.of(inputs));
  }

  private Term with(Function function, Term other) {
    return of(Formula.of(function, Formula.input(0), Formula.input(1)), this, other);
  }

  /**
   * {@code this + other}.
   *
   * @param other what is added
   * @return the sum
   */
  public Term plus(Term other) {
    return with(Function.ADD, other);
  }

  /**
   * {@code this - other}.
   *
   * @param other what is taken away
   * @return the difference
   */
  public Term minus(Term other) {
    return with(Function.SUBTRACT, other);
  }

  /**
   * {@code this * other}.
   *
   * @param other the factor
   * @return the product
   */
  public Term times(Term other) {
    return with(Function.MULTIPLY, other);
  }

  /**
   * {@code this * other}.
   *
   * @param other the factor
   * @return the product
   */
  public Term times(double other) {
    return of(Formula.input(0).times(other), this);
  }

  /**
   * {@code this / other}.
   *
   * @param other the divisor
   * @return the quotient
   */
  public Term over(Term other) {
    return with(Function.DIVIDE, other);
  }

  /**
   * The sum along axes, which keep a size of 1.
   *
   * @param alongAxes from 0, that of the samples, or from the end, -1; none for all
   * @return the sums
   */
  public Term sum(int... alongAxes) {
    return new Term(Kind.SUM, null, IntStream.of(alongAxes).boxed().toList(), List.of(this));
  }

  /**
   * The mean along axes, which keep a size of 1.
   *
   * @param alongAxes from 0, that of the samples, or from the end, -1; none for all
   * @return the means
   */
  public Term mean(int... alongAxes) {
    return new Term(Kind.MEAN, null, IntStream.of(alongAxes).boxed().toList(), List.of(this));
  }

  /**
   * The largest value along the last axis, which keeps a size of 1.
   *
   * @return the maxima
   */
  public Term max() {
    return new Term(Kind.MAX, null, List.of(), List.of(this));
  }

  /**
   * The softmax along the last axis.
   *
   * @return numbers whose sum is 1
   */
  public Term softmax() {
    return new Term(Kind.SOFTMAX, null, List.of(), List.of(this));
  }

  /**
   * Writes the ops.
   *
   * @param g where they go
   * @param prediction the output
   * @param target of the same shape
   * @return the array
   * @throws IllegalArgumentException if an axis is not there
   */
  Value lower(Lowering g, Value prediction, Value target) {
    return lower(g, prediction, target, new IdentityHashMap<>());
  }

  private Value lower(
      Lowering g, Value prediction, Value target, IdentityHashMap<Term, Value> known) {
    Value before = known.get(this);
    if (before != null) {
      return before;
    }
    List<Value> from = new ArrayList<>();
    arguments.forEach(a -> from.add(a.lower(g, prediction, target, known)));
    Value value =
        switch (kind) {
          case PREDICTION -> prediction;
          case TARGET -> target;
          case FORMULA -> g.ops(new Pointwise(formula(), from.size()), from).get(0);
          case SUM -> g.op(new Reduce(Mode.SUM, along(from.get(0).shape())), from.get(0));
          case MEAN -> g.op(new Reduce(Mode.MEAN, along(from.get(0).shape())), from.get(0));
          case MAX -> largest(g, from.get(0));
          case SOFTMAX -> g.op(new Activate(Activation.SOFTMAX), from.get(0));
        };
    known.put(this, value);
    return value;
  }

  private Formula formula() {
    return Objects.requireNonNull(formula, "a formula's term without one");
  }

  private List<Integer> along(Shape shape) {
    int rank = shape.rank();
    TreeSet<Integer> all = new TreeSet<>();
    for (int axis : axes) {
      if (axis >= rank || axis < -rank || !all.add(axis < 0 ? axis + rank : axis)) {
        throw new IllegalArgumentException(
            "axes " + axes + " of an array of shape " + shape + ": not there, or twice");
      }
    }
    return axes.isEmpty() ? IntStream.range(0, rank).boxed().toList() : List.copyOf(all);
  }

  /** A maximum over images of K x 1 pixels, each of which is one row. */
  private static Value largest(Lowering g, Value x) {
    long k = x.shape().dim(-1);
    List<Integer> size = List.of(Math.toIntExact(k), 1);
    Window window = new Window(size, size, List.of(1, 1), Padding.VALID, DataFormat.CHANNELS_LAST);
    Value rows = g.reshape(x, Shape.of(x.shape().elements() / k, k, 1, 1));
    Value most = g.op(new Pool(Pool.Mode.MAX, window), rows);
    return g.reshape(most, x.shape().with(x.shape().rank() - 1, 1));
  }

  /**
   * The steps, each after those that it needs.
   *
   * @return for {@link #parse}, for instance {@code prediction}, {@code target}, {@code formula(x0;
   *     x1; subtract 0 1) 0 1}, {@code mean(-1) 2}
   */
  List<String> steps() {
    List<String> steps = new ArrayList<>();
    number(steps, new IdentityHashMap<>());
    return steps;
  }

  private int number(List<String> steps, IdentityHashMap<Term, Integer> known) {
    Integer before = known.get(this);
    if (before != null) {
      return before;
    }
    StringBuilder step = new StringBuilder(kind.name().toLowerCase(Locale.ROOT));
    StringBuilder of = new StringBuilder();
    arguments.forEach(a -> of.append(' ').append(a.number(steps, known)));
    if (kind == Kind.FORMULA) {
      step.append('(').append(formula).append(')');
    } else if (kind == Kind.SUM || kind == Kind.MEAN) {
      step.append('(').append(String.join(",", axes.stream().map(String::valueOf).toList()));
      step.append(')');
    }
    String text = step.append(of).toString();
    int at = steps.indexOf(text);
    if (at < 0) {
      at = steps.size();
      steps.add(text);
    }
    known.put(this, at);
    return at;
  }

  /**
   * Reads what {@link #steps} wrote.
   *
   * @param steps at least one
   * @return the last one
   * @throws IllegalArgumentException if they are of another form, with the place
   */
  static Term parse(List<String> steps) {
    if (steps.isEmpty() || steps.size() > MOST_STEPS) {
      throw new IllegalArgumentException(
          "a loss of " + steps.size() + " steps, expected 1 to " + MOST_STEPS);
    }
    List<Term> terms = new ArrayList<>();
    for (String step : steps) {
      try {
        terms.add(parsed(step, terms));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "step " + terms.size() + " of a loss, \"" + step + "\": " + e.getMessage(), e);
      }
    }
    return terms.get(terms.size() - 1);
  }

  private static Term parsed(String step, List<Term> before) {
    int open = step.indexOf('(');
    int close = step.lastIndexOf(')');
    String details = open < 0 ? "" : step.substring(open + 1, Math.max(open + 1, close));
    String outside =
        open < 0 || close < open ? step : step.substring(0, open) + step.substring(close + 1);
    String[] words = outside.trim().split(" +", -1);
    Kind kind = Kind.valueOf(words[0].toUpperCase(Locale.ROOT));
    List<Term> of = new ArrayList<>();
    for (int i = 1; i < words.length; i++) {
      int k = Integer.parseInt(words[i]);
      if (k < 0 || k >= before.size()) {
        throw new IllegalArgumentException(
            "step " + k + " is not before it, there are " + before.size());
      }
      of.add(before.get(k));
    }
    int expected = kind == Kind.FORMULA ? of.size() : kind.arguments;
    if (of.size() != expected) {
      throw new IllegalArgumentException("is of " + of.size() + " steps, expected " + expected);
    }
    if (kind == Kind.FORMULA) {
      return of(Formula.parse(details), of.toArray(Term[]::new));
    }
    List<Integer> axes = new ArrayList<>();
    for (String axis : details.isEmpty() ? new String[0] : details.split(",", -1)) {
      axes.add(Integer.parseInt(axis));
    }
    return new Term(kind, null, axes, of);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Term t && steps().equals(t.steps());
  }

  @Override
  public int hashCode() {
    return steps().hashCode();
  }

  @Override
  public String toString() {
    return String.join("; ", steps());
  }
}
