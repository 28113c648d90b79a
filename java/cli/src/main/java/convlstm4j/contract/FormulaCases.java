package convlstm4j.contract;

import convlstm4j.formula.Formula;
import convlstm4j.formula.Function;
import convlstm4j.op.Pointwise;
import convlstm4j.op.PointwiseUpdate;
import convlstm4j.op.Reduce;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Formulas per element: every function alone, then some together; sums along axes. */
final class FormulaCases {
  private static final Formula X = Formula.input(0);
  private static final Formula Y = Formula.input(1);
  private static final Formula Z = Formula.input(2);

  private FormulaCases() {}

  static List<OpCase> pointwise(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (Function f : Function.values()) {
      if (f.arguments() > 0) {
        cases.add(alone(f, Shape.of(3, 5, 7), random.stream(80, cases.size())));
      }
    }
    cases.add(alone(Function.TANH, Shape.of(3, 11, 1009), random.stream(80, cases.size())));
    for (Formula f : together()) {
      cases.add(together(f, List.of(Shape.of(3, 5, 8), Shape.of(3, 5, 8)), random, cases.size()));
    }
    for (List<Shape> shapes : ElementCases.BROADCAST) {
      Formula product = X.times(0.5);
      for (int i = 1; i < shapes.size(); i++) {
        product = product.times(Formula.input(i)).plus(Formula.input(i));
      }
      cases.add(together(product, shapes, random, cases.size()));
    }
    return cases;
  }

  /** Formulas of two inputs: losses and activations that people write. */
  private static List<Formula> together() {
    Formula error = X.minus(Y);
    Formula sigma = X.sigmoid();
    return List.of(
        error.plus(error.times(-2).exp().log1p()).minus(Math.log(2)),
        X.square().plus(Y.square()).plus(1).sqrt(),
        sigma.times(Y).over(sigma.plus(Y.square()).plus(1)),
        X.times(X.times(0.797885).plus(X.power(3).times(0.035677)).tanh().plus(1)).times(Y),
        X.less(Y).where(X.exp(), Y.tanh().max(X)),
        Formula.constant(2.5),
        deep());
  }

  /** As many values at once as there may be, nearly. */
  private static Formula deep() {
    List<Formula> parts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      parts.add(X.times(i + 1).plus(Y.times(0.1 * i)).tanh());
    }
    Formula all = parts.get(0);
    for (int i = 1; i < parts.size(); i++) {
      all = i % 2 == 0 ? all.minus(parts.get(i)) : parts.get(i).minus(all);
    }
    return all;
  }

  private static OpCase alone(Function f, Shape shape, Philox random) {
    Formula[] inputs = {X, Y, Z};
    Formula[] arguments = new Formula[f.arguments()];
    System.arraycopy(inputs, 0, arguments, 0, arguments.length);
    List<Tensor> in = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      in.add(values(f, i, shape, random.stream(81, i)));
    }
    OpCase c =
        OpCase.of(f + " " + shape, new Pointwise(Formula.of(f, arguments), in.size()), in, 2, 2);
    return switch (f) {
      case SIGN, FLOOR, LESS, EQUAL, WHERE, MINIMUM, MAXIMUM -> c.withZeros().notSmooth();
      default -> c;
    };
  }

  /** Where the function and its derivatives are finite; some equal pairs where that decides. */
  private static Tensor values(Function f, int argument, Shape shape, Philox random) {
    boolean positive =
        switch (f) {
          case LOG, LOG1P, SQRT -> true;
          case DIVIDE -> argument == 1;
          case POWER -> argument == 0;
          default -> false;
        };
    if (positive) {
      return OpCase.uniform(shape, 0.5, 3, random);
    }
    Tensor t = OpCase.normal(shape, 1, random);
    switch (f) {
      case MINIMUM, MAXIMUM, LESS, EQUAL -> {
        for (int k = 0; k < t.size(); k += 3) {
          t.set(k, k); // the same in both arguments
        }
      }
      case WHERE -> {
        for (int k = 0; argument == 0 && k < t.size(); k += 2) {
          t.set(k, 0);
        }
      }
      default -> {}
    }
    return t;
  }

  private static OpCase together(Formula f, List<Shape> shapes, Philox random, int number) {
    List<Tensor> in = new ArrayList<>();
    for (Shape s : shapes) {
      in.add(OpCase.normal(s, 1, random.stream(82, number).stream(83, in.size())));
    }
    Pointwise op = new Pointwise(f, in.size());
    long all = op.outputShapes(shapes).get(0).elements();
    long fewest = shapes.stream().mapToLong(Shape::elements).min().orElseThrow();
    OpCase c = OpCase.of(f + " of " + shapes, op, in, 8, 8 * all / fewest);
    return f.inputs() < shapes.size() || f.function() == Function.WHERE
        ? c.withZeros().notSmooth()
        : c;
  }

  static List<OpCase> reduce(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    List<List<Integer>> axes =
        List.of(
            List.of(0),
            List.of(1),
            List.of(3),
            List.of(0, 1),
            List.of(1, 3),
            List.of(0, 2),
            List.of(0, 1, 2, 3));
    for (Reduce.Mode mode : Reduce.Mode.values()) {
      for (List<Integer> some : axes) {
        add(cases, new Reduce(mode, some), Shape.of(3, 5, 2, 7), random);
      }
      add(cases, new Reduce(mode, List.of(1)), Shape.of(3, 40_000), random);
      add(cases, new Reduce(mode, List.of(0)), Shape.of(40, 1003), random);
      add(cases, new Reduce(mode, List.of(0)), Shape.of(1), random);
      add(cases, new Reduce(mode, List.of(1)), Shape.of(3, 1), random);
    }
    return cases;
  }

  private static void add(List<OpCase> cases, Reduce op, Shape x, Philox random) {
    Tensor t = OpCase.normal(x, 1, random.stream(84, cases.size()));
    long terms = x.elements() / op.outputShapes(List.of(x)).get(0).elements();
    cases.add(OpCase.of(op + " of " + x, op, List.of(t), terms, 1));
  }

  static List<OpCase> update(Philox random) {
    Formula w = Formula.input(1);
    Formula g = Formula.input(2);
    Formula m = Formula.input(3);
    Formula next = m.times(0.9).plus(g.sign().times(0.1));
    List<List<Formula>> optimizers =
        List.of(
            List.of(w.minus(X.times(g))),
            List.of(w.minus(X.times(next.sign())), m.times(0.99).plus(g.times(0.01))),
            List.of(
                w.minus(X.times(g).over(Formula.input(4).plus(g.square()).sqrt().plus(1e-3))),
                m.times(0.5).plus(g),
                Formula.input(4).plus(g.square())));
    List<OpCase> cases = new ArrayList<>();
    for (List<Formula> formulas : optimizers) {
      for (int count : new int[] {1, 4, UpdateCases.MANY}) {
        UpdateCases.add(cases, random, new PointwiseUpdate(formulas, 1, count), count);
      }
    }
    return cases;
  }
}
