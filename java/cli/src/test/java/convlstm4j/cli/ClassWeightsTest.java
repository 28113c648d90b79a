package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Compile;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassWeightsTest {
  /** Outputs {@code one} of 1 number, {@code three} of 3, and {@code free} without a loss. */
  private static Model model() {
    Symbol x = Input.shape(2);
    return Model.of(
            x,
            new Dense(1).named("one").apply(x),
            new Dense(3).named("three").apply(x),
            new Dense(1).named("free").apply(x))
        .compile(
            Compile.with(new SGD(0.1))
                .loss("one", Loss.binaryCrossentropy())
                .loss("three", Loss.categoricalCrossentropy()));
  }

  private static Fit options(Model model, String... words) {
    ClassWeights option = new ClassWeights();
    option.weights.addAll(List.of(words));
    return option.apply(Fit.epochs(1), model);
  }

  /** What a model has learnt from two samples of different classes. */
  private static List<Float> learnt(Function<Model, Fit> options) {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    Tensor one = Tensor.of(new float[] {0, 1}, 2, 1);
    Tensor three = Tensor.of(new float[] {1, 0, 0, 0, 0, 1}, 2, 3);
    try (Model model = model().backend("reference").seed(1)) {
      Batch all = new Batch(List.of(x), List.of(one, three, one), List.of(), "given");
      model.fit(InMemoryDataset.of(all).batch(2), options.apply(model));
      List<Float> weights = new ArrayList<>();
      for (Tensor w : model.weights().values()) {
        for (float v : w.floats()) {
          weights.add(v);
        }
      }
      return weights;
    }
  }

  private static void same(Fit expected, String... words) {
    List<Float> got = learnt(m -> options(m, words));
    assertEquals(learnt(m -> expected), got);
    assertEquals(words.length == 0, got.equals(learnt(m -> Fit.epochs(1))));
  }

  @Test
  void areThoseOfTheOutput() {
    Fit plain = Fit.epochs(1);
    same(plain);
    same(plain.classWeights("one", Map.of(1, 3.0)), "one=1=3");
    same(
        plain.classWeights("one", Map.of(0, 2.0, 1, 3.0)).classWeights("three", Map.of(2, 0.5)),
        "one=0=2,1=3",
        "three=2=0.5");
    // Without a name: all that are trained.
    same(plain.classWeights("one", Map.of(0, 3.0)).classWeights("three", Map.of(0, 3.0)), "0=3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "one=2=1|2=1: there is no class 2, expected 0 to 1",
        "three=3=1|3=1: there is no class 3, expected 0 to 2",
        "one=1=-1|1=-1: weight -1.0, must be finite and at least 0",
        "one=1=Infinity|1=Infinity: weight Infinity, must be finite and at least 0",
        "one=1=1,1=2|1=1,1=2: class 1 is there twice",
        "one=a=1|a=1: \"a=1\" is not CLASS=W, such as 1=2.5",
        "one=1|1: \"1\" is not CLASS=W, such as 1=2.5",
        "free=1=2|free=1=2: the output \"free\" has no loss"
      })
  void whatIsNoneIsSaid(String word, String problem) {
    try (Model model = model()) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> options(model, word));
      assertEquals("--class-weight " + problem, e.getMessage());
    }
  }
}
