package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.layer.Add;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Concatenate;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.Operations;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.option.Activation;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model as a layer is the layers in it, with one name before theirs. */
class NestedModelTest {
  @TempDir Path folder;

  private static Symbol hidden(Symbol x) {
    Symbol y = new Conv2D(3, 2).activation(Activation.TANH).named("conv").apply(x);
    return new Flatten().named("flat").apply(new BatchNormalization().named("norm").apply(y));
  }

  private static NestedModel encoder() {
    Symbol x = Input.named("image", 4, 3, 2);
    return new NestedModel(Network.of(List.of(x), List.of(hidden(x)))).named("encoder");
  }

  private static Model nested() {
    Symbol a = Input.named("a", 4, 3, 2);
    Symbol b = Input.named("b", 4, 3, 2);
    NestedModel encoder = encoder(); // called twice: shared
    return finish(a, b, encoder.apply(a), encoder.apply(b));
  }

  private static Model flat() {
    Symbol a = Input.named("a", 4, 3, 2);
    Symbol b = Input.named("b", 4, 3, 2);
    Conv2D conv = new Conv2D(3, 2).activation(Activation.TANH).named("conv");
    BatchNormalization norm = new BatchNormalization().named("norm");
    Flatten flat = new Flatten().named("flat");
    return finish(
        a, b, flat.apply(norm.apply(conv.apply(a))), flat.apply(norm.apply(conv.apply(b))));
  }

  private static Model finish(Symbol a, Symbol b, Symbol x, Symbol y) {
    Symbol joined = new Concatenate().named("join").apply(x, y);
    Symbol score = new Dense(1).activation(Activation.SIGMOID).named("score").apply(joined);
    return Model.of(List.of(a, b), List.of(score))
        .backend("reference")
        .seed(3)
        .compile(new Adam(0.05), Loss.binaryCrossentropy());
  }

  private static Tensor random(long seed, long... dims) {
    Philox random = new Philox(seed, 1);
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(dims));
    for (int i = 0; i < t.size(); i++) {
      t.set(i, random.normal(i));
    }
    return t;
  }

  private static Batch batch() {
    return new Batch(
        List.of(random(1, 5, 4, 3, 2), random(2, 5, 4, 3, 2)),
        List.of(Tensor.of(new double[] {0, 1, 1, 0, 1}, Shape.of(5, 1)).cast(DType.FLOAT32)),
        List.of(),
        "test");
  }

  @Test
  void trainsAsItsLayersDo() {
    try (Model nested = nested();
        Model flat = flat()) {
      assertEquals(
          List.of(
              "encoder/conv/kernel",
              "encoder/conv/bias",
              "encoder/norm/gamma",
              "encoder/norm/beta",
              "encoder/norm/moving_mean",
              "encoder/norm/moving_variance",
              "score/kernel",
              "score/bias"),
          List.copyOf(nested.weights().keySet()));
      for (int step = 0; step < 4; step++) {
        assertEquals(flat.trainOnBatch(batch()), nested.trainOnBatch(batch()));
      }
      List<Tensor> expected = List.copyOf(flat.weights().values());
      List<Tensor> actual = List.copyOf(nested.weights().values());
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i).floats(), actual.get(i).floats());
      }
      assertArrayEquals(
          flat.predict(batch().inputs().toArray(Tensor[]::new)).get(0).floats(),
          nested.predict(batch().inputs().toArray(Tensor[]::new)).get(0).floats());
    }
  }

  @Test
  void checkpointGoesOnBitForBit() throws Exception {
    Path half = folder.resolve("half.ckpt");
    Path whole = folder.resolve("whole.ckpt");
    Path resumed = folder.resolve("resumed.ckpt");
    try (Model model = nested()) {
      model.trainOnBatch(batch());
      Checkpoint.save(model, half);
      model.trainOnBatch(batch());
      Checkpoint.save(model, whole);
    }
    try (Model model = Checkpoint.load(half, m -> m.backend("reference"))) {
      assertEquals("encoder", model.network().layers().get(2).name());
      model.trainOnBatch(batch());
      Checkpoint.save(model, resumed);
    }
    assertEquals(-1, Files.mismatch(whole, resumed));
    assertNotEquals(-1, Files.mismatch(half, resumed));
  }

  /** 2x2x2x3 + 3 = 27 of the convolution, 4x3 of the normalisation; 3x2x3 = 18 features. */
  @Test
  void summaryShowsTheLayersInside() {
    Symbol video = Input.shape(Input.ANY, 4, 3, 2);
    Model model = Model.of(video, new TimeDistributed(encoder()).named("each").apply(video));
    assertEquals(
        """
        Model: "sequential"
        ________________________________________________________
        Layer (type)                Output Shape        Param #
        ========================================================
        each (TimeDistributed)      (None, None, 18)    39
          conv (Conv2D)             (None, 3, 2, 3)     27
          norm (BatchNormalization)  (None, 3, 2, 3)    12
          flat (Flatten)            (None, 18)          0
        ========================================================
        """
            .replaceAll(" {2,}", " ")
            .replaceAll("[=_]+", "-"),
        model
            .summary()
            .lines()
            .limit(9)
            .map(l -> l + "\n")
            .collect(Collectors.joining())
            .replaceAll(" {2,}", " ")
            .replaceAll("[=_]+", "-"));
    String row =
        nested().summary().lines().filter(l -> l.startsWith("encoder")).findFirst().orElseThrow();
    assertTrue(row.startsWith("encoder (Functional)") && row.contains("a[0][0]"), row);
  }

  @Test
  void frozenKeepsWeightsAndStatistics() {
    Symbol x = Input.shape(4, 3, 2);
    NestedModel encoder = encoder().trainable(false);
    Symbol y = new Dense(1).named("score").apply(encoder.apply(x));
    try (Model model =
        Model.of(x, y).backend("reference").compile(new Adam(0.1), Loss.meanSquaredError())) {
      Map<String, Tensor> before = model.weights();
      model.trainOnBatch(
          new Batch(List.of(random(1, 5, 4, 3, 2)), List.of(random(2, 5, 1)), List.of(), "test"));
      model
          .weights()
          .forEach(
              (name, w) ->
                  assertEquals(
                      name.startsWith("encoder/"),
                      java.util.Arrays.equals(w.floats(), before.get(name).floats()),
                      name));
    }
  }

  /** What was a model stays one, under its own names. */
  @Test
  void theModelInsideIsStillAModel() {
    Symbol x = Input.named("image", 4, 3, 2);
    try (Model alone = Model.of(x, hidden(x)).backend("reference")) {
      alone.compile(new Adam(0.1), Loss.meanSquaredError());
      alone.trainOnBatch(
          new Batch(List.of(random(1, 5, 4, 3, 2)), List.of(random(2, 5, 18)), List.of(), "test"));
      List<String> names = List.copyOf(alone.weights().keySet());
      List<String> slots = List.copyOf(alone.snapshot().slots().keySet());
      NestedModel inside = alone.asLayer().named("inside");
      Symbol z = Input.shape(4, 3, 2);
      try (Model outer = Model.of(z, inside.apply(z)).backend("reference")) {
        assertTrue(outer.weights().containsKey("inside/conv/kernel"));
        outer.setWeights(List.copyOf(alone.weights().values()));
        assertArrayEquals(
            alone.predict(random(4, 1, 4, 3, 2)).get(0).floats(),
            outer.predict(random(4, 1, 4, 3, 2)).get(0).floats());
      }
      assertEquals(names, List.copyOf(alone.weights().keySet()));
      assertEquals(slots, List.copyOf(alone.snapshot().slots().keySet()));
      Path path = folder.resolve("alone.ckpt");
      Checkpoint.save(alone, path);
      try (Model back = Checkpoint.load(path, m -> m.backend("reference"))) {
        assertEquals(names, List.copyOf(back.weights().keySet()));
      }
    }
  }

  @Test
  void modelsInModelsInWrappersComeBackFromJson() {
    Symbol p = Input.shape(3);
    Symbol q = Input.shape(3);
    Dense d = new Dense(2).named("d");
    NestedModel two =
        new NestedModel(
                Network.of(
                    List.of(p, q),
                    List.of(new Add().apply(d.apply(p), d.apply(q)), new Dense(4).apply(p))))
            .named("two");
    Symbol r = Input.shape(3);
    List<Symbol> both = two.applyAll(Arguments.of(List.of(r, r)));
    NestedModel outer = new NestedModel(Network.of(List.of(r), both)).named("outer");
    Symbol s = Input.shape(3);
    NestedModel chain =
        NestedModel.sequential(
                Network.of(List.of(s), List.of(new Dense(3).apply(new Dense(2).apply(s)))))
            .named("chain");
    Symbol x = Input.shape(Input.ANY, 3);
    Symbol stepped = new TimeDistributed(chain).apply(x);
    Symbol last = new LSTM(3).apply(stepped);
    List<Symbol> first = outer.applyAll(Arguments.of(List.of(last)));
    List<Symbol> second = outer.applyAll(Arguments.of(List.of(new Dense(3).apply(first.get(1)))));
    Network network = Network.of(List.of(x), List.of(second.get(0), first.get(0), second.get(1)));
    String json = Architecture.toJson(network);
    Network back = Architecture.fromJson(json);
    assertEquals(json, Architecture.toJson(back));
    assertEquals(network.parameters().toString(), back.parameters().toString());
    assertEquals("outer/two/d/kernel", back.parameters().get(7).name());
    assertEquals(List.of(1, 0, 1), back.outputs().stream().map(NestedModelTest::call).toList());
    assertEquals(List.of(0, 0, 1), back.outputs().stream().map(Symbol::index).toList());
  }

  /** Numbers and training=False are of a call, and a Sequential model of Keras has no calls. */
  @Test
  void chainsWithOperationsOrCallsAtInferenceAreFunctional() {
    Symbol a = Input.shape(3);
    NestedModel plain = Model.of(a, new Dense(3).apply(a)).asLayer();
    Symbol b = Input.shape(3);
    NestedModel shifted = Model.of(b, Operations.with("Add", 0.5).apply(b)).asLayer();
    Symbol c = Input.shape(3);
    Arguments<Symbol> frozen = new Arguments<>(List.of(c), List.of(), Optional.empty(), true);
    Symbol d = new Dropout(0.5).applyAll(frozen).get(0);
    NestedModel still = Model.of(c, d).asLayer();
    List<String> classes = Stream.of(plain, shifted, still).map(Layer::kerasClass).toList();
    assertEquals(List.of("Sequential", "Functional", "Functional"), classes);
    assertMessage("is an operation", () -> NestedModel.sequential(shifted.network()));
    assertMessage("is called with training=False", () -> NestedModel.sequential(still.network()));
    Symbol x = Input.shape(3);
    Network network = Network.of(List.of(x), List.of(still.apply(shifted.apply(plain.apply(x)))));
    String json = Architecture.toJson(network);
    assertEquals(json, Architecture.toJson(Architecture.fromJson(json)));
    assertTrue(json.contains("0.5") && json.contains("\"training\" : false"), json);
  }

  private static int call(Symbol s) {
    return s.node().arguments().first().node().layer() instanceof LSTM ? 0 : 1;
  }

  @Test
  void refused() {
    Symbol x = Input.shape(4, 3, 2);
    NestedModel encoder = encoder();
    assertMessage(
        "Functional \"encoder\": got 2 inputs, expected 1: [image]", () -> encoder.apply(x, x));
    assertMessage(
        "Functional \"encoder\": input \"image\" has shape [None, 4, 3, 1], expected",
        () -> encoder.apply(Input.shape(4, 3, 1)));
    assertMessage(
        "is already inside Functional \"encoder\"", () -> new NestedModel(encoder.network()));
    Symbol inner = encoder.network().layer("conv").apply(x);
    Symbol y = new Add().apply(new Flatten().apply(inner), encoder.apply(x));
    assertMessage(
        "Conv2D \"encoder/conv\" is inside Functional \"encoder\"; a network takes it there or by"
            + " itself, not both",
        () -> Network.of(List.of(x), List.of(y)));
    Symbol v = Input.shape(2);
    Symbol w = new Dense(2).apply(v);
    assertMessage(
        "do not form a chain",
        () ->
            NestedModel.sequential(
                Network.of(List.of(v), List.of(new Add().apply(w, new Dense(2).apply(v))))));
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
