package convlstm4j.config;

import convlstm4j.formula.Formula;
import convlstm4j.op.Activate;
import convlstm4j.op.ActivationFormula;
import convlstm4j.op.Pad;
import convlstm4j.op.Pointwise;
import convlstm4j.op.SampleAxes;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Transpose;
import convlstm4j.option.Activation;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a layer's {@code activation} says: a function that ops know, one by formulas, or softmax
 * along other axes than the last. An immutable value.
 */
public final class ActivationFunction {
  /** What selu of minus infinity is. */
  public static final double SELU_SATURATED = -NamedFormulas.SELU_SCALE * NamedFormulas.SELU_ALPHA;

  static final String GLU = "glu";

  private final Object form;
  private final Optional<Activation> known;
  private final List<Formula> stages;
  private final Optional<Lowered> whole;

  /** The ops of a function that is not one of single elements. */
  @FunctionalInterface
  private interface Lowered {
    Value of(Lowering g, Value x);
  }

  private ActivationFunction(
      Object form, Optional<Activation> known, List<Formula> stages, Optional<Lowered> whole) {
    this.form = form;
    this.known = known;
    this.stages = stages;
    this.whole = whole;
  }

  /**
   * A function that ops know.
   *
   * @param activation the function
   * @return the same for a layer
   */
  public static ActivationFunction of(Activation activation) {
    return new ActivationFunction(
        ActivationForms.encode(activation), Optional.of(activation), List.of(), Optional.empty());
  }

  /**
   * A function by formulas.
   *
   * @param form as Keras spells it
   * @param stages each of the input, {@code x0}, and of what the stages before it made, {@code x1,
   *     ..}; the last one is the function
   * @return the function
   */
  public static ActivationFunction of(Object form, Formula... stages) {
    return new ActivationFunction(form, Optional.empty(), List.of(stages), Optional.empty());
  }

  /**
   * Softmax over all elements along some axes.
   *
   * @param axes counted with the batch; negative from the end
   * @return the function
   * @throws IllegalArgumentException if there is no axis, or one is 0, the batch
   */
  public static ActivationFunction softmax(List<Integer> axes) {
    List<Integer> checked = SampleAxes.checked(axes);
    if (checked.equals(List.of(-1))) {
      return of(Activation.SOFTMAX);
    }
    Object form = Forms.object("Softmax", "axis", axes.size() == 1 ? axes.get(0) : axes);
    return new ActivationFunction(
        form, Optional.empty(), List.of(), Optional.of((g, x) -> softmax(g, x, checked)));
  }

  /**
   * Gated linear units (Dauphin et al. 2017, arXiv:1612.08083): the first half of the last axis
   * times the sigmoid of the second.
   *
   * @return the function, whose output is half as long along the last axis
   */
  public static ActivationFunction glu() {
    return new ActivationFunction(
        GLU, Optional.empty(), List.of(), Optional.of(ActivationFunction::glu));
  }

  /**
   * The function if ops know it.
   *
   * @return empty for another one
   */
  public Optional<Activation> known() {
    return known;
  }

  /**
   * The function as a formula, if it is one of single elements.
   *
   * @param x what it is of
   * @return empty for softmax and glu
   */
  public Optional<Formula> formula(Formula x) {
    if (known.isPresent()) {
      return known.filter(a -> !a.equals(Activation.SOFTMAX)).map(a -> ActivationFormula.of(a, x));
    }
    if (stages.isEmpty()) {
      return Optional.empty();
    }
    List<Formula> made = new ArrayList<>(List.of(x));
    stages.forEach(stage -> made.add(stage.compose(made)));
    return Optional.of(made.get(made.size() - 1));
  }

  /**
   * As Keras spells it.
   *
   * @return a name, or an object
   */
  public Object form() {
    return form;
  }

  /**
   * Adds the ops of the function.
   *
   * @param g where ops go
   * @param x the input
   * @return of its shape, but for {@link #glu()}
   * @throws ShapeException if it lacks an axis, or the function cannot take its shape
   */
  public Value lower(Lowering g, Value x) {
    if (known.isPresent()) {
      return known.get().equals(Activation.LINEAR) ? x : g.op(new Activate(known.get()), x);
    }
    if (whole.isPresent()) {
      return whole.get().of(g, x);
    }
    List<Value> made = new ArrayList<>(List.of(x));
    for (Formula stage : stages) {
      made.add(g.ops(new Pointwise(stage, made.size()), made).get(0));
    }
    return made.get(made.size() - 1);
  }

  private static Value glu(Lowering g, Value x) {
    int last = x.shape().rank() - 1;
    long n = x.shape().dim(last);
    if (n == Shape.UNKNOWN || n % 2 != 0) {
      throw new ShapeException("glu of " + x.shape() + ": expected an even last axis");
    }
    List<Integer> none = Collections.nCopies(last + 1, 0);
    List<Integer> half = new ArrayList<>(none);
    half.set(last, Math.toIntExact(-n / 2));
    Formula gated = Formula.input(0).times(Formula.input(1).sigmoid());
    return g.op(
        new Pointwise(gated, 2), g.op(new Pad(none, half), x), g.op(new Pad(half, none), x));
  }

  /** The axes are moved to the end and seen as one. */
  private static Value softmax(Lowering g, Value x, List<Integer> softmaxAxes) {
    int rank = x.shape().rank();
    List<Integer> last = SampleAxes.resolved(softmaxAxes, x.shape());
    if (last.equals(List.of(rank - 1))) {
      return g.op(new Activate(Activation.SOFTMAX), x);
    }
    List<Integer> order =
        new ArrayList<>(IntStream.range(0, rank).filter(d -> !last.contains(d)).boxed().toList());
    order.addAll(last);
    Value moved = g.op(new Transpose(order), x);
    int kept = rank - last.size();
    long size = 1;
    for (int d = kept; d < rank; d++) {
      size = Shape.times(size, moved.shape().dim(d));
    }
    Shape rows = Shape.of(size);
    for (int d = kept - 1; d >= 0; d--) {
      rows = rows.prepend(moved.shape().dim(d));
    }
    Value y = g.op(new Activate(Activation.SOFTMAX), g.reshape(moved, rows));
    List<Integer> back = IntStream.range(0, rank).mapToObj(order::indexOf).toList();
    return g.op(new Transpose(back), g.reshape(y, moved.shape()));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof ActivationFunction f && form.equals(f.form);
  }

  @Override
  public int hashCode() {
    return form.hashCode();
  }

  @Override
  public String toString() {
    return form.toString();
  }
}
