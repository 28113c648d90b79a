package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.contract.TestBackends;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.layer.Add;
import convlstm4j.layer.CustomLayers;
import convlstm4j.layer.Dense;
import convlstm4j.layer.GRU;
import convlstm4j.layer.Initializers;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.RNN;
import convlstm4j.layer.RecurrentCell;
import convlstm4j.layer.SimpleRNN;
import convlstm4j.model.Model;
import convlstm4j.op.MatMul;
import convlstm4j.op.Pointwise;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** RNN over cells, Keras's and one's own, with Keras's numbers. */
class CellCasesTest {
  private static final int CASES = 18;

  /** The cell of one's own that {@code make_cell_cases.py} has in Python. */
  private static final CustomLayers OWN =
      CustomLayers.none().with("Elman", c -> new Elman(((Number) c.get("units")).intValue()));

  @TempDir static Path folder;
  private static List<KerasCase> cases;

  @BeforeAll
  static void unpack() throws IOException {
    cases = KerasCase.unpack(folder, "keras-cells.zip");
  }

  /** {@code h' = tanh(x kernel + h recurrent)}, output twice that. */
  private static final class Elman extends Layer implements RecurrentCell {
    private static final Formula NEXT = Formula.input(0).plus(Formula.input(1)).tanh();
    private final int units;

    Elman(int units) {
      this.units = units;
    }

    @Override
    public List<Shape> stateShapes(Shape step) {
      return List.of(Shape.of(units));
    }

    @Override
    public List<Value> lower(Lowering g, Arguments<Value> a) {
      Value x = a.first();
      Shape kernel = Shape.of(x.shape().dim(-1), units);
      Value own = product(g, x, "kernel", kernel);
      Value before = product(g, a.initialState().get(0), "recurrent", Shape.of(units, units));
      Value h = g.op(new Pointwise(NEXT, 2), own, before);
      return List.of(g.op(new Pointwise(Formula.input(0).times(2), 1), h), h);
    }

    private Value product(Lowering g, Value x, String name, Shape shape) {
      Value w = parameter(g, name, shape, Initializers.glorotUniform(), Regularizer.NONE, true);
      Shape rows = x.shape().prepend(1);
      Value y = g.op(new MatMul(false, false), g.reshape(x, rows), g.reshape(w, shape.prepend(1)));
      return g.reshape(y, y.shape().from(1));
    }

    @Override
    public Map<String, Object> config() {
      return Map.of("units", units);
    }
  }

  @TestFactory
  Stream<DynamicTest> computeWhatKerasDoes() {
    assertEquals(CASES, cases.size());
    return Stream.of("reference", "onednn")
        .filter(TestBackends::include)
        .flatMap(backend -> cases.stream().flatMap(c -> tests(backend, c)));
  }

  private static Stream<DynamicTest> tests(String backend, KerasCase c) {
    String name = backend + " " + c.file();
    DynamicTest predicts =
        DynamicTest.dynamicTest(
            name, () -> assertEquals(Optional.empty(), c.with(OWN).predicts(backend)));
    DynamicTest again =
        DynamicTest.dynamicTest(
            name + " [written anew]",
            () -> {
              for (String ending : List.of(".keras", ".h5")) {
                assertEquals(
                    Optional.empty(), c.with(OWN).rewritten(backend, ending).predicts(backend));
              }
            });
    DynamicTest trains =
        DynamicTest.dynamicTest(
            name + " [train]", () -> assertEquals(Optional.empty(), c.trainsAsKeras(backend)));
    return c.trains() ? Stream.of(predicts, again, trains) : Stream.of(predicts, again);
  }

  @Test
  void aCellThatIsNotRegisteredIsNamed() {
    KerasCase own =
        cases.stream().filter(c -> c.file().contains("own.keras")).findFirst().orElseThrow();
    String why = own.predicts("reference").orElseThrow();
    assertTrue(why.contains("Elman of the user's own"), why);
  }

  @Test
  void aGraphIsACellAndIsKept() {
    Symbol x = Input.shape(3);
    Symbol h = Input.shape(2);
    Symbol next = new Add().apply(h, new Dense(2).kernelInitializer(Initializers.ones()).apply(x));
    Layer cell = Model.of(List.of(x, h), List.of(next, next)).asLayer();
    Symbol steps = Input.shape(4, 3);
    Path file = folder.resolve("graph.keras");
    Tensor ones = Tensor.of(new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 1, 4, 3);
    try (Model model = Model.of(steps, new RNN(cell).returnSequences(true).apply(steps))) {
      check(model.predict(ones).get(0));
      KerasModels.save(model, file, KerasOptions.defaults().notes(n -> {}));
    }
    try (Model back = KerasModels.load(file)) {
      check(back.predict(ones).get(0));
    }
  }

  private static void check(Tensor sums) {
    for (int t = 0; t < 4; t++) {
      assertEquals(3 * (t + 1), sums.get(2 * t), 1e-6);
    }
  }

  @Test
  void wrongCellsAreNamed() {
    String none = refusal(() -> new RNN());
    assertTrue(none.contains("no cells"), none);
    String dense = refusal(() -> new RNN(new Dense(2)));
    assertTrue(dense.contains("is no cell; expected a recurrent layer"), dense);
    String loop = refusal(() -> new RNN(new LSTM(2).returnSequences(true)));
    assertTrue(loop.contains("return_sequences=true as a cell of an RNN"), loop);
    String twice = refusal(() -> new RNN(new GRU(2).named("a"), new SimpleRNN(2).named("a")));
    assertTrue(twice.contains("two cells have the name \"a\""), twice);
    String many = refusal(() -> new RNN(new Elman(2)).apply(Input.shape(1001, 2)));
    assertTrue(many.contains("input of 1001 steps"), many);
  }

  private static String refusal(Runnable call) {
    return assertThrows(IllegalArgumentException.class, call::run).getMessage();
  }
}
