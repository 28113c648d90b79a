package convlstm4j.contract;

import convlstm4j.op.Activate;
import convlstm4j.op.Affine;
import convlstm4j.op.Concat;
import convlstm4j.op.Drop;
import convlstm4j.op.Merge;
import convlstm4j.op.Op;
import convlstm4j.op.Pad;
import convlstm4j.op.Penalty;
import convlstm4j.op.Reverse;
import convlstm4j.op.Transpose;
import convlstm4j.option.Activation;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Activations, joins, reordering, dropout, penalties, dense layers. */
final class ElementCases {
  /** More elements than loops take at once. */
  private static final Shape LONG = Shape.of(3, 11, 1009);

  private ElementCases() {}

  private static OpCase unary(Op op, Shape x, double scale, Philox random) {
    Tensor t = OpCase.normal(x, scale, random);
    return OpCase.of("x=" + x + " " + op, op, List.of(t), 1, 1);
  }

  static List<OpCase> activate(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (Activation.Kind kind : Activation.Kind.values()) {
      boolean alpha = kind == Activation.Kind.ELU || kind == Activation.Kind.LEAKY_RELU;
      Op op = new Activate(new Activation(kind, alpha ? 0.3 : 0));
      cases.add(unary(op, Shape.of(3, 5, 7), 2, random.stream(20, cases.size())).withZeros());
      cases.add(unary(op, LONG, 1, random.stream(20, cases.size())).withZeros());
      // Where exp overflows in float32; derivatives are mostly zero and differences too coarse.
      cases.add(
          unary(op, Shape.of(5, 13), 300, random.stream(20, cases.size())).withZeros().notSmooth());
    }
    return cases;
  }

  static List<OpCase> concat(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (int axis = 0; axis < 4; axis++) {
      for (int count = 1; count <= 3; count++) {
        List<Tensor> in = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          Shape x = Shape.of(3, 5, 2, 7).with(axis, 1 + 2L * i);
          in.add(OpCase.normal(x, 1, random.stream(21, cases.size()).stream(21, i)));
        }
        Op op = new Concat(axis, count);
        cases.add(OpCase.of("axis " + axis + " of " + count, op, in, 1, 1));
      }
    }
    List<Tensor> even = new ArrayList<>();
    for (long channels : new long[] {4, 12, 8}) {
      even.add(OpCase.normal(Shape.of(3, 5, channels), 1, random.stream(21, 99 + even.size())));
    }
    cases.add(OpCase.of("rows of whole float4s", new Concat(2, even.size()), even, 1, 1));
    return cases;
  }

  static List<OpCase> merge(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (Merge.Mode mode : Merge.Mode.values()) {
      for (int count = 1; count <= 4; count++) {
        List<Tensor> in = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          Tensor t =
              OpCase.normal(Shape.of(3, 5, 7), 1, random.stream(22, cases.size()).stream(22, i));
          t.set(0, 0); // a product's derivative must not divide by its factors
          in.add(t);
        }
        cases.add(OpCase.of(mode + " of " + count, new Merge(mode, count), in, count, count));
      }
      for (List<Shape> shapes : BROADCAST) {
        cases.add(broadcast(mode, shapes, random.stream(22, cases.size())));
      }
    }
    return cases;
  }

  /**
   * Inputs of size 1 along some axes: inside, outside, alternating, all of them, none of the
   * output's shape; rows longer than a piece of a loop; more sums than are kept at once (onednn's
   * Broadcast: 16384).
   */
  static final List<List<Shape>> BROADCAST =
      List.of(
          List.of(Shape.of(3, 5, 7), Shape.of(3, 5, 1)),
          List.of(Shape.of(3, 1, 7), Shape.of(3, 5, 7)),
          List.of(Shape.of(3, 5, 7), Shape.of(1, 5, 1), Shape.of(3, 1, 1)),
          List.of(Shape.of(3, 5, 1), Shape.of(3, 1, 7), Shape.of(1, 5, 7)),
          List.of(Shape.of(3, 5, 7), Shape.of(1, 1, 1), Shape.of(3, 5, 7)),
          List.of(Shape.of(2, 6, 5, 8), Shape.of(2, 1, 1, 8)),
          List.of(Shape.of(2, 8, 6, 5), Shape.of(2, 8, 1, 1)),
          List.of(Shape.of(2, 3, 4, 5, 6), Shape.of(2, 1, 4, 1, 6), Shape.of(1, 3, 1, 5, 1)),
          List.of(Shape.of(2, 3, 2, 3, 2, 3), Shape.of(2, 1, 2, 1, 2, 1)),
          List.of(Shape.of(2, 3, 5003), Shape.of(2, 1, 5003)),
          List.of(Shape.of(2, 3, 5003), Shape.of(2, 3, 1)),
          List.of(Shape.of(3, 50, 110, 2), Shape.of(3, 50, 110, 1)));

  private static OpCase broadcast(Merge.Mode mode, List<Shape> shapes, Philox random) {
    List<Tensor> in = new ArrayList<>();
    for (Shape s : shapes) {
      in.add(OpCase.normal(s, 1, random.stream(22, in.size())));
    }
    Merge op = new Merge(mode, in.size());
    long all = op.outputShapes(shapes).get(0).elements();
    long fewest = shapes.stream().mapToLong(Shape::elements).min().orElseThrow();
    String name = mode + " of " + shapes;
    return OpCase.of(name, op, in, in.size(), in.size() * all / fewest);
  }

  static List<OpCase> reverse(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (int axis = 0; axis < 4; axis++) {
      cases.add(unary(new Reverse(axis), Shape.of(2, 5, 3, 7), 1, random.stream(23, cases.size())));
    }
    return cases;
  }

  /** Zeros, less, and both at once along each axis; rows longer than loops take at once. */
  static List<OpCase> pad(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    List<List<List<Integer>>> edges =
        List.of(
            List.of(List.of(0, 0, 0, 0), List.of(0, 0, 0, 0)),
            List.of(List.of(0, 1, 2, 0), List.of(0, 3, 0, 0)),
            List.of(List.of(0, -1, -2, 0), List.of(0, -1, 0, 0)),
            List.of(List.of(1, -2, 0, -3), List.of(-1, 4, -3, 2)),
            List.of(List.of(0, 0, 0, 1), List.of(0, 0, 0, -2)),
            List.of(List.of(2, 0, 0, 0), List.of(0, 0, 0, 0)));
    for (List<List<Integer>> e : edges) {
      Op op = new Pad(e.get(0), e.get(1));
      cases.add(unary(op, Shape.of(3, 5, 4, 8), 1, random.stream(25, cases.size())).withZeros());
    }
    Op wide = new Pad(List.of(0, 1, -1), List.of(0, -2, 7));
    cases.add(unary(wide, LONG, 1, random.stream(25, 50)).withZeros());
    Op deep = new Pad(List.of(0, 0, 1, -1, 1, 0), List.of(0, 0, -1, 1, 0, 0));
    cases.add(unary(deep, Shape.of(2, 3, 4, 5, 3, 2), 1, random.stream(25, 51)).withZeros());
    return cases;
  }

  static List<OpCase> transpose(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    cases.add(unary(new Transpose(List.of(0)), Shape.of(7), 1, random.stream(24, 0)));
    cases.add(unary(new Transpose(List.of(1, 0)), Shape.of(101, 103), 1, random.stream(24, 1)));
    cases.add(
        unary(
            new Transpose(List.of(0, 1, 4, 2, 3)),
            Shape.of(2, 3, 5, 7, 4),
            1,
            random.stream(24, 2)));
    // Neighbours that stay neighbours; as many axes as cannot be joined; two that exchange inside
    // others.
    cases.add(unary(new Transpose(List.of(1, 0, 2)), Shape.of(5, 3, 8), 1, random.stream(24, 3)));
    cases.add(
        unary(
            new Transpose(List.of(5, 4, 3, 2, 1, 0)),
            Shape.of(2, 3, 2, 3, 2, 3),
            1,
            random.stream(24, 4)));
    cases.add(
        unary(new Transpose(List.of(0, 2, 1, 3)), Shape.of(2, 37, 41, 1), 1, random.stream(24, 5)));
    for (int i = 0; i < 8; i++) {
      List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3));
      Draw draw = new Draw(random.stream(25, i));
      for (int d = 3; d > 0; d--) {
        Collections.swap(order, d, draw.from(0, d));
      }
      cases.add(unary(new Transpose(order), Shape.of(2, 3, 5, 7), 1, random.stream(26, i)));
    }
    return cases;
  }

  static List<OpCase> dropout(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (double rate : new double[] {0, 0.3, 0.8}) {
      for (List<Long> noise :
          List.of(List.<Long>of(), List.of(3L, 1L, 1009L), List.of(-1L, 11L, 1L))) {
        cases.add(
            unary(new Drop(rate, noise), LONG, 1, random.stream(27, cases.size())).withZeros());
      }
    }
    return cases;
  }

  static List<OpCase> penalty(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (double l1 : new double[] {0, 0.01}) {
      for (boolean perSample : new boolean[] {false, true}) {
        OpCase c =
            unary(new Penalty(l1, 0.02, perSample), LONG, 1, random.stream(28, cases.size()));
        cases.add(OpCase.of(c.name(), c.op(), c.inputs(), LONG.elements(), 2));
      }
    }
    Tensor zeros = Tensor.of(new double[] {0, -1, 0, 2, 0, 3}, 2, 3);
    cases.add(
        OpCase.of("zeros", new Penalty(0.3, 0.1, true), List.of(zeros), 6, 2)
            .withZeros()
            .notSmooth());
    return cases;
  }

  static List<OpCase> dense(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (Shape x :
        List.of(
            Shape.of(1, 1),
            Shape.of(1, 1501),
            Shape.of(3, 7),
            Shape.of(2, 3, 5),
            LONG.with(2, 13),
            Shape.of(2, 3, 5, 7, 11))) {
      for (int units : new int[] {1, 5, 263}) {
        for (boolean bias : new boolean[] {true, false}) {
          Philox r = random.stream(29, cases.size());
          List<Tensor> in = new ArrayList<>();
          in.add(OpCase.normal(x, 1, r.stream(30, 0)));
          in.add(OpCase.normal(Shape.of(x.dim(-1), units), 0.5, r.stream(30, 1)));
          if (bias) {
            in.add(OpCase.normal(Shape.of(units), 1, r.stream(30, 2)));
          }
          long rows = x.elements() / x.dim(-1);
          cases.add(
              OpCase.of(
                  "x=" + x + " units=" + units + " bias=" + bias,
                  new Affine(units, bias),
                  in,
                  x.dim(-1),
                  Math.max(rows, units)));
        }
      }
    }
    // More rows than a GPU's grid has blocks along its y and z axes.
    int rows = 65_537;
    List<Tensor> many =
        List.of(
            OpCase.normal(Shape.of(rows, 2), 1, random.stream(29, 98)),
            OpCase.normal(Shape.of(2, 3), 0.5, random.stream(29, 99)));
    cases.add(OpCase.of(rows + " rows", new Affine(3, false), many, 2, rows).notSmooth());
    return cases;
  }
}
