package convlstm4j.contract;

import convlstm4j.op.Standardize;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Layer, group and instance normalisation: where axes and weights lie, options, sizes. */
final class StandardizeCases {
  private static final List<Integer> LAST = List.of(3);

  private StandardizeCases() {}

  static List<OpCase> all(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    Shape image = Shape.of(3, 5, 4, 7);
    for (boolean center : new boolean[] {true, false}) {
      for (boolean scale : new boolean[] {true, false}) {
        add(cases, random, image, LAST, LAST, center, scale);
        add(cases, random, Shape.of(3, 11, 5, 6), List.of(1, 3), List.of(2, 3), center, scale);
        add(cases, random, Shape.of(3, 4, 5, 77), List.of(2, 3), List.of(1, 2), center, scale);
        add(cases, random, Shape.of(3, 7, 41), List.of(1), List.of(1), center, scale);
        add(cases, random, image, List.of(1, 3), List.of(1, 3), center, scale);
      }
    }
    // Layer normalisation along all axes, the first ones, neither first nor last.
    weighted(cases, random, image, List.of(1, 2, 3), List.of(1, 2, 3));
    weighted(cases, random, image, List.of(1, 2), List.of(1, 2));
    weighted(cases, random, image, List.of(2), List.of(2));
    weighted(cases, random, image, List.of(0), List.of(0));
    weighted(cases, random, image, List.of(0, 1, 2, 3), List.of(0, 1, 2, 3));
    weighted(cases, random, Shape.of(5, 263), List.of(1), List.of(1));
    weighted(cases, random, Shape.of(67, 31), List.of(1), List.of(1));
    weighted(cases, random, Shape.of(2, 9, 523), List.of(1), List.of(1));
    // One group with weights per channel, instance normalisation, in both data formats.
    weighted(cases, random, Shape.of(3, 31, 10), List.of(1, 2), List.of(2));
    weighted(cases, random, Shape.of(3, 10, 31), List.of(1, 2), List.of(1));
    weighted(cases, random, Shape.of(3, 37, 7), List.of(1), List.of(2));
    weighted(cases, random, Shape.of(3, 7, 37), List.of(2), List.of(1));
    // Weights on other axes than any layer has them.
    weighted(cases, random, image, List.of(1, 3), List.of(2));
    weighted(cases, random, image, List.of(1, 2), List.of(0, 3));
    weighted(cases, random, image, List.of(0, 2), List.of(1, 2));
    weighted(cases, random, image, List.of(1, 2), List.of(3));
    weighted(cases, random, image, List.of(2, 3), List.of(0));
    weighted(cases, random, image, List.of(3), List.of(0, 1, 2, 3));
    // A single weight.
    weighted(cases, random, Shape.of(3, 5, 4, 1), List.of(1, 2), List.of(3));
    weighted(cases, random, Shape.of(3, 1, 5, 4), List.of(2), List.of(1));
    weighted(cases, random, Shape.of(3, 5, 4, 1), List.of(2, 3), List.of(3));
    // More than one piece of work for each sample.
    weighted(cases, random, Shape.of(1, 13, 47, 61), List.of(1, 2, 3), List.of(1, 2, 3));
    weighted(cases, random, Shape.of(1, 1709, 4, 5), List.of(1, 3), List.of(2, 3));
    weighted(cases, random, Shape.of(1, 2917, 12), List.of(1, 2), List.of(2));
    weighted(cases, random, Shape.of(1, 3, 4, 8419), List.of(2, 3), List.of(1, 2));
    // For several cores, and not more groups than that needs: of each, a GPU simulates a block.
    weighted(cases, random, Shape.of(61, 547), List.of(0), List.of(0));
    weighted(cases, random, Shape.of(131, 263), List.of(1), List.of(1));
    cases.add(farFromZero(cases.get(0)));
    cases.add(farFromZero(cases.get(1)));
    // One element of a mean: nothing is left but beta.
    weighted(cases, random, Shape.of(4, 1, 6), List.of(1), List.of(2));
    cases.add(cases.remove(cases.size() - 1).withZeros());
    return cases;
  }

  /** The mean many deviations from zero, where sums of squares would cancel. */
  private static OpCase farFromZero(OpCase c) {
    List<Tensor> in = new ArrayList<>(c.inputs());
    Tensor x = in.get(0).copy();
    for (int i = 0; i < x.size(); i++) {
      x.set(i, (float) (x.get(i) + 1000));
    }
    in.set(0, x);
    return OpCase.of("far from zero " + c.name(), c.op(), in, c.terms(), c.gradientTerms());
  }

  private static void weighted(
      List<OpCase> cases, Philox random, Shape x, List<Integer> axes, List<Integer> weighted) {
    add(cases, random, x, axes, weighted, true, true);
  }

  private static void add(
      List<OpCase> cases,
      Philox random,
      Shape x,
      List<Integer> axes,
      List<Integer> weighted,
      boolean center,
      boolean scale) {
    // Where nothing is left but rounding errors, they are not to be made larger.
    double epsilon = axes.stream().allMatch(d -> x.dim(d) == 1) ? 1 : 1e-3;
    Standardize op = new Standardize(axes, weighted, epsilon, center, scale);
    Shape parameter = op.parameterShape(x);
    Philox r = random.stream(66, cases.size());
    List<Tensor> in = new ArrayList<>();
    for (String name : op.inputNames()) {
      in.add(OpCase.normal(name.equals("x") ? x : parameter, 1.5, r.stream(67, in.size())));
    }
    long terms = axes.stream().mapToLong(x::dim).reduce(1, Math::multiplyExact);
    String options = " axes=" + axes + " weighted=" + weighted;
    cases.add(
        OpCase.of(
            "x=" + x + options + " center=" + center + " scale=" + scale,
            op,
            in,
            terms,
            Math.max(terms, x.elements() / parameter.elements())));
  }
}
