package convlstm4j.contract;

import convlstm4j.op.WeightedLoss;
import convlstm4j.op.WeightedLoss.Kind;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Losses: every kind, from probabilities and logits, smoothed, weighted, saturated. */
final class LossCases {
  private LossCases() {}

  static List<OpCase> all(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (boolean logits : logits(kind)) {
        for (double smoothing :
            logits(kind).length == 1 ? new double[] {0} : new double[] {0, 0.2}) {
          add(cases, random, kind, logits, smoothing, Shape.of(3, 5));
          add(cases, random, kind, logits, smoothing, Shape.of(2, 3, 5, 7));
        }
        add(cases, random, kind, logits, 0, Shape.of(7, 1201, 2));
        add(cases, random, kind, logits, 0, Shape.of(5, 1));
        add(cases, random, kind, logits, 0, Shape.of(3, 7, 41)); // rows longer than a warp
        addZeroWeights(cases, random, kind, logits);
        addSaturated(cases, random, kind, logits);
      }
    }
    for (Kind kind : Kind.values()) {
      for (boolean logits : logits(kind)) {
        addWithoutWeights(cases, random, kind, logits, Shape.of(2, 3, 5, 7));
        addWithoutWeights(cases, random, kind, logits, Shape.of(3, 7, 41));
      }
    }
    return cases;
  }

  private static boolean[] logits(Kind kind) {
    return switch (kind) {
      case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER -> new boolean[] {false};
      default -> new boolean[] {false, true};
    };
  }

  private static void add(
      List<OpCase> cases, Philox random, Kind kind, boolean logits, double smoothing, Shape p) {
    Philox r = random.stream(50, cases.size());
    Tensor weight = OpCase.uniform(p.without(-1), 0.5, 2, r.stream(51, 2));
    Tensor prediction = prediction(kind, logits, p, r.stream(51, 0));
    cases.add(build(kind, logits, smoothing, prediction, target(kind, p, r.stream(51, 1)), weight));
  }

  private static void addWithoutWeights(
      List<OpCase> cases, Philox random, Kind kind, boolean logits, Shape p) {
    Philox r = random.stream(54, cases.size());
    Tensor prediction = prediction(kind, logits, p, r.stream(51, 0));
    Tensor target = target(kind, p, r.stream(51, 1));
    String name = kind + " " + p + " logits=" + logits + " without weights";
    WeightedLoss op = new WeightedLoss(kind, logits, 0.6, 0.1).unweighted();
    cases.add(OpCase.of(name, op, List.of(prediction, target), prediction.size(), p.dim(-1)));
  }

  private static void addZeroWeights(List<OpCase> cases, Philox random, Kind kind, boolean logits) {
    Philox r = random.stream(52, cases.size());
    Shape p = Shape.of(5, 3, 4);
    Tensor weight = OpCase.uniform(p.without(-1), 0.5, 2, r.stream(51, 2));
    Tensor target = target(kind, p, r.stream(51, 1));
    int perWeight = target.size() / weight.size();
    for (int s = 0; s < weight.size(); s += 3) {
      weight.set(s, 0);
      target.set(s * perWeight, Double.NaN); // must not matter
    }
    Tensor prediction = prediction(kind, logits, p, r.stream(51, 0));
    OpCase c = build(kind, logits, 0, prediction, target, weight);
    cases.add(renamed(c, "zero weights ").withZeros());
  }

  /** Probabilities of 0 and 1 and huge logits. */
  private static void addSaturated(List<OpCase> cases, Philox random, Kind kind, boolean logits) {
    Philox r = random.stream(53, cases.size());
    Shape p = Shape.of(7, 4);
    Tensor prediction = OpCase.uniform(p, 0, 1, r.stream(51, 0));
    for (int i = 0; i < prediction.size(); i++) {
      double low = logits ? -200 : 0;
      prediction.set(i, prediction.get(i) < 0.5 ? low : low + (logits ? 400 : 1));
      if (i % 4 == 3) {
        prediction.set(i, logits ? 200 : 1); // categorical probabilities must not all be 0
      }
    }
    Tensor weight = OpCase.uniform(p.without(-1), 0.5, 2, r.stream(51, 2));
    OpCase c = build(kind, logits, 0, prediction, target(kind, p, r.stream(51, 1)), weight);
    cases.add(renamed(c, "saturated ").withZeros().notSmooth());
  }

  private static OpCase renamed(OpCase c, String prefix) {
    return OpCase.of(prefix + c.name(), c.op(), c.inputs(), c.terms(), c.gradientTerms());
  }

  private static OpCase build(
      Kind kind, boolean logits, double smoothing, Tensor p, Tensor t, Tensor weight) {
    long k = p.shape().dim(-1);
    String name = kind + " " + p.shape() + " logits=" + logits + " smoothing=" + smoothing;
    WeightedLoss op = new WeightedLoss(kind, logits, 0.6, smoothing);
    OpCase c = OpCase.of(name, op, List.of(p, t, weight), p.size(), k);
    return k == 1 ? c.withZeros() : c; // a softmax of one value has no gradient
  }

  private static Tensor prediction(Kind kind, boolean logits, Shape p, Philox random) {
    return logits(kind).length == 1 || logits
        ? OpCase.normal(p, 2, random)
        : OpCase.uniform(p, 0.02, 0.98, random);
  }

  private static Tensor target(Kind kind, Shape p, Philox random) {
    if (kind != Kind.SPARSE_CATEGORICAL_CROSSENTROPY) {
      return OpCase.uniform(p, 0, 1, random);
    }
    Tensor labels = OpCase.uniform(p.with(-1, 1), 0, 1, random);
    for (int i = 0; i < labels.size(); i++) {
      labels.set(i, Math.floor(labels.get(i) * p.dim(-1) * 0.999));
    }
    return labels;
  }
}
