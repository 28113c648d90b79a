package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Input;
import convlstm4j.layer.Operation;
import convlstm4j.layer.Operations;
import convlstm4j.op.ShapeException;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations on tensors against their definition, by hand, and their gradients. */
class OperationsTest {
  /** Of shape [2, 3, 4], 0 to 23. */
  private static Tensor count() {
    return tensor(i -> i, 2, 3, 4);
  }

  /** Off the kinks, no two alike. */
  private static Tensor smooth() {
    return tensor(i -> Math.sin(7 * i + 1) + 0.001 * i, 2, 3, 4);
  }

  private static Tensor positive() {
    return tensor(i -> 1.5 + Math.sin(7 * i + 1), 2, 3, 4);
  }

  private static Tensor tensor(IntToDoubleFunction f, long... dims) {
    Tensor x = Tensor.zeros(DType.FLOAT64, Shape.of(dims));
    for (int i = 0; i < x.size(); i++) {
      x.set(i, f.applyAsDouble(i));
    }
    return x;
  }

  private static void yields(Operation op, Shape shape, IntToDoubleFunction value, Tensor... x) {
    Apply.Result result = Apply.random(op, false, 1, x);
    assertEquals(shape, result.first().shape());
    assertEquals(shape.with(0, Shape.UNKNOWN), result.inferred().get(0));
    double[] expected = IntStream.range(0, (int) shape.elements()).mapToDouble(value).toArray();
    assertArrayEquals(expected, result.first().doubles(), 1e-12);
  }

  @Test
  void partsAreThoseOfPython() {
    yields(Operations.index(1, -1), Shape.of(2, 4), i -> i / 4 * 12 + 8 + i % 4, count());
    yields(Operations.index(-1, 1), Shape.of(2, 3), i -> 4 * i + 1, count());
    yields(Operations.slice(2, 1, -1), Shape.of(2, 3, 2), i -> i / 2 * 4 + 1 + i % 2, count());
    yields(Operations.slice(1, -2), Shape.of(2, 2, 4), i -> i / 8 * 12 + 4 + i % 8, count());
    // Python's bounds outside are the nearest inside.
    yields(Operations.slice(1, -9, 9), Shape.of(2, 3, 4), i -> i, count());
    List<Object> key = Arrays.asList(slice(), null, 2);
    yields(
        new Operation("GetItem", Map.of("key", key)),
        Shape.of(2, 1, 4),
        i -> i / 4 * 12 + 8 + i % 4,
        count());
  }

  private static Object slice() {
    return slice(1);
  }

  private static Object slice(int step) {
    return Map.of("class_name", "__slice__", "config", Map.of("step", step));
  }

  /** A mask before a softmax or maximum: the constant swallows no element. */
  @Test
  void paddingKeepsTheElements() {
    Tensor x = tensor(i -> 1e-9 * (i + 1), 2, 3, 4).cast(DType.FLOAT32);
    for (double v : new double[] {-1e9, 0.1}) {
      Operation pad =
          new Operation(
              "Pad",
              Map.of(
                  "pad_width",
                  List.of(List.of(0, 0), List.of(1, 0), List.of(0, 0)),
                  "constant_values",
                  v));
      Tensor y = Apply.random(pad, false, 1, x).first();
      assertEquals(Shape.of(2, 4, 4), y.shape());
      for (int i = 0; i < y.size(); i++) {
        double kept = x.get(Math.max(0, i / 16 * 12 + i % 16 - 4));
        assertEquals(i % 16 < 4 ? v : kept, y.get(i), "element " + i); // in 64 bits
      }
    }
  }

  @Test
  void nothingIsAtLeastNoNumber() {
    Tensor x = Tensor.of(new double[] {1, 2, Double.NaN}, 1, 3);
    for (String kind : List.of("GreaterEqual", "LessEqual")) {
      Tensor y = Apply.random(Operations.with(kind, 2), false, 1, x).first();
      assertEquals(kind.equals("LessEqual") ? 1 : 0, y.get(0));
      assertEquals(1, y.get(1));
      assertEquals(0, y.get(2));
    }
  }

  @Test
  void splitsGiveEveryPart() {
    List<Tensor> halves = Apply.random(Operations.split(-1, 2), false, 1, count()).outputs();
    assertEquals(2, halves.size());
    assertEquals(Shape.of(2, 3, 2), halves.get(1).shape());
    for (int i = 0; i < 12; i++) {
      assertEquals(i / 2 * 4 + 2 + i % 2, halves.get(1).get(i));
    }
    Operation uneven = new Operation("Split", Map.of("indices_or_sections", List.of(1), "axis", 1));
    List<Tensor> parts = Apply.random(uneven, false, 1, count()).outputs();
    assertEquals(
        List.of(Shape.of(2, 1, 4), Shape.of(2, 2, 4)), parts.stream().map(Tensor::shape).toList());
    assertEquals(16, parts.get(1).get(8));
  }

  @Test
  void axesAreReduced() {
    yields(Operations.sum(false, 1), Shape.of(2, 4), i -> 3 * (i / 4 * 12 + 4 + i % 4), count());
    yields(Operations.mean(true, 1, 2), Shape.of(2, 1, 1), i -> 12 * i + 5.5, count());
    yields(Operations.max(false, 1, -1), Shape.of(2), i -> 12 * i + 11, count());
    yields(Operations.min(false, 2), Shape.of(2, 3), i -> 4 * i, count());
    yields(Operations.variance(true, -1), Shape.of(2, 3, 1), i -> 1.25, count());
  }

  @Test
  void axesAreMoved() {
    yields(
        Operations.transpose(0, 2, 1),
        Shape.of(2, 4, 3),
        i -> i / 12 * 12 + i % 3 * 4 + i % 12 / 3,
        count());
    yields(
        new Operation("Moveaxis", Map.of("source", -1, "destination", 1)),
        Shape.of(2, 4, 3),
        i -> i / 12 * 12 + i % 3 * 4 + i % 12 / 3,
        count());
    yields(
        new Operation("Swapaxes", Map.of("axis1", 1, "axis2", 2)),
        Shape.of(2, 4, 3),
        i -> i / 12 * 12 + i % 3 * 4 + i % 12 / 3,
        count());
    yields(Operations.expandDims(-1), Shape.of(2, 3, 4, 1), i -> i, count());
    yields(Operations.squeeze(1), Shape.of(2, 3), i -> i, tensor(i -> i, 2, 1, 3));
    yields(
        new Operation("Reshape", Map.of("newshape", List.of(-1, 6, 2))),
        Shape.of(2, 6, 2),
        i -> i,
        count());
  }

  @Test
  void elementsArePutBesideEachOther() {
    yields(
        Operations.stack(1),
        Shape.of(2, 2, 3),
        i -> i % 6 / 3 * 10 + i / 6 * 3 + i % 3,
        tensor(i -> i, 2, 3),
        tensor(i -> i + 10, 2, 3));
    yields(
        new Operation("Tile", Map.of("repeats", List.of(1, 2))),
        Shape.of(2, 6),
        i -> i / 6 * 3 + i % 3,
        tensor(i -> i, 2, 3));
    yields(
        new Operation("Repeat", Map.of("repeats", 2, "axis", 1)),
        Shape.of(2, 6),
        i -> Math.floor(i / 2.0),
        tensor(i -> i, 2, 3));
    List<List<Integer>> width = List.of(List.of(0, 0), List.of(1, 0));
    yields(
        new Operation("Pad", Map.of("pad_width", width, "constant_values", 7)),
        Shape.of(2, 4),
        i -> i % 4 == 0 ? 7 : i / 4 * 3 + i % 4 - 1,
        tensor(i -> i, 2, 3));
  }

  /** What numpy.pad gives for 0 1 2 3, with 3 in front and 2 behind, and 3 of a row of 3. */
  @Test
  void edgesAreMirroredOrRepeated() {
    Map<String, int[]> padded =
        Map.of(
            "reflect", new int[] {3, 2, 1, 0, 1, 2, 3, 2, 1},
            "symmetric", new int[] {2, 1, 0, 0, 1, 2, 3, 3, 2},
            "edge", new int[] {0, 0, 0, 0, 1, 2, 3, 3, 3});
    padded.forEach(
        (mode, places) ->
            yields(
                Operations.pad(mode, 3, 2, 0, 0),
                Shape.of(2, 9, 3),
                i -> i / 27 * 12 + places[i / 3 % 9] * 3 + i % 3,
                tensor(i -> i, 2, 4, 3)));
    yields( // corners: one axis after the other
        Operations.pad("reflect", 0, 1, 1, 0),
        Shape.of(1, 3, 4),
        i -> new int[] {0, 1, 0}[i / 4] * 3 + new int[] {1, 0, 1, 2}[i % 4],
        tensor(i -> i, 1, 2, 3));
    refused(Operations.pad("reflect", 0, 4), "expected at most 3 each", 4);
    refused(Operations.pad("symmetric", 5, 0), "expected at most 4 each", 4);
    refused(Operations.pad("edge", 5, 0), "expected one per axis", 4, 5);
    assertEquals(
        Shape.of(Shape.UNKNOWN, 14), Operations.pad("edge", 5, 5).apply(Input.shape(4)).shape());
    String odd =
        assertThrows(IllegalArgumentException.class, () -> Operations.pad("edge", 1)).getMessage();
    assertTrue(odd.contains("expected two for each axis but the batch"), odd);
  }

  /** Each method of a symbol makes the operation that its name says, of its arguments. */
  @Test
  void symbolsHaveThem() {
    Symbol x = Input.shape(3, 4);
    same(Operations.of("Add").apply(x, x), x.plus(x));
    same(Operations.of("Subtract").apply(x, x), x.minus(x));
    same(Operations.of("Multiply").apply(x, x), x.times(x));
    same(Operations.of("TrueDivide").apply(x, x), x.over(x));
    same(Operations.with("Add", 2).apply(x), x.plus(2));
    same(Operations.with("Subtract", 2).apply(x), x.minus(2));
    same(Operations.with("Multiply", 2).apply(x), x.times(2));
    same(Operations.with("TrueDivide", 2).apply(x), x.over(2));
    same(Operations.of("Negative").apply(x), x.negated());
    same(Operations.of("Exp").apply(x), x.each("Exp"));
    same(Operations.index(1, -1).apply(x), x.index(1, -1));
    same(Operations.slice(2, 1, -1).apply(x), x.slice(2, 1, -1));
    same(Operations.slice(2, 1).apply(x), x.slice(2, 1));
    List<Symbol> parts = x.split(2, 2);
    assertEquals(2, parts.size());
    same(Operations.split(2, 2).applyAll(Arguments.of(List.of(x))).get(1), parts.get(1));
    same(Operations.stack(2).apply(x, x), Symbol.stack(2, x, x));
    same(Operations.expandDims(1).apply(x), x.expandDims(1));
    same(Operations.squeeze(1).apply(x.expandDims(1)), x.expandDims(1).squeeze(1));
    same(Operations.transpose(0, 2, 1).apply(x), x.transpose(0, 2, 1));
    same(Operations.mean(true, 1).apply(x), x.mean(true, 1));
    same(Operations.sum(false, 2).apply(x), x.sum(false, 2));
    same(Operations.max(false, 1, 2).apply(x), x.max(false, 1, 2));
    same(Operations.min(true, -1).apply(x), x.min(true, -1));
    assertThrows(IllegalArgumentException.class, () -> x.each("Nothing"));
    assertThrows(ShapeException.class, () -> x.index(1, 3));
  }

  private static void same(Symbol expected, Symbol got) {
    assertEquals(expected.shape(), got.shape());
    assertEquals(expected.index(), got.index());
    assertEquals(expected.node().layer().kerasClass(), got.node().layer().kerasClass());
    assertEquals(expected.node().layer().config(), got.node().layer().config());
    assertEquals(expected.node().arguments().data().size(), got.node().arguments().data().size());
  }

  @Test
  void numbersStandWhereTheyAreGiven() {
    Tensor x = tensor(i -> i + 1, 2, 3);
    yields(Operations.with("Subtract", 0.5), x.shape(), i -> i + 0.5, x);
    yields(Operations.with(0.5, "Subtract"), x.shape(), i -> -i - 0.5, x);
    yields(Operations.with(1, "TrueDivide"), x.shape(), i -> 1 / (i + 1.0), x);
    yields(Operations.with("Power", 3), x.shape(), i -> Math.pow(i + 1, 3), x);
    yields(Operations.with(2, "Power"), x.shape(), i -> Math.pow(2, i + 1), x);
    yields(Operations.clip(2, 4), x.shape(), i -> Math.min(Math.max(i + 1, 2), 4), x);
    yields(Operations.with("Greater", 3), x.shape(), i -> i + 1 > 3 ? 1 : 0, x);
    yields(Operations.with("LessEqual", 3), x.shape(), i -> i + 1 <= 3 ? 1 : 0, x);
    yields(Operations.with("FloorDivide", 2), x.shape(), i -> Math.floor((i + 1) / 2.0), x);
    yields(
        Operations.of("Divide"), x.shape(), i -> (i + 1) / (i + 3.0), x, tensor(i -> i + 3, 2, 3));
    yields(
        new Operation("Where", Map.of("x2", -1)),
        x.shape(),
        i -> i % 2 == 0 ? -1 : i + 1,
        tensor(i -> i % 2, 2, 3),
        x);
  }

  static List<Supplier<Operation>> ofOne() {
    return List.of(
        () -> Operations.index(1, -1),
        () -> Operations.slice(-1, 1, 3),
        () -> Operations.split(2, 2),
        () -> Operations.sum(false, 1),
        () -> Operations.mean(true, 1, 2),
        () -> Operations.max(false, 1),
        () -> Operations.min(true, 1, 2),
        () -> Operations.variance(false, 2),
        () -> Operations.transpose(0, 2, 1),
        () -> Operations.with(2, "Power"),
        () -> Operations.with("Power", 3),
        () -> Operations.with(1, "TrueDivide"),
        () -> Operations.clip(-0.5, 0.5),
        () -> Operations.of("Absolute"),
        () -> Operations.of("Tanh"),
        () -> Operations.of("Gelu"),
        () -> new Operation("Repeat", Map.of("repeats", 2, "axis", 1)),
        () -> new Operation("Tile", Map.of("repeats", List.of(1, 2, 2))),
        () -> Operations.pad("reflect", 1, 1, 0, 1),
        () -> Operations.pad("symmetric", 2, 0, 1, 2),
        () -> Operations.pad("edge", 0, 2, 3, 1),
        () ->
            new Operation(
                "Pad",
                Map.of(
                    "pad_width",
                    List.of(List.of(0, 0), List.of(1, 2), List.of(0, 1)),
                    "constant_values",
                    0.5)));
  }

  @ParameterizedTest
  @MethodSource("ofOne")
  void gradientsAreDifferences(Supplier<Operation> op) {
    LayerGradients.check(op.get(), true, smooth());
  }

  @Test
  void gradientsOfSeveralTensorsAreDifferences() {
    LayerGradients.check(Operations.of("TrueDivide"), true, smooth(), positive());
    LayerGradients.check(Operations.of("Power"), true, positive(), smooth());
    LayerGradients.check(Operations.stack(-1), true, smooth(), positive());
  }

  private static void refused(Operation op, String expected, long... sizes) {
    ShapeException e = assertThrows(ShapeException.class, () -> op.apply(Input.shape(sizes)));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    refused(Operations.index(1, 3), "index 3 along axis 1 of shape", 3, 4);
    refused(Operations.index(1, -4), "index -4 along axis 1 of shape", 3, 4);
    refused(Operations.index(4, 0), "5 indices and slices", 3, 4);
    refused(Operations.slice(1, 2, 2), "slice 2:2 along axis 1", 3, 4);
    refused(Operations.sum(false, 3), "axis=[3]", 3, 4);
    refused(Operations.mean(false, 0), "axis=[0]", 3, 4);
    refused(Operations.split(1, 2), "cannot be split in 2 equal parts", 3, 4);
    refused(Operations.squeeze(1), "has not the size 1", 3, 4);
    refused(Operations.transpose(1, 0, 2), "move the batch", 3, 4);
    refused(Operations.expandDims(0), "axis=[0]", 3, 4);
    refused(Operations.of("Add"), "got 1 tensors, expected 2", 3, 4);
  }

  private static void refused(String expected, String kind, Map<String, Object> options) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> new Operation(kind, options));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  @Test
  void whatThereIsNotIsRefused() {
    refused("step 2 is not supported", "GetItem", Map.of("key", List.of(slice(), slice(2))));
    refused("takes of the batch", "GetItem", Map.of("key", List.of(1)));
    refused("tensors are not supported", "GetItem", Map.of("key", List.of(slice(), "x")));
    refused("expected slices and indices", "GetItem", Map.of("key", List.of()));
    refused("no operation Cumprod", "Cumprod", Map.of());
    refused("initial=0 is not supported", "Max", Map.of("axis", 1, "initial", 0));
    refused("samples of a batch", "Mean", Map.of());
    refused("expected a number", "Add", Map.of("x2", List.of(1, 2)));
    refused("expected a tensor", "Add", Map.of("x1", 1, "x2", 2));
    refused("expected float32", "Cast", Map.of("dtype", "int32"));
    refused(
        "expected one of [constant, reflect",
        "Pad",
        Map.of("mode", "wrap", "pad_width", List.of()));
    refused(
        "which only mode=constant has",
        "Pad",
        Map.of("mode", "edge", "pad_width", List.of(List.of(0, 0)), "constant_values", 2));
    refused("adds samples", "Pad", Map.of("pad_width", List.of(List.of(1, 1))));
  }
}
