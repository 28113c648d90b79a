package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.MaxPooling2D;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** TimeDistributed is its layer at every step. */
class TimeDistributedPropertiesTest {
  private static final List<Supplier<Layer>> OF_IMAGES =
      List.of(
          () -> new Dense(3).activation(Activation.SIGMOID),
          () -> new Conv2D(2, 2).activation(Activation.TANH),
          () -> new MaxPooling2D(2),
          () -> new Flatten().dataFormat(DataFormat.CHANNELS_FIRST),
          GlobalAveragePooling2D::new,
          BatchNormalization::new,
          () -> new TimeDistributed(new BatchNormalization()),
          TimeDistributedPropertiesTest::normalizingNetwork);

  private static final List<Supplier<Layer>> OF_SEQUENCES =
      List.of(
          () -> new LSTM(2).returnSequences(true).returnState(true),
          () -> new Bidirectional(new LSTM(2)),
          () -> new TimeDistributed(new Dense(2)));

  private static Layer normalizingNetwork() {
    Symbol x = Input.shape(4, 3, 5);
    Symbol y = new BatchNormalization().apply(new Conv2D(2, 2).apply(x));
    return new NestedModel(Network.of(List.of(x), List.of(new Flatten().apply(y), y)));
  }

  @Property(tries = 80)
  void imagesStepByStep(
      @ForAll @IntRange(max = 7) int kind,
      @ForAll @IntRange(min = 1, max = 4) int steps,
      @ForAll boolean training,
      @ForAll @IntRange(max = 1000) int seed) {
    check(OF_IMAGES.get(kind), Shape.of(2, steps, 4, 3, 5), training, seed);
  }

  @Property(tries = 20)
  void sequencesStepByStep(
      @ForAll @IntRange(max = 2) int kind,
      @ForAll @IntRange(min = 1, max = 3) int steps,
      @ForAll @IntRange(max = 1000) int seed) {
    check(OF_SEQUENCES.get(kind), Shape.of(2, steps, 3, 4), false, seed);
  }

  @Property(tries = 5)
  void videosStepByStep(@ForAll @IntRange(max = 1000) int seed) {
    check(() -> new ConvLSTM2D(2, 2), Shape.of(2, 3, 2, 3, 4, 1), false, seed);
  }

  private static void check(Supplier<Layer> kind, Shape shape, boolean training, int seed) {
    Tensor x = Apply.tensor(shape, seed + 500);
    Layer all = new TimeDistributed(kind.get());
    Apply.Result together = Apply.random(all, training, seed, x);
    List<Tensor> weights = Apply.weights(all.parameters(), seed);
    for (int t = 0; t < shape.dim(1); t++) {
      // weights go on from step to step: batch normalisation updates its statistics at each
      Apply.Result alone = Apply.with(weights, kind.get(), training, null, Apply.step(x, t));
      weights = alone.weights();
      assertEquals(alone.outputs().size(), together.outputs().size());
      for (int k = 0; k < alone.outputs().size(); k++) {
        Apply.same(
            "output " + k + " at step " + t,
            alone.outputs().get(k),
            Apply.step(together.outputs().get(k), t));
      }
    }
    for (int i = 0; i < weights.size(); i++) {
      Apply.same("weight " + i, weights.get(i), together.weights().get(i));
    }
  }

  @Property(tries = 20)
  void pooledStatisticsAreThoseOfStepsInTheBatch(
      @ForAll @IntRange(min = 1, max = 4) int steps, @ForAll @IntRange(max = 1000) int seed) {
    Tensor x = Apply.tensor(Shape.of(3, steps, 2, 4), seed + 500);
    Layer all = new TimeDistributed(new BatchNormalization()).poolSteps(true);
    Apply.Result together = Apply.random(all, true, seed, x);
    Tensor folded = x.reshape(Shape.of(3L * steps, 2, 4));
    Apply.Result alone =
        Apply.with(
            Apply.weights(all.parameters(), seed), new BatchNormalization(), true, null, folded);
    Apply.same("y", alone.first().reshape(x.shape()), together.first());
    Apply.same("moving mean", alone.weights().get(2), together.weights().get(2));
    Apply.same("moving variance", alone.weights().get(3), together.weights().get(3));
    assertEquals(DType.FLOAT64, together.first().dtype());
  }
}
