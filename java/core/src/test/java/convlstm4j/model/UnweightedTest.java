package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.layer.Masking;
import convlstm4j.objective.BinaryAccuracy;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Reduction;
import convlstm4j.objective.Term;
import convlstm4j.optim.SGD;
import convlstm4j.option.Activation;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where no weights are given there are none, and all is as with weights of 1, to the last bit. */
class UnweightedTest {
  private static final Shape X = Shape.of(3, 5, 4);
  private static final int K = 3;

  static Stream<Loss> losses() {
    List<Loss> all = new ArrayList<>(Loss.names().stream().map(Loss::ofName).toList());
    Formula error = Formula.input(0).minus(Formula.input(1));
    all.add(Loss.of("cubic", error.times(error).times(error)));
    all.add(Loss.of("own", Term.prediction().minus(Term.target()).mean(-1)));
    for (Loss loss : List.copyOf(all)) {
      if (!List.of("dice", "tversky").contains(loss.name())) {
        Stream.of(Reduction.values())
            .filter(r -> r != Reduction.SUM_OVER_BATCH_SIZE)
            .forEach(r -> all.add(loss.reduction(r)));
      }
    }
    return all.stream();
  }

  private static Tensor random(Shape shape, long seed) {
    Tensor t = Tensor.zeros(DType.FLOAT32, shape);
    Philox random = new Philox(seed, 0);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, random.uniform(i));
    }
    return t;
  }

  private static Model model(Loss loss, boolean masked) {
    Symbol x = Input.shape(5, 4);
    Symbol y = new Dense(K).apply(masked ? new Masking(0).apply(x) : x);
    Compile compile = Compile.with(new SGD(0.1)).loss(loss);
    if (!loss.name().startsWith("sparse")) {
      compile = compile.metrics(new BinaryAccuracy());
    }
    return Model.of(x, new ActivationLayer(Activation.SIGMOID).apply(y))
        .seed(7)
        .backend("reference")
        .compile(compile);
  }

  private static Batch batch(Loss loss, boolean weighted) {
    Tensor x = random(X, 1);
    for (int i = 8; i < 16; i++) {
      x.set(i, 0); // two frames that a mask takes out
    }
    Tensor target = random(X.with(2, K), 2);
    if (loss.name().startsWith("sparse")) {
      target = random(X.with(2, 1), 2);
      for (int i = 0; i < target.size(); i++) {
        target.set(i, Math.floor(target.get(i) * K));
      }
    }
    Tensor ones = Tensor.zeros(DType.FLOAT32, X.without(-1));
    for (int i = 0; i < ones.size(); i++) {
      ones.set(i, 1);
    }
    return new Batch(List.of(x), List.of(target), weighted ? List.of(ones) : List.of(), "batch");
  }

  @ParameterizedTest
  @MethodSource("losses")
  void noWeightsAreAsGoodAsOnes(Loss loss) {
    for (boolean masked : new boolean[] {false, true}) {
      try (Model without = model(loss, masked);
          Model with = model(loss, masked)) {
        for (int step = 0; step < 2; step++) {
          Map<String, Double> expected = with.trainOnBatch(batch(loss, true));
          assertEquals(expected, without.trainOnBatch(batch(loss, false)), "masked=" + masked);
          assertEquals(
              with.evaluate(InMemoryDataset.of(batch(loss, true))),
              without.evaluate(InMemoryDataset.of(batch(loss, false))));
        }
        List<Tensor> got = List.copyOf(without.weights().values());
        List<Tensor> weights = List.copyOf(with.weights().values());
        for (int i = 0; i < weights.size(); i++) {
          assertArrayEquals(weights.get(i).floats(), got.get(i).floats(), "masked=" + masked);
        }
      }
    }
  }
}
