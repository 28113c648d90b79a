package convlstm4j.io.checkpoint;

import convlstm4j.data.Dataset;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.BinaryAccuracy;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Random;

/** A network with everything that remembers something: statistics, dropout, states, slots. */
final class SmallNet {
  private static final int SAMPLES = 6;
  private static final int FRAMES = 3;

  private SmallNet() {}

  static Model model(DType dtype, int filters) {
    Symbol x = Input.batchShape(2, FRAMES, 2, 4, 5);
    Symbol y =
        new ConvLSTM2D(filters, 3)
            .padding(Padding.SAME)
            .dataFormat(DataFormat.CHANNELS_FIRST)
            .returnSequences(true)
            .dropout(0.2)
            .recurrentDropout(0.1)
            .named("encoder")
            .apply(x);
    y = new BatchNormalization().axis(2).apply(y);
    y = new MaxPooling3D(1, 2, 2).dataFormat(DataFormat.CHANNELS_FIRST).apply(y);
    y = new TimeDistributed(new Flatten()).apply(y);
    y = new LSTM(4).returnSequences(true).stateful(true).apply(y);
    y = new TimeDistributed(new Dense(1).activation(Activation.SIGMOID)).named("scene").apply(y);
    return Model.of(x, y).backend("reference").dtype(dtype).seed(11);
  }

  static Model compiled(DType dtype) {
    return model(dtype, 3)
        .compile(
            Compile.with(new Adam(0.01))
                .loss(Loss.binaryCrossentropy())
                .metrics(new BinaryAccuracy()));
  }

  /** Three batches in another order in each epoch. */
  static Dataset data(DType dtype) {
    Random random = new Random(5);
    Tensor x = Tensor.zeros(dtype, Shape.of(SAMPLES, FRAMES, 2, 4, 5));
    for (int i = 0; i < x.size(); i++) {
      x.set(i, random.nextGaussian());
    }
    Tensor y = Tensor.zeros(dtype, Shape.of(SAMPLES, FRAMES, 1));
    for (int i = 0; i < y.size(); i++) {
      y.set(i, random.nextInt(2));
    }
    return InMemoryDataset.of(x, y).batch(2).shuffle(9);
  }

  /** One that starts quickly. */
  static Model dense() {
    Symbol x = Input.shape(4);
    Symbol y = new Dense(30).activation(Activation.TANH).apply(x);
    y = new BatchNormalization().apply(y);
    y = new Dense(1).activation(Activation.SIGMOID).apply(y);
    return Model.of(x, y).backend("reference").compile(new Adam(0.01), Loss.binaryCrossentropy());
  }

  static Dataset denseData() {
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(SAMPLES, 4));
    Tensor y = Tensor.zeros(DType.FLOAT32, Shape.of(SAMPLES, 1));
    for (int i = 0; i < SAMPLES; i++) {
      x.set(4 * i + i % 4, 1 + i);
      y.set(i, i % 2);
    }
    return InMemoryDataset.of(x, y).batch(2).shuffle(9);
  }
}
