package convlstm4j.contract;

import convlstm4j.op.Lookup;
import convlstm4j.op.MatMul;
import convlstm4j.op.Noise;
import convlstm4j.op.Resample;
import convlstm4j.op.Winners;
import convlstm4j.op.WonAt;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Sums by tables, products of matrices, rows of a table, noise. */
final class ArrayCases {
  private ArrayCases() {}

  /**
   * Tables with empty rows, equal places and many entries, along each axis; long axes; several
   * axes.
   */
  static List<OpCase> resample(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    Shape x = Shape.of(3, 5, 4, 7);
    for (int axis = 0; axis < x.rank(); axis++) {
      long n = x.dim(axis);
      int last = (int) n - 1;
      Resample.Table sums =
          new Resample.Table(
              n,
              List.of(2, 2, 5, 6),
              List.of(0, last, 1, 1, 0, 2),
              List.of(0.5, -0.25, 1.0, 2.0, 0.75, -1.5));
      add(cases, new Resample(axis, sums), x, 3, random);
      add(cases, new Resample(axis, Resample.Table.of(n, List.of(last, 0))), x, 1, random);
    }
    List<Integer> places = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    int rows = 611;
    int columns = 1003;
    for (int j = 0; j < rows; j++) {
      for (int k = 0; k < 4; k++) {
        places.add((int) Math.min(columns - 1, (long) j * columns / rows + k));
        weights.add((k + 1) / 8.0);
      }
      ends.add(places.size());
    }
    Resample.Table wide = new Resample.Table(columns, ends, places, weights);
    add(cases, new Resample(1, wide), Shape.of(2, columns, 3), 4, random);
    add(cases, new Resample(1, wide), Shape.of(2, columns, 103), 4, random);
    add(cases, new Resample(2, wide), Shape.of(3, 2, columns), 4, random);
    several(cases, random);
    return cases;
  }

  /**
   * Two and three axes: nearest and lines, an axis that stays, rows without entries, few channels.
   */
  private static void several(List<OpCase> cases, Philox random) {
    Resample.Table odd =
        new Resample.Table(
            5,
            List.of(1, 1, 8, 10, 12, 13),
            List.of(4, 0, 1, 2, 3, 4, 0, 2, 1, 3, 2, 2, 0),
            List.of(1.0, 0.5, -0.25, 1.5, 2.0, 1.0, -1.0, 0.75, 0.5, 1.0, 2.0, -0.5, 1.25));
    for (int inner : new int[] {1, 3, 19}) {
      Shape image = Shape.of(3, 5, 7, inner);
      Resample.Table across = lines(7, 2);
      add(cases, new Resample(1, List.of(lines(5, 3), across)), image, 4, random);
      add(
          cases,
          new Resample(1, List.of(lines(5, 3).transposed(), odd)),
          Shape.of(2, 15, 5, inner),
          48,
          random);
      add(
          cases,
          new Resample(1, List.of(odd, across.transposed())),
          Shape.of(2, 5, 14, inner),
          28,
          random);
      Resample.Table twice = Resample.Table.repeated(7, 2);
      add(cases, new Resample(1, List.of(Resample.Table.repeated(5, 3), twice)), image, 1, random);
      add(cases, new Resample(1, List.of(Resample.Table.repeated(5, 3))), image, 1, random);
      add(
          cases,
          new Resample(1, List.of(lines(5, 2), Resample.Table.same(7), twice)),
          Shape.of(2, 5, 7, 7, inner),
          2,
          random);
      add(
          cases,
          new Resample(1, List.of(odd, lines(3, 2), across)),
          Shape.of(2, 5, 3, 7, inner),
          28,
          random);
    }
  }

  /** Straight lines between pixels of an axis that becomes some times as long. */
  private static Resample.Table lines(int n, int times) {
    List<Integer> places = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    for (int j = 0; j < n * times; j++) {
      double at = (j + 0.5) / times - 0.5;
      int first = (int) Math.floor(at);
      if (first < 0 || first == n - 1) {
        places.add(Math.max(first, 0));
        weights.add(1.0);
      } else {
        places.addAll(List.of(first, first + 1));
        weights.addAll(List.of(first + 1 - at, at - first));
      }
      ends.add(places.size());
    }
    return new Resample.Table(n, ends, places, weights);
  }

  private static void add(List<OpCase> cases, Resample op, Shape x, long terms, Philox random) {
    Tensor t = OpCase.normal(x, 1, random.stream(60, cases.size()));
    String name = "x=" + x + " axis=" + op.axis() + ", " + op.tables();
    cases.add(OpCase.of(name, op, List.of(t), terms, 2 * terms).withZeros());
  }

  /** Each operand as it is and transposed; one row, one column, one term; more than a tile. */
  static List<OpCase> matMul(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    int[][] sizes = {{1, 1, 1, 1}, {3, 4, 5, 2}, {2, 1, 37, 3}, {2, 19, 1, 33}, {1, 40, 70, 17}};
    for (int[] s : sizes) {
      for (int t = 0; t < 4; t++) {
        MatMul op = new MatMul(t % 2 == 1, t / 2 == 1);
        Shape x = op.transposeX() ? Shape.of(s[0], s[2], s[1]) : Shape.of(s[0], s[1], s[2]);
        Shape w = op.transposeW() ? Shape.of(s[0], s[3], s[2]) : Shape.of(s[0], s[2], s[3]);
        Philox r = random.stream(61, cases.size());
        List<Tensor> in =
            List.of(OpCase.normal(x, 1, r.stream(62, 0)), OpCase.normal(w, 1, r.stream(62, 1)));
        cases.add(OpCase.of("x=" + x + " w=" + w + " " + op, op, in, s[2], Math.max(s[1], s[3])));
      }
    }
    return cases;
  }

  /** Ids that come several times, not at all, and are no numbers of rows. */
  static List<OpCase> lookup(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (int columns : new int[] {1, 5, 130}) {
      for (Shape ids : List.of(Shape.of(1), Shape.of(3, 7), Shape.of(2, 5, 30))) {
        Philox r = random.stream(63, cases.size());
        int rows = 11;
        Tensor id = Tensor.zeros(DType.FLOAT64, ids);
        for (int i = 0; i < id.size(); i++) {
          id.set(i, (int) (r.uniform(i) * (rows - 1)));
        }
        Tensor table = OpCase.normal(Shape.of(rows, columns), 1, r.stream(64, 0));
        String name = "table=" + table.shape() + " id=" + ids;
        cases.add(
            OpCase.of(name, new Lookup(), List.of(table, id), 1, ids.elements())
                .withZeros()
                .notSmooth());
      }
    }
    return cases;
  }

  /** Many windows in a number and one; rows that end inside a number; long rows. */
  static List<OpCase> wonAt(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (int size : new int[] {1, 2, 3, 4, 9, 5000}) {
      for (long[] dims :
          List.of(new long[] {3, 50, 1}, new long[] {2, 25, 7}, new long[] {1, 7, 5003})) {
        Philox r = random.stream(66, cases.size());
        Tensor x = OpCase.normal(Shape.of(dims), 1, r.stream(67, 0));
        int per = Winners.perNumber(size);
        Shape packed = x.shape().with(1, (dims[1] + per - 1) / per);
        Tensor places = Tensor.zeros(DType.FLOAT64, packed);
        for (int i = 0; i < places.size(); i++) {
          long number = 0;
          for (int k = 0; k < per; k++) {
            long place = (long) (r.uniform((long) i * per + k) * size);
            number |= place << (k * Winners.bits(size));
          }
          places.set(i, (double) number);
        }
        for (int place : new int[] {0, size / 2, size - 1}) {
          String name = x.shape() + ", place " + place + " of " + size;
          cases.add(
              OpCase.of(name, new WonAt(size, place), List.of(x, places), 1, 1)
                  .withZeros()
                  .notSmooth());
        }
      }
    }
    return cases;
  }

  static List<OpCase> noise(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (Shape x : List.of(Shape.of(1), Shape.of(3, 5, 7), Shape.of(3, 11, 1009))) {
      Tensor t = OpCase.normal(x, 1, random.stream(65, cases.size()));
      cases.add(OpCase.of("x=" + x, new Noise(0.5, 2), List.of(t), 1, 1));
    }
    return cases;
  }
}
