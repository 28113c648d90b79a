package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.MaxPooling2D;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The article's model, a score per frame and genre, and the Convolution-LSTM that it is compared
 * with: at full size by shape alone, and small in training.
 */
class ArticleModelTest {
  static final List<String> GENRES =
      List.of("comedy", "action", "horror", "thriller", "musical", "other");

  static Model convLstm(int filters, int units, long frames, long height, long width) {
    Symbol input = Input.named("trailer", frames, 3, height, width);
    Symbol trunk = pool(new BatchNormalization().apply(memory(filters).apply(input)));
    trunk = pool(new BatchNormalization().apply(memory(filters).apply(trunk)));
    List<Symbol> outputs = new ArrayList<>();
    for (String genre : GENRES) {
      Symbol branch = pool(memory(filters).apply(trunk));
      branch = new TimeDistributed(new Flatten()).apply(branch);
      branch = new TimeDistributed(new Dense(units).activation(Activation.RELU)).apply(branch);
      branch = new TimeDistributed(new Dense(units)).apply(branch);
      Layer score = new TimeDistributed(new Dense(1).activation(Activation.SIGMOID)).named(genre);
      outputs.add(score.apply(branch));
    }
    return Model.of(List.of(input), outputs);
  }

  private static ConvLSTM2D memory(int filters) {
    return new ConvLSTM2D(filters, 3)
        .padding(Padding.SAME)
        .dataFormat(DataFormat.CHANNELS_FIRST)
        .returnSequences(true);
  }

  private static Symbol pool(Symbol x) {
    return new MaxPooling3D(1, 2, 2)
        .padding(Padding.SAME)
        .dataFormat(DataFormat.CHANNELS_FIRST)
        .apply(x);
  }

  private static Model convolutionThenLstm(int filters, int units, long t, long h, long w) {
    Symbol x = Input.named("trailer", t, 3, h, w);
    Symbol y =
        new TimeDistributed(new Conv2D(filters, 3).dataFormat(DataFormat.CHANNELS_FIRST)).apply(x);
    y = new TimeDistributed(new MaxPooling2D(2).dataFormat(DataFormat.CHANNELS_FIRST)).apply(y);
    y = new TimeDistributed(new Flatten()).apply(y);
    y = new LSTM(units).returnSequences(true).apply(y);
    Layer scores =
        new TimeDistributed(new Dense(GENRES.size()).activation(Activation.SIGMOID))
            .named("scores");
    return Model.of(x, scores.apply(y));
  }

  @Test
  void fullSizeByShape() {
    try (Model model = convLstm(20, 64, 1000, 400, 400)) {
      assertEquals(GENRES, model.network().outputNames());
      for (Symbol s : model.network().outputs()) {
        assertEquals("[None, 1000, 1]", s.shape().toString());
      }
      assertEquals("[None, 1000, 20, 400, 400]", shapeOf(model, "conv_lstm2d"));
      assertEquals("[None, 1000, 20, 100, 100]", shapeOf(model, "max_pooling3d_1"));
      assertEquals("[None, 1000, 50000]", shapeOf(model, "time_distributed"));
      // 4F (9 (C + F) + 1): 80 * 208 and, six times and once more, 80 * 361; statistics of the
      // width, as the default axis is the last: 4 * 400 and 4 * 200
      assertEquals(
          80 * 208 + 7 * 80 * 361 + 4 * 600 + 6 * (50000L * 64 + 64 + 64 * 64 + 64 + 64 + 1),
          weights(model));
    }
  }

  private static String shapeOf(Model model, String layer) {
    return model.network().nodes().stream()
        .filter(n -> n.layer().name().equals(layer))
        .map(n -> n.outputs().get(0).shape().toString())
        .findFirst()
        .orElseThrow();
  }

  private static long weights(Model model) {
    return model.network().parameters().stream().mapToLong(p -> p.shape().elements()).sum();
  }

  @Test
  void counterpartByShape() {
    try (Model model = convolutionThenLstm(20, 64, 1000, 400, 400)) {
      assertEquals("[None, 1000, 6]", model.network().outputs().get(0).shape().toString());
      assertEquals("[None, 1000, 792020]", shapeOf(model, "time_distributed_2"));
    }
  }

  @Test
  void smallModelsLearnAndComeBackFromTheirArchitecture() {
    Tensor video = noise(Shape.of(2, 4, 3, 8, 9));
    List<Tensor> targets = Collections.nCopies(6, bits(Shape.of(2, 4, 1)));
    try (Model model = convLstm(2, 4, Input.ANY, 8, 9)) {
      learns(model, new Batch(List.of(video), targets, List.of(), "given"));
    }
    try (Model model = convolutionThenLstm(2, 4, Input.ANY, 8, 9)) {
      learns(model, Batch.of(video, bits(Shape.of(2, 4, 6))));
    }
  }

  private static void learns(Model model, Batch batch) {
    model.seed(5).compile(Compile.with(new Adam(0.01)).loss(Loss.binaryCrossentropy()));
    Map<String, Double> first = model.trainOnBatch(batch);
    Map<String, Double> last = first;
    for (int i = 0; i < 40; i++) {
      last = model.trainOnBatch(batch);
    }
    assertTrue(last.get("loss") < 0.7 * first.get("loss"), first + " to " + last);
    List<Tensor> scores = model.predict(batch.inputs().get(0));
    try (Model copy = Model.of(Architecture.fromJson(Architecture.toJson(model.network())))) {
      copy.setWeights(List.copyOf(model.weights().values()));
      List<Tensor> again = copy.predict(batch.inputs().get(0));
      for (int k = 0; k < scores.size(); k++) {
        for (int i = 0; i < scores.get(k).size(); i++) {
          assertEquals(scores.get(k).get(i), again.get(k).get(i));
        }
      }
    }
  }

  static Tensor noise(Shape shape) {
    Philox random = new Philox(11, 0);
    Tensor t = Tensor.zeros(convlstm4j.tensor.DType.FLOAT32, shape);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, random.uniform(i));
    }
    return t;
  }

  static Tensor bits(Shape shape) {
    Tensor t = noise(shape);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, t.get(i) < 0.5 ? 0 : 1);
    }
    return t;
  }
}
