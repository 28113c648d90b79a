package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.Add;
import convlstm4j.layer.Average;
import convlstm4j.layer.AveragePooling2D;
import convlstm4j.layer.AveragePooling3D;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.GlobalAveragePooling3D;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.MaxPooling2D;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.Multiply;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.option.Regularizer;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Keras's documentation says of layers, where no oracle case says it. */
class LayerSemanticsTest {
  @Test
  void lstmIsConvLstmOfOnePixelPeepholesIncluded() {
    Tensor x = Apply.tensor(Shape.of(2, 4, 3), 1);
    LSTM lstm = new LSTM(5).peephole(true).returnState(true).goBackwards(true);
    Apply.Result a = Apply.random(lstm, false, 2, x);
    List<Tensor> weights = Apply.weights(lstm.parameters(), 2);
    List<Tensor> seen = new ArrayList<>();
    List<Shape> shapes =
        List.of(
            Shape.of(1, 1, 3, 20),
            Shape.of(1, 1, 5, 20),
            Shape.of(20),
            Shape.of(1, 1, 5),
            Shape.of(1, 1, 5),
            Shape.of(1, 1, 5));
    for (int i = 0; i < shapes.size(); i++) {
      seen.add(weights.get(i).reshape(shapes.get(i)));
    }
    ConvLSTM2D conv = new ConvLSTM2D(5, 1).peephole(true).returnState(true).goBackwards(true);
    Tensor image = x.reshape(Shape.of(2, 4, 1, 1, 3));
    Apply.Result b = Apply.with(seen, conv, false, null, image);
    for (int k = 0; k < 3; k++) {
      Apply.same("output " + k, a.outputs().get(k), b.outputs().get(k).reshape(Shape.of(2, 5)));
    }
  }

  /** Keras aligns the axes after the batch at their ends. */
  @Test
  void mergingBroadcasts() {
    Tensor x = Apply.tensor(Shape.of(2, 3, 4, 5), 1);
    Tensor map = Apply.tensor(Shape.of(2, 3, 4, 1), 2);
    Tensor row = Apply.tensor(Shape.of(2, 5), 3);
    Tensor sum = Apply.random(new Add(), true, 1, map, x, row).first();
    Tensor product = Apply.random(new Multiply(), true, 1, row, x).first();
    Tensor mean = Apply.random(new Average(), true, 1, row, map).first();
    assertEquals(
        List.of(x.shape(), x.shape(), x.shape()),
        List.of(sum.shape(), product.shape(), mean.shape()));
    for (int i = 0; i < x.size(); i++) {
      double m = map.get(i / 5);
      double r = row.get(i / 60 * 5 + i % 5);
      assertEquals(m + x.get(i) + r, sum.get(i), 1e-12);
      assertEquals(r * x.get(i), product.get(i), 1e-12);
      assertEquals((r + m) / 2, mean.get(i), 1e-12);
    }
  }

  /** An open size may be 1 or that of the others; one above 1 is known to be the result's. */
  @Test
  void shapesOfMergedInputsAreInferred() {
    Symbol open = Input.shape(Input.ANY, Input.ANY, 1);
    assertEquals(
        Shape.of(Input.ANY, Input.ANY, 4, 3), new Add().apply(open, Input.shape(1, 4, 3)).shape());
    assertEquals(
        Shape.of(Input.ANY, 7, Input.ANY, 3),
        new Add().apply(Input.shape(3), open, Input.shape(7, 1, 1)).shape());
    assertEquals(
        Shape.of(2, Input.ANY, Input.ANY, 1),
        new Add().apply(open, Input.batchShape(2, 1, Input.ANY, 1)).shape());
  }

  /** A layer, and the same one for each of the images of a sequence. */
  private record PerImage(Supplier<Layer> layer, Shape image) {}

  static List<PerImage> perImage() {
    DataFormat first = DataFormat.CHANNELS_FIRST;
    Shape last2d = Shape.of(5, 6, 3);
    Shape first2d = Shape.of(3, 5, 6);
    Shape last3d = Shape.of(4, 5, 6, 2);
    return List.of(
        new PerImage(() -> new Conv2D(4, 3, 2).strides(2, 1), last2d),
        new PerImage(() -> new Conv2D(4, 3).dataFormat(first).activation(Activation.TANH), first2d),
        new PerImage(() -> new Conv2D(4, 3).activation(Activation.SOFTMAX), last2d),
        new PerImage(() -> new Conv3D(4, 2).padding(Padding.SAME), last3d),
        new PerImage(() -> new Dense(4), last2d),
        new PerImage(() -> new MaxPooling2D(2), last2d),
        new PerImage(() -> new AveragePooling2D(2, 3).dataFormat(first), first2d),
        new PerImage(() -> new MaxPooling3D(2).strides(1), last3d),
        new PerImage(() -> new AveragePooling3D(2, 3, 1), last3d),
        new PerImage(GlobalAveragePooling2D::new, last2d),
        new PerImage(() -> new GlobalAveragePooling2D().keepDims(true), last2d),
        new PerImage(() -> new GlobalAveragePooling3D().dataFormat(first), last3d));
  }

  /** tf.keras takes any axes before those of an image; the frames' number may be open. */
  @ParameterizedTest
  @MethodSource("perImage")
  void axesBeforeTheImageStay(PerImage c) {
    Tensor x = Apply.tensor(c.image.prepend(2, 3), 1);
    Tensor deep = x.reshape(c.image.prepend(2, 1, 3));
    Apply.Result steps = Apply.random(new TimeDistributed(c.layer.get()), true, 5, x);
    Apply.Result same = Apply.random(c.layer.get(), true, 5, x);
    Apply.Result deeper = Apply.random(c.layer.get(), true, 5, deep);
    Apply.same("y", steps.first(), same.first());
    Apply.same("y", steps.first().reshape(deeper.first().shape()), deeper.first());
    assertEquals(Shape.of(2, 1, 3), Shape.of(Arrays.copyOf(deeper.first().shape().dims(), 3)));
    Shape open = c.image.prepend(Input.ANY);
    assertEquals(
        new TimeDistributed(c.layer.get()).apply(Input.shape(open.dims())).shape(),
        c.layer.get().apply(Input.shape(open.dims())).shape());
  }

  /** The mean over the batch, not over all images of it. */
  @Test
  void activityOfSequencesIsAMeanOverTheBatch() {
    Tensor x = Apply.tensor(Shape.of(2, 3, 4, 4, 1), 1);
    Symbol input = Input.shape(3, 4, 4, 1);
    Symbol y = new Conv2D(2, 3).activityRegularizer(Regularizer.l2(0.5)).apply(input);
    try (Model model = Model.of(input, y).backend("reference").dtype(DType.FLOAT64)) {
      model.compile(new SGD(0), Loss.meanSquaredError());
      Tensor p = model.predict(x).get(0);
      double penalty = 0.5 * squares(p.doubles()) / 2;
      assertEquals(penalty, model.trainOnBatch(Batch.of(x, p)).get("loss"), 1e-12);
    }
  }

  @Test
  void frozenBatchNormalizationUsesAndKeepsItsMovingStatistics() {
    Tensor x = Apply.tensor(Shape.of(6, 3), 1);
    Apply.Result inference = Apply.random(new BatchNormalization(), false, 2, x);
    Apply.Result frozen = Apply.random(new BatchNormalization().trainable(false), true, 2, x);
    Apply.same("y", inference.first(), frozen.first());
    Apply.same("moving mean", inference.weights().get(2), frozen.weights().get(2));
    Tensor steps = Apply.tensor(Shape.of(2, 3, 3), 1);
    Apply.Result outer =
        Apply.random(
            new TimeDistributed(new BatchNormalization()).trainable(false), true, 2, steps);
    Apply.Result plain =
        Apply.random(new TimeDistributed(new BatchNormalization()), false, 2, steps);
    Apply.same("y of steps", plain.first(), outer.first());
  }

  @Test
  void regularisersAddToTheLossOfTrainingAndEvaluation() {
    Tensor x = Apply.tensor(Shape.of(4, 3), 1);
    Tensor t = Apply.tensor(Shape.of(4, 2), 2);
    Symbol input = Input.shape(3);
    Dense dense =
        new Dense(2)
            .kernelRegularizer(new Regularizer(0.1, 0.2))
            .biasRegularizer(Regularizer.l1(0.3))
            .activityRegularizer(Regularizer.l2(0.4));
    Symbol y = dense.apply(input);
    try (Model model = Model.of(input, y).backend("reference").dtype(DType.FLOAT64)) {
      model.compile(new SGD(0), Loss.meanSquaredError());
      Tensor w = Apply.tensor(Shape.of(3, 2), 3);
      Tensor b = Apply.tensor(Shape.of(2), 4);
      model.setWeights(List.of(w, b));
      double[] p = model.predict(x).get(0).doubles();
      double error = 0;
      for (int i = 0; i < p.length; i++) {
        error += Math.pow(p[i] - t.get(i), 2) / p.length;
      }
      double expected =
          error
              + 0.1 * absolutes(w.doubles())
              + 0.2 * squares(w.doubles())
              + 0.3 * absolutes(b.doubles())
              + 0.4 * squares(p) / 4;
      assertEquals(expected, model.trainOnBatch(Batch.of(x, t)).get("loss"), 1e-12);
      assertEquals(expected, model.evaluate(InMemoryDataset.of(x, t).batch(4)).get("loss"), 1e-12);
    }
  }

  private static double absolutes(double[] v) {
    return Arrays.stream(v).map(Math::abs).sum();
  }

  private static double squares(double[] v) {
    return Arrays.stream(v).map(a -> a * a).sum();
  }

  @Test
  void dropoutDropsInTrainingAlone() {
    double[] ones = new double[2 * 50 * 40];
    Arrays.fill(ones, 1);
    Tensor x = Tensor.of(ones, 2, 50, 40);
    Apply.same("inference", x, Apply.random(new Dropout(0.25), false, 1, x).first());
    Tensor y =
        Apply.random(new Dropout(0.25).noiseShape(Input.ANY, Input.ANY, 1), true, 1, x).first();
    int kept = 0;
    for (int row = 0; row < 100; row++) {
      double first = y.get(row * 40);
      assertTrue(first == 0 || Math.abs(first - 1 / 0.75) < 1e-12, "value " + first);
      for (int i = 0; i < 40; i++) {
        assertEquals(first, y.get(row * 40 + i));
      }
      kept += first == 0 ? 0 : 1;
    }
    assertEquals(75, kept, 22); // five deviations of 100 draws
  }

  @Test
  void recurrentDropoutRatesCountInTrainingAlone() {
    Tensor x = Apply.tensor(Shape.of(3, 4, 2), 1);
    Apply.Result without = Apply.random(new LSTM(4), true, 2, x);
    LSTM dropping = new LSTM(4).dropout(0.5).recurrentDropout(0.5);
    Apply.Result training = Apply.random(dropping, true, 2, x);
    Apply.Result inference =
        Apply.random(new LSTM(4).dropout(0.5).recurrentDropout(0.5), false, 2, x);
    Apply.same("inference", without.first(), inference.first());
    double difference = 0;
    for (int i = 0; i < without.first().size(); i++) {
      difference += Math.abs(without.first().get(i) - training.first().get(i));
    }
    assertTrue(difference > 0.1, "dropout changes too little: " + difference);
  }

  @Test
  void softmaxRowsSumToOne() {
    Tensor y =
        Apply.random(
                new ActivationLayer(Activation.SOFTMAX),
                false,
                1,
                Apply.tensor(Shape.of(2, 3, 5), 1))
            .first();
    for (int row = 0; row < 6; row++) {
      double sum = 0;
      for (int i = 0; i < 5; i++) {
        sum += y.get(row * 5 + i);
      }
      assertEquals(1, sum, 1e-12);
    }
  }
}
