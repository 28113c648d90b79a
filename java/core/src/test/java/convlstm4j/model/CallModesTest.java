package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.SpatialDropout2D;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Calls that run as at inference in training, inputs that nothing uses, dropped channels. */
class CallModesTest {
  private static Symbol call(Layer layer, Symbol x, boolean inference) {
    return layer
        .applyAll(new Arguments<>(List.of(x), List.of(), Optional.empty(), inference))
        .get(0);
  }

  private static Model compiled(Symbol x, Symbol y) {
    return Model.of(Network.of(List.of(x), List.of(y)))
        .backend("reference")
        .seed(3)
        .compile(new SGD(0.5), Loss.meanSquaredError());
  }

  private static Tensor random(long seed, long... dims) {
    Philox random = new Philox(seed, 1);
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(dims));
    for (int i = 0; i < t.size(); i++) {
      t.set(i, 2 + 3 * random.normal(i));
    }
    return t;
  }

  /** By itself and in a model inside, where the whole model is called so. */
  @Test
  void statisticsStayAndWeightsTrain() {
    for (boolean nested : new boolean[] {false, true}) {
      Symbol x = Input.named("x", 3);
      Symbol inner = Input.named("inner", 3);
      BatchNormalization norm = new BatchNormalization().named("norm");
      Layer layer =
          nested
              ? new NestedModel(
                      Network.of(
                          List.of(inner), List.of(new Dropout(0.5).apply(norm.apply(inner)))))
                  .named("m")
              : norm;
      try (Model model = compiled(x, call(layer, x, true))) {
        Tensor input = random(1, 4, 3);
        float[] before = model.predict(input).get(0).floats();
        Tensor zeros = Tensor.zeros(DType.FLOAT32, Shape.of(4, 3));
        double loss =
            model
                .trainOnBatch(new Batch(List.of(input), List.of(zeros), List.of(), "test"))
                .get("loss");
        double expected = 0;
        for (float v : before) {
          expected += v * v / before.length;
        }
        assertEquals(expected, loss, 1e-5 * expected, "training saw what inference sees");
        String prefix = nested ? "m/norm/" : "norm/";
        assertArrayEquals(
            new float[] {0, 0, 0}, model.weights().get(prefix + "moving_mean").floats());
        assertArrayEquals(
            new float[] {1, 1, 1}, model.weights().get(prefix + "moving_variance").floats());
        assertFalse(
            Arrays.equals(new float[] {0, 0, 0}, model.weights().get(prefix + "beta").floats()));
      }
    }
  }

  @Test
  void anInputThatNothingUsesIsTaken() {
    Symbol a = Input.named("a", 2);
    Symbol b = Input.named("b", 3);
    Network n =
        Network.of(List.of(a, b), List.of(new Dense(1).named("d").apply(b)), List.of("score"));
    assertEquals(List.of("score"), n.outputNames());
    try (Model model = Model.of(n).backend("reference").seed(3)) {
      model.compile(new SGD(0.5), Loss.meanSquaredError());
      Tensor first = random(1, 4, 2);
      Tensor second = random(2, 4, 3);
      float[] y = model.predict(first, second).get(0).floats();
      assertArrayEquals(y, model.predict(random(9, 4, 2), second).get(0).floats());
      model.trainOnBatch(
          new Batch(List.of(first, second), List.of(random(3, 4, 1)), List.of(), "test"));
      assertFalse(Arrays.equals(y, model.predict(first, second).get(0).floats()));
    }
  }

  /** The gradient of a sum through the layer is the mask: 0 or 2, for a sample's channel one. */
  @Test
  void spatialDropoutDropsWholeChannels() {
    for (boolean first : new boolean[] {false, true}) {
      Symbol x = Input.named("x", first ? new long[] {8, 3, 2} : new long[] {3, 2, 8});
      SpatialDropout2D drop =
          new SpatialDropout2D(0.5).dataFormat(first ? "channels_first" : "channels_last");
      Dense dense = new Dense(1).useBias(false).named("d");
      try (Model model = compiled(x, dense.apply(new Flatten().apply(drop.apply(x))))) {
        Tensor ones = random(1, 1, first ? 8 : 3, first ? 3 : 2, first ? 2 : 8);
        for (int i = 0; i < ones.size(); i++) {
          ones.set(i, 1);
        }
        float[] before = model.weights().get("d/kernel").floats();
        model.trainOnBatch(new Batch(List.of(ones), List.of(random(5, 1, 1)), List.of(), "test"));
        float[] after = model.weights().get("d/kernel").floats();
        List<Boolean> dropped = new ArrayList<>();
        for (int c = 0; c < 8; c++) {
          boolean none = before[first ? c * 6 : c] == after[first ? c * 6 : c];
          dropped.add(none);
          for (int i = 0; i < 6; i++) {
            int k = first ? c * 6 + i : i * 8 + c;
            assertEquals(none, before[k] == after[k], "channel " + c);
          }
        }
        assertTrue(dropped.contains(true) && dropped.contains(false), dropped + "");
      }
    }
  }
}
