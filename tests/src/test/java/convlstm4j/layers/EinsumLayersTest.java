package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.layer.EinsumDense;
import convlstm4j.layer.Operations;
import convlstm4j.op.ShapeException;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Products by equations against plain loops over every label. */
class EinsumLayersTest {
  /** The sum over all values of all labels, one after the other. */
  private static Tensor expected(String equation, Tensor x, Tensor y) {
    String[] sides = equation.split("->");
    String[] of = sides[0].split(",");
    Map<Character, Integer> sizes = new LinkedHashMap<>();
    for (int i = 0; i < of[0].length(); i++) {
      sizes.put(of[0].charAt(i), (int) x.shape().dim(i));
    }
    for (int i = 0; i < of[1].length(); i++) {
      sizes.put(of[1].charAt(i), (int) y.shape().dim(i));
    }
    Tensor sums =
        Tensor.zeros(
            DType.FLOAT64,
            Shape.of(sides[1].chars().mapToLong(c -> sizes.get((char) c)).toArray()));
    int all = sizes.values().stream().reduce(1, (a, b) -> a * b);
    for (int k = 0; k < all; k++) {
      Map<Character, Integer> at = new LinkedHashMap<>();
      int left = k;
      for (Map.Entry<Character, Integer> e : sizes.entrySet()) {
        at.put(e.getKey(), left % e.getValue());
        left /= e.getValue();
      }
      int to = place(sides[1], at, sizes);
      sums.set(to, sums.get(to) + x.get(place(of[0], at, sizes)) * y.get(place(of[1], at, sizes)));
    }
    return sums;
  }

  private static int place(
      String labels, Map<Character, Integer> at, Map<Character, Integer> sizes) {
    int place = 0;
    for (int i = 0; i < labels.length(); i++) {
      char c = labels.charAt(i);
      place = place * sizes.get(c) + at.get(c);
    }
    return place;
  }

  @Test
  void operationsAreSumsOfProducts() {
    check("btc,bsc->bts", Shape.of(2, 3, 4), Shape.of(2, 5, 4));
    check("bthd,bshd->bhts", Shape.of(2, 3, 2, 4), Shape.of(2, 5, 2, 4));
    check("btc,bt->bc", Shape.of(2, 3, 4), Shape.of(2, 3));
    check("btc,bs->bc", Shape.of(2, 3, 4), Shape.of(2, 5));
    check("bt,bs->bst", Shape.of(2, 3), Shape.of(2, 4));
  }

  private static void check(String equation, Shape a, Shape b) {
    Tensor x = Apply.tensor(a, 1);
    Tensor y = Apply.tensor(b, 2);
    Apply.same(
        equation,
        expected(equation, x, y),
        Apply.random(Operations.einsum(equation), false, 1, x, y).first());
    LayerGradients.check(Operations.einsum(equation), true, x, y);
  }

  @Test
  void layersHaveAKernelOfTheirEquation() {
    Tensor x = Apply.tensor(Shape.of(2, 3, 4), 1);
    Apply.Result plain = Apply.random(new EinsumDense("abc,cde->aebd", 6, 0, 5), false, 1, x);
    Apply.same("plain", expected("abc,cde->aebd", x, plain.weights().get(0)), plain.first());
    Apply.Result rest = Apply.random(new EinsumDense("...c,cd->...d", 5), false, 1, x);
    Apply.same("rest", expected("abc,cd->abd", x, rest.weights().get(0)), rest.first());
    EinsumDense biased = new EinsumDense("abc,cde->abde", 0, 5, 2).biasAxes("e");
    Apply.Result r = Apply.random(biased, false, 1, x);
    Tensor y = expected("abc,cde->abde", x, r.weights().get(0));
    for (int i = 0; i < y.size(); i++) {
      y.set(i, y.get(i) + r.weights().get(1).get(i % 2));
    }
    Apply.same("bias", y, r.first());
    LayerGradients.check(new EinsumDense("abc,cde->abde", 0, 2, 2).biasAxes("d"), true, x);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Tensor x = Apply.tensor(Shape.of(2, 3, 4), 1);
    for (String wrong :
        new String[] {"abc", "abc,cd", "aba,ad->abd", "ab1,1c->abc", "a......,b->a"}) {
      assertThrows(IllegalArgumentException.class, () -> new EinsumDense(wrong, 1), wrong);
    }
    assertThrows(
        ShapeException.class,
        () -> Apply.random(new EinsumDense("abc,cd->bad", 1, 2), false, 1, x));
    assertThrows(
        ShapeException.class, () -> Apply.random(new EinsumDense("abc,cd->abd", 2), false, 1, x));
    // No size of d is known. Found by NetworkFilesFuzzTest.
    assertThrows(
        ShapeException.class, () -> Apply.random(new EinsumDense("abc,cd->ab", 3), false, 1, x));
    assertThrows(
        ShapeException.class, () -> Apply.random(Operations.einsum("ab,ac->bc"), false, 1, x, x));
  }
}
