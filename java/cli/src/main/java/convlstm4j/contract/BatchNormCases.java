package convlstm4j.contract;

import convlstm4j.op.BatchNorm;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Batch normalisation: axes, options, training and inference, per step. */
final class BatchNormCases {
  private BatchNormCases() {}

  static List<OpCase> all(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    Shape video = Shape.of(3, 5, 4, 7, 2);
    for (boolean training : new boolean[] {true, false}) {
      for (List<Integer> axes :
          List.of(
              List.of(4), List.of(2), List.of(3), List.of(2, 3), List.of(0), List.of(0, 2, 4))) {
        add(cases, random, video, axes, true, true, training, false);
        add(cases, random, video, axes, true, true, training, true);
      }
      add(cases, random, video, List.of(4), true, false, training, false);
      add(cases, random, video, List.of(4), false, true, training, true);
      add(cases, random, video, List.of(2), false, false, training, false);
      add(cases, random, Shape.of(5, 7), List.of(1), true, true, training, false);
      add(cases, random, Shape.of(5, 7), List.of(0, 1), true, true, training, false);
      add(cases, random, Shape.of(1, 7), List.of(1), true, true, training, false);
      add(cases, random, Shape.of(3, 83, 89, 5), List.of(3), true, true, training, false);
    }
    add(cases, random, video, List.of(1), true, true, true, false);
    add(cases, random, Shape.of(3, 7, 263), List.of(2), true, true, true, true);
    add(cases, random, Shape.of(2, 3, 83, 89), List.of(1), true, true, true, false);
    cases.add(farFromZero(cases.get(cases.size() - 1)));
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

  private static void add(
      List<OpCase> cases,
      Philox random,
      Shape x,
      List<Integer> axes,
      boolean center,
      boolean scale,
      boolean training,
      boolean perStep) {
    BatchNorm op = new BatchNorm(axes, 0.9, 1e-3, center, scale, training, perStep);
    Shape parameter = op.parameterShape(x);
    Philox r = random.stream(40, cases.size());
    List<Tensor> in = new ArrayList<>();
    for (String name : op.inputNames()) {
      Philox own = r.stream(41, in.size());
      in.add(
          switch (name) {
            case "x" -> OpCase.normal(x, 1.5, own);
            case "moving_variance" -> OpCase.uniform(parameter, 0.5, 2, own);
            default -> OpCase.normal(parameter, 1, own);
          });
    }
    long group = x.elements() / parameter.elements();
    String what = (training ? "training" : "inference") + (perStep ? " per step" : "");
    OpCase c =
        OpCase.of(
            what + " x=" + x + " axes=" + axes + " center=" + center + " scale=" + scale,
            op,
            in,
            group,
            group);
    cases.add(group == 1 ? c.withZeros() : c);
  }
}
