package convlstm4j.e2e;

import convlstm4j.graph.Symbol;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Concatenate;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.option.Activation;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;

/** Models and arrays for the commands that work on arrays. */
final class SmallModels {
  static final int SAMPLES = 10;

  private SmallModels() {}

  /** Four frames of 5x6 to two numbers. */
  static Model forecast() {
    Symbol x = Input.named("frames", 4, 5, 6, 1);
    Symbol y = new ConvLSTM2D(2, 3).named("memory").apply(x);
    y = new Flatten().named("flat").apply(new BatchNormalization().axis(3).named("norm").apply(y));
    return Model.of(x, new Dense(2).named("numbers").apply(y)).backend("reference").seed(4);
  }

  /** Any number of frames of 5x6 to two numbers. */
  static Model anyFrames() {
    Symbol x = Input.named("video", Input.ANY, 5, 6, 1);
    Symbol y = new Flatten().named("flat").apply(new ConvLSTM2D(2, 3).named("memory").apply(x));
    return Model.of(x, new Dense(2).named("numbers").apply(y)).backend("reference").seed(7);
  }

  /** Two inputs, two outputs. */
  static Model twins() {
    Symbol left = Input.named("left", 3);
    Symbol right = Input.named("right", 3);
    Dense shared = new Dense(4).activation(Activation.TANH).named("shared");
    Symbol both = new Concatenate().named("both").apply(shared.apply(left), shared.apply(right));
    Symbol sum = new Dense(1).named("sum").apply(both);
    Symbol kind = new Dense(3).activation(Activation.SOFTMAX).named("kind").apply(both);
    return Model.of(List.of(left, right), List.of(sum, kind)).backend("reference").seed(5);
  }

  /** A model of frames inside a model of videos, called twice. */
  static Model nested() {
    Symbol frame = Input.named("frame", 5, 6, 1);
    Symbol seen = new Conv2D(2, 3).activation(Activation.RELU).named("seen").apply(frame);
    seen =
        new Flatten()
            .named("flat")
            .apply(new BatchNormalization().axis(3).named("norm").apply(seen));
    Model eye = Model.of(frame, seen).named("eye");
    Symbol x = Input.named("frames", 4, 5, 6, 1);
    Symbol y = new TimeDistributed(eye.asLayer()).named("eyes").apply(x);
    Symbol state = Input.named("state", 4);
    Symbol next = new Dense(4).activation(Activation.TANH).named("next").apply(state);
    NestedModel step = Model.of(state, next).named("step").asLayer();
    Symbol z = step.apply(step.apply(new LSTM(4).named("memory").apply(y)));
    return Model.of(x, new Dense(2).named("numbers").apply(z)).backend("reference").seed(6);
  }

  /** {@code x.npy, y.npy} for the one, {@code left, right, sum, kind} for the other; weights. */
  static void writeArrays(Path folder) {
    NpyWriter.write(folder.resolve("x.npy"), random(1, SAMPLES, 4, 5, 6, 1));
    NpyWriter.write(folder.resolve("y.npy"), random(2, SAMPLES, 2));
    NpyWriter.write(folder.resolve("left.npy"), random(3, SAMPLES, 3));
    NpyWriter.write(folder.resolve("right.npy"), random(4, SAMPLES, 3));
    NpyWriter.write(folder.resolve("sum.npy"), random(5, SAMPLES, 1));
    byte[] kinds = new byte[3 * SAMPLES];
    for (int n = 0; n < SAMPLES; n++) {
      kinds[3 * n + n % 3] = 1;
    }
    NpyWriter.write(folder.resolve("kind.npy"), kinds, Shape.of(SAMPLES, 3));
    Tensor weights = random(7, SAMPLES);
    for (int n = 0; n < SAMPLES; n++) {
      weights.set(n, Math.abs(weights.get(n)));
    }
    NpyWriter.write(folder.resolve("w.npy"), weights);
  }

  static Tensor random(long seed, long... dims) {
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(dims));
    Philox random = new Philox(seed, 9);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, random.normal(i));
    }
    return t;
  }
}
