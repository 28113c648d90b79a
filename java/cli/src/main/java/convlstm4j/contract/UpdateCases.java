package convlstm4j.contract;

import convlstm4j.formula.Formula;
import convlstm4j.op.AdamUpdate;
import convlstm4j.op.Assign;
import convlstm4j.op.ClipGradients;
import convlstm4j.op.NotFinite;
import convlstm4j.op.Op;
import convlstm4j.op.PointwiseUpdate;
import convlstm4j.op.RmspropUpdate;
import convlstm4j.op.SgdUpdate;
import convlstm4j.op.UpdateTrial;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Optimiser updates, assignments and gradient clipping, each for several weights of different
 * sizes.
 */
final class UpdateCases {
  private static final List<Shape> WEIGHTS =
      List.of(Shape.of(3, 3, 2, 5), Shape.of(7), Shape.of(1), Shape.of(101, 211));

  private UpdateCases() {}

  static List<OpCase> sgd(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (int count : new int[] {1, WEIGHTS.size()}) {
      for (double decay : new double[] {0, 0.1}) {
        add(cases, random, new SgdUpdate(0, false, decay, count), count);
        add(cases, random, new SgdUpdate(0.9, false, decay, count), count);
        add(cases, random, new SgdUpdate(0.9, true, decay, count), count);
      }
    }
    return cases;
  }

  static List<OpCase> adam(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (int count : new int[] {1, WEIGHTS.size()}) {
      for (double decay : new double[] {0, 0.1}) {
        add(cases, random, new AdamUpdate(0.9, 0.999, 1e-7, decay, count), count);
        add(cases, random, new AdamUpdate(0.5, 0.8, 0.1, decay, count), count);
      }
    }
    add(cases, random, new AdamUpdate(0.9, 0.999, 1e-7, 0.1, MANY), MANY);
    return cases;
  }

  static List<OpCase> rmsprop(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (int count : new int[] {1, WEIGHTS.size()}) {
      for (boolean centered : new boolean[] {false, true}) {
        add(cases, random, new RmspropUpdate(0.9, 0, 1e-7, centered, 0, count), count);
        add(cases, random, new RmspropUpdate(0.7, 0.8, 1e-3, centered, 0.1, count), count);
      }
    }
    return cases;
  }

  /** More weights than a launch on a GPU takes. */
  static final int MANY = 70;

  private static Shape weight(int i, int count) {
    return count == MANY ? Shape.of(3 + i % 5, 7) : WEIGHTS.get(i);
  }

  static List<OpCase> assign(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (int count : new int[] {1, WEIGHTS.size(), MANY}) {
      add(cases, random, new Assign(count), count);
    }
    return cases;
  }

  static void add(List<OpCase> cases, Philox random, Op op, int count) {
    add(cases, random, op, count, 12.5);
    add(cases, random, op, count, Double.NEGATIVE_INFINITY);
    add(cases, random, op, count, Double.NaN);
  }

  private static void add(List<OpCase> cases, Philox random, Op op, int count, double guard) {
    Philox r = random.stream(60, cases.size());
    List<Tensor> in = new ArrayList<>();
    for (String name : op.inputNames()) {
      Philox own = r.stream(61, in.size());
      if (name.equals("guard")) {
        in.add(Tensor.of(new double[] {guard}, 1));
        continue;
      }
      if (name.equals("rate")) {
        in.add(OpCase.uniform(Shape.of(op instanceof AdamUpdate ? 2 : 1), 0.01, 0.1, own));
        continue;
      }
      Shape w = weight((in.size() - op.input("w0")) % count, count);
      in.add(
          switch (name.charAt(0)) {
            case 's', 'v' -> OpCase.uniform(w, 0.5, 2, own); // above the square of the mean a
            case 'a' -> OpCase.uniform(w, -0.5, 0.5, own);
            default -> OpCase.normal(w, 1, own);
          });
    }
    cases.add(OpCase.of(op + " guard=" + guard, op, in, 4, 1));
  }

  /** Nothing bad, or one bad element, first, inside or last, among many good ones. */
  static List<OpCase> notFinite(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    List<Long> sizes = List.of(1L, 4096L, 5L, 4097L, 20_000L);
    for (double bad : new double[] {1, Double.NaN, Double.NEGATIVE_INFINITY}) {
      for (int which = 0; which < sizes.size(); which++) {
        for (double place : new double[] {0, 0.5, 1}) {
          List<Tensor> in = new ArrayList<>();
          sizes.forEach(
              n -> in.add(OpCase.normal(Shape.of(n), 1e19, random.stream(64, in.size()))));
          Tensor t = in.get(which);
          t.set((int) (place * (t.size() - 1)), bad);
          String name = bad + " at " + place + " of " + which;
          cases.add(OpCase.of(name, new NotFinite(in.size()), in, 1, 1).withZeros());
        }
      }
    }
    // As many arrays as a launch on a GPU takes, and more; more chunks than it has blocks.
    for (int count : new int[] {255, 256, 257, 600}) {
      List<Tensor> in = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        in.add(Tensor.of(new double[] {i % 97 == 0 ? Double.NaN : i}, 1));
      }
      cases.add(OpCase.of(count + " arrays", new NotFinite(count), in, 1, 1).withZeros());
    }
    Tensor large = OpCase.normal(Shape.of(33 * 4096), 1, random.stream(65, 0));
    large.set(large.size() - 1, Double.POSITIVE_INFINITY);
    cases.add(OpCase.of("chunks", new NotFinite(1), List.of(large), 1, 1));
    return cases;
  }

  static List<OpCase> trial(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (int count : new int[] {1, WEIGHTS.size(), MANY}) {
      List<Op> updates =
          List.of(
              new SgdUpdate(0, false, 0.1, count),
              new SgdUpdate(0.9, false, 0, count),
              new SgdUpdate(0.9, true, 0, count),
              new AdamUpdate(0.9, 0.999, 1e-7, 0.1, count),
              new RmspropUpdate(0.9, 0, 1e-3, false, 0.1, count),
              new RmspropUpdate(0.9, 0.8, 1e-3, false, 0, count),
              new RmspropUpdate(0.9, 0, 1e-3, true, 0, count),
              new RmspropUpdate(0.9, 0.8, 1e-3, true, 0, count),
              adagrad(count),
              new Assign(count));
      for (Op update : updates) {
        trial(cases, random, update, count);
      }
    }
    return cases;
  }

  /** Adagrad (Duchi et al. 2011), with one slot. */
  private static PointwiseUpdate adagrad(int count) {
    Formula g = Formula.input(2);
    Formula sum = Formula.input(3).plus(g.square());
    Formula w = Formula.input(1).minus(Formula.input(0).times(g).over(sum.sqrt().plus(1e-7)));
    return new PointwiseUpdate(List.of(w, sum), 1, count);
  }

  /** All good, then each group of inputs with one bad element. */
  private static void trial(List<OpCase> cases, Philox random, Op update, int count) {
    List<OpCase> one = new ArrayList<>();
    add(one, random, update, count, 1);
    OpCase c = one.get(0);
    List<Tensor> good = new ArrayList<>(c.inputs());
    good.remove(update.input("guard"));
    UpdateTrial op = new UpdateTrial(update, count);
    cases.add(OpCase.of(update + " good", op, good, 4, 1).withZeros());
    for (int group = op.input("w0"); group < good.size(); group += count) {
      int at = group + (count - 1) * (cases.size() % 2);
      List<Tensor> in = new ArrayList<>(good);
      Tensor t = in.get(at).copy();
      double bad = cases.size() % 3 == 0 ? Double.NaN : Double.POSITIVE_INFINITY;
      t.set((cases.size() * 7) % t.size(), bad);
      in.set(at, t);
      String name = update + " bad " + op.inputNames().get(at);
      cases.add(OpCase.of(name, op, in, 4, 1).withZeros());
    }
  }

  static List<OpCase> clip(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (ClipGradients.Mode mode : ClipGradients.Mode.values()) {
      for (double limit : new double[] {0.3, 1e6}) {
        for (int count : new int[] {WEIGHTS.size(), MANY}) {
          Philox r = random.stream(62, cases.size());
          List<Tensor> in = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            in.add(OpCase.normal(weight(i, count), 1, r.stream(63, i)));
          }
          cases.add(
              OpCase.of(
                  mode + " of " + count + " limit=" + limit,
                  new ClipGradients(mode, limit, count),
                  in,
                  21_000,
                  1));
        }
      }
    }
    return cases;
  }
}
