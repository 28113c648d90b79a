package convlstm4j.layer;

import convlstm4j.op.MatMul;
import convlstm4j.op.Reduce;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Transpose;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sums of products of two arrays by an equation of labels, {@code "btc,bsc->bts"}, as NumPy's and
 * Keras's {@code einsum}. Each axis has a letter; {@code ...} stands for the axes that have none.
 * It is one product of matrices in batches.
 *
 * @param first labels of the first array's axes
 * @param second those of the second
 * @param result those of the result
 */
record Einsum(String first, String second, String result) {
  private static final String REST = "...";

  /** Labels of the axes that have none, from the last on. */
  private static final char UNNAMED = '\u0391';

  /**
   * Reads an equation.
   *
   * @throws IllegalArgumentException if it is of another form
   */
  static Einsum parse(String equation) {
    String text = equation.replace(" ", "");
    String[] sides = text.split("->", -1);
    String[] arrays = sides[0].split(",", -1);
    if (sides.length != 2 || arrays.length != 2) {
      throw new IllegalArgumentException(
          "expected an equation of two arrays with a result, such as \"abc,cd->abd\"");
    }
    for (String labels : List.of(arrays[0], arrays[1], sides[1])) {
      String letters = labels.replace(REST, "");
      boolean rest = labels.indexOf(REST) == labels.lastIndexOf(REST);
      if (!rest || !letters.chars().allMatch(c -> c < 128 && Character.isLetter(c))) {
        throw new IllegalArgumentException(
            "\"" + labels + "\" in it, expected letters, and ... at most once");
      }
      if (letters.chars().distinct().count() < letters.length()) {
        throw new IllegalArgumentException("\"" + labels + "\" in it has a letter twice");
      }
    }
    return new Einsum(arrays[0], arrays[1], sides[1]);
  }

  /** Keras's operation, of two tensors. */
  static OperationKind kind() {
    return new OperationKind(
        "numpy",
        List.of("x1", "x2"),
        List.of("subscripts"),
        false,
        c -> {
          Einsum einsum;
          try {
            einsum = parse(String.valueOf(c.get("subscripts")));
          } catch (IllegalArgumentException e) {
            throw c.wrong("subscripts", e.getMessage());
          }
          return (g, inputs) -> {
            Value x = inputs.get(0);
            Value y = inputs.get(1);
            Einsum all = einsum.of(x.shape().rank(), y.shape().rank());
            all.checkBatch();
            return List.of(all.lower(g, x, y));
          };
        });
  }

  /** Fails unless the batch stays the first axis. */
  void checkBatch() {
    if (result.isEmpty() || first.isEmpty() || first.charAt(0) != result.charAt(0)) {
      throw new ShapeException("equation " + this + " moves the batch, which stays the first");
    }
  }

  /** The same with a letter for every axis. */
  Einsum of(int firstRank, int secondRank) {
    int one = unnamed(first, firstRank);
    int two = unnamed(second, secondRank);
    Einsum all =
        new Einsum(named(first, one), named(second, two), named(result, Math.max(one, two)));
    for (int i = 0; i < all.result.length(); i++) {
      char c = all.result.charAt(i);
      if (all.first.indexOf(c) < 0 && all.second.indexOf(c) < 0) {
        throw new ShapeException(
            "equation " + this + ": an axis of the result is in neither array");
      }
    }
    return all;
  }

  private static int unnamed(String labels, int rank) {
    int letters = labels.replace(REST, "").length();
    if (labels.contains(REST) ? rank < letters : rank != letters) {
      throw new ShapeException("\"" + labels + "\" of an array of " + rank + " axes");
    }
    return rank - letters;
  }

  private static String named(String labels, int count) {
    StringBuilder names = new StringBuilder();
    for (int i = count - 1; i >= 0; i--) {
      names.append((char) (UNNAMED + i));
    }
    return labels.replace(REST, names);
  }

  /** Computes it; of letters for every axis. */
  Value lower(Lowering g, Value x, Value y) {
    Value a = summed(g, x, first, second + result);
    Value b = summed(g, y, second, first + result);
    String ofA = kept(first, second + result);
    String ofB = kept(second, first + result);
    checkSizes(a.shape(), ofA, b.shape(), ofB);
    String batch = both(ofA, ofB, true);
    String summed = both(ofA, ofB, false);
    String rows = only(ofA, ofB);
    String columns = only(ofB, ofA);
    Shape shapeA = a.shape();
    Shape shapeB = b.shape();
    long batches = times(shapeA, ofA, batch);
    Value left =
        g.reshape(
            ordered(g, a, ofA, batch + rows + summed),
            Shape.of(batches, times(shapeA, ofA, rows), times(shapeA, ofA, summed)));
    Value right =
        g.reshape(
            ordered(g, b, ofB, batch + summed + columns),
            Shape.of(batches, times(shapeB, ofB, summed), times(shapeB, ofB, columns)));
    Value product = g.op(new MatMul(false, false), left, right);
    String order = batch + rows + columns;
    long[] sizes =
        order
            .chars()
            .mapToLong(
                c -> ofA.indexOf(c) >= 0 ? shapeA.dim(ofA.indexOf(c)) : shapeB.dim(ofB.indexOf(c)))
            .toArray();
    return ordered(g, g.reshape(product, Shape.of(sizes)), order, result);
  }

  private static void checkSizes(Shape a, String ofA, Shape b, String ofB) {
    for (int i = 0; i < ofA.length(); i++) {
      int j = ofB.indexOf(ofA.charAt(i));
      if (j >= 0
          && a.dim(i) != b.dim(j)
          && a.dim(i) != Shape.UNKNOWN
          && b.dim(j) != Shape.UNKNOWN) {
        throw new ShapeException(
            "arrays of shapes " + a + " and " + b + " differ along axes of one label");
      }
    }
  }

  /** Sums along axes that are nowhere else. */
  private static Value summed(Lowering g, Value x, String labels, String elsewhere) {
    List<Integer> axes =
        IntStream.range(0, labels.length())
            .filter(i -> elsewhere.indexOf(labels.charAt(i)) < 0)
            .boxed()
            .toList();
    if (axes.isEmpty()) {
      return x;
    }
    Value sums = g.op(new Reduce(Reduce.Mode.SUM, axes), x);
    Shape s = sums.shape();
    return g.reshape(
        sums,
        Shape.of(
            IntStream.range(0, s.rank())
                .filter(d -> !axes.contains(d))
                .mapToLong(s::dim)
                .toArray()));
  }

  private static String kept(String labels, String elsewhere) {
    return chosen(labels, c -> elsewhere.indexOf(c) >= 0);
  }

  /** Labels of both that the result has, or has not. */
  private String both(String a, String b, boolean inResult) {
    return chosen(a, c -> b.indexOf(c) >= 0 && (result.indexOf(c) >= 0) == inResult);
  }

  private static String only(String labels, String other) {
    return chosen(labels, c -> other.indexOf(c) < 0);
  }

  private static String chosen(String labels, java.util.function.IntPredicate which) {
    return labels
        .chars()
        .filter(which)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static long times(Shape s, String labels, String some) {
    long product = 1;
    for (int i = 0; i < some.length(); i++) {
      char c = some.charAt(i);
      product = Shape.times(product, s.dim(labels.indexOf(c)));
    }
    return product;
  }

  private static Value ordered(Lowering g, Value x, String labels, String wanted) {
    if (labels.equals(wanted)) {
      return x;
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < wanted.length(); i++) {
      char c = wanted.charAt(i);
      order.add(labels.indexOf(c));
    }
    return g.op(new Transpose(order), x);
  }

  @Override
  public String toString() {
    return first + "," + second + "->" + result;
  }
}
