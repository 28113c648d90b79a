package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.Add;
import convlstm4j.layer.AveragePooling2D;
import convlstm4j.layer.AveragePooling3D;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Concatenate;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.GlobalAveragePooling3D;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.Layers;
import convlstm4j.layer.MaxPooling2D;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.Permute;
import convlstm4j.layer.Reshape;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.option.Activation;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Files that {@code src/test/python/make_samples.py} wrote as Keras 2.11, 2.15, 3.8 and 3.13 would:
 * each is the model that is built here by hand, with the weights that both know by formula.
 */
class SampleFilesTest {
  private static final List<String> ENDINGS =
      List.of("2.11.0.h5", "2.15.0.keras", "3.8.0.h5", "3.13.2.keras");

  @TestFactory
  List<DynamicTest> areWhatIsBuiltByHand() {
    List<DynamicTest> tests = new ArrayList<>();
    for (String ending : ENDINGS) {
      boolean keras2 = ending.startsWith("2");
      tests.add(
          DynamicTest.dynamicTest("chain " + ending, () -> check("chain", ending, chain(keras2))));
      tests.add(
          DynamicTest.dynamicTest("graph " + ending, () -> check("graph", ending, graph(keras2))));
    }
    return tests;
  }

  private static void check(String name, String ending, Model built) throws URISyntaxException {
    Path file = Path.of(SampleFilesTest.class.getResource(name + "-" + ending).toURI());
    List<String> notes = new ArrayList<>();
    KerasOptions options =
        KerasOptions.defaults().notes(notes::add).model(m -> m.backend("reference"));
    KerasDescription described = KerasModels.describe(file, options);
    assertEquals(List.of(), described.faults());
    assertEquals(List.of(), described.notes());
    try (Model expected = SampleModels.weighted(built);
        Model actual = KerasModels.load(file, options)) {
      assertEquals(List.of(), notes);
      assertEquals(name, actual.name());
      assertEquals(json(expected), json(actual));
      expected
          .weights()
          .forEach((w, t) -> assertArrayEquals(t.floats(), actual.weights().get(w).floats(), w));
      List<Tensor> x = expected.predict(SampleModels.inputs(expected));
      List<Tensor> y = actual.predict(SampleModels.inputs(actual));
      for (int i = 0; i < x.size(); i++) {
        assertArrayEquals(x.get(i).floats(), y.get(i).floats());
      }
    }
  }

  /** All options, but for axes: Keras 2 writes which -1 is. */
  private static String json(Model model) {
    return Architecture.toJson(model.network()).replaceAll("\"axis\" : -?[0-9]+", "axis");
  }

  /** Kinds that came after the files; Keras's own files have them, see KerasCasesTest. */
  private static final Set<String> LATER =
      Set.of(
          "ActivityRegularization",
          "AdditiveAttention",
          "AlphaDropout",
          "Attention",
          "Average",
          "AveragePooling1D",
          "CenterCrop",
          "Conv1D",
          "Conv1DTranspose",
          "Conv2DTranspose",
          "Conv3DTranspose",
          "ConvGRU1D",
          "ConvGRU2D",
          "ConvGRU3D",
          "ConvLSTM1D",
          "ConvLSTM3D",
          "Cropping1D",
          "Cropping2D",
          "Cropping3D",
          "DepthwiseConv1D",
          "DepthwiseConv2D",
          "Dot",
          "ELU",
          "EinsumDense",
          "Embedding",
          "GRU",
          "GaussianDropout",
          "GaussianNoise",
          "GlobalAveragePooling1D",
          "GlobalMaxPooling1D",
          "GlobalMaxPooling2D",
          "GlobalMaxPooling3D",
          "GroupNormalization",
          "Identity",
          "LayerNormalization",
          "LeakyReLU",
          "Masking",
          "MaxPooling1D",
          "Maximum",
          "Minimum",
          "MultiHeadAttention",
          "Multiply",
          "Normalization",
          "Operation",
          "PReLU",
          "PixelShuffle",
          "PixelUnshuffle",
          "RMSNormalization",
          "RNN",
          "RandomFlip",
          "ReLU",
          "RepeatVector",
          "Rescaling",
          "Resizing",
          "SeparableConv1D",
          "SeparableConv2D",
          "SimpleRNN",
          "Softmax",
          "SpatialDropout1D",
          "SpatialDropout2D",
          "SpatialDropout3D",
          "Subtract",
          "UnitNormalization",
          "UpSampling1D",
          "UpSampling2D",
          "UpSampling3D",
          "ZeroPadding1D",
          "ZeroPadding2D",
          "ZeroPadding3D");

  @Test
  void haveEveryKindOfLayer() {
    Set<String> kinds = kinds(List.of(chain(true), graph(true)));
    assertTrue(Collections.disjoint(kinds, LATER), () -> kinds + " are in the files");
    kinds.addAll(LATER);
    assertEquals(Layers.kinds(), kinds);
  }

  /** What RoundTripTest writes and reads has the later ones, too. */
  @Test
  void modelsThatAreWrittenHaveEveryKindOfLayer() {
    List<Model> models = SampleModels.all().values().stream().map(Supplier::get).toList();
    assertEquals(Layers.kinds(), kinds(models));
    models.forEach(Model::close);
  }

  private static Set<String> kinds(List<Model> models) {
    Set<String> kinds = new TreeSet<>();
    models.forEach(m -> m.network().layers().forEach(l -> addKinds(l, kinds)));
    kinds.removeAll(List.of("InputLayer", "Functional", "Sequential"));
    return kinds;
  }

  private static void addKinds(Layer l, Set<String> kinds) {
    kinds.add(l.kerasClass());
    l.children().forEach(c -> addKinds(c, kinds));
  }

  private static Model chain(boolean keras2) {
    Symbol x = Input.named("clip", 4, 9, 8, 2);
    Symbol y =
        new ConvLSTM2D(3, 3, 2)
            .padding(Padding.SAME)
            .returnSequences(true)
            .recurrentDropout(0.25)
            .named("a")
            .apply(x);
    y = new BatchNormalization().named("b").apply(y);
    y = new MaxPooling3D(1, 2, 2).padding(Padding.SAME).named("c").apply(y);
    y = new Conv3D(2, 1, 2, 2).activation(Activation.RELU).named("d").apply(y);
    y = new TimeDistributed(new Dropout(0.5).named("e0")).named("e").apply(y);
    y = new TimeDistributed(new Conv2D(3, 2).useBias(false).named("f0")).named("f").apply(y);
    y = new AveragePooling3D(2, 1, 1).named("g").apply(y);
    y =
        new ConvLSTM2D(2, 2)
            .strides(1, 2)
            .padding(Padding.SAME)
            .recurrentActivation(
                keras2 ? Activation.HARD_SIGMOID_KERAS2 : Activation.HARD_SIGMOID_KERAS3)
            .recurrentDropout(0.25)
            .named("h")
            .apply(y);
    y = new MaxPooling2D(2, 1).named("i").apply(y);
    y = new AveragePooling2D(1).named("j").apply(y);
    y = new Conv2D(2, 1).named("k").apply(y);
    y = new GlobalAveragePooling2D().named("l").apply(y);
    return Model.of(x, new Dense(3).activation(Activation.SOFTMAX).named("m").apply(y));
  }

  private static Model graph(boolean keras2) {
    Symbol frame = Input.named("frame", 6, 6, 2);
    Symbol f =
        new BatchNormalization().named("norm").apply(new Conv2D(3, 3).named("see").apply(frame));
    f = new Dense(4).named("code").apply(new Flatten().named("flat").apply(f));
    NestedModel encoder = new NestedModel(Network.of(List.of(frame), List.of(f))).named("encoder");
    Symbol words = Input.named("words", 5, 3);
    Symbol clip = Input.named("clip", 3, 6, 6, 2);
    Symbol frames = new TimeDistributed(encoder).poolSteps(keras2).named("frames").apply(clip);
    List<Symbol> read = new LSTM(4).returnState(true).named("reader").on(frames).outputs();
    LSTM way = new LSTM(2).returnSequences(true).named("way");
    Bidirectional both =
        keras2
            ? new Bidirectional(way)
            : new Bidirectional( // Keras 3 writes both
                way, new LSTM(2).returnSequences(true).goBackwards(true).named("way"));
    Symbol ways = both.named("ways").apply(words);
    Symbol decoded =
        new LSTM(4)
            .returnSequences(true)
            .named("decoder")
            .on(words)
            .initialState(read.get(1), read.get(2))
            .outputs()
            .get(0);
    Dense shared = new Dense(4).activation(Activation.TANH).named("shared");
    Symbol sum = new Add().named("sum").apply(shared.apply(decoded), shared.apply(ways));
    Symbol row = new Reshape(20).named("row").apply(new Permute(2, 1).named("turned").apply(sum));
    Symbol mean = new GlobalAveragePooling3D().named("mean").apply(clip);
    Symbol all = new Concatenate(-1).named("all").apply(row, read.get(0), mean);
    Symbol yes = new Dense(2).named("yes").apply(new Dropout(0.25).named("drop").apply(all));
    Symbol soft = new ActivationLayer(Activation.SOFTPLUS).named("soft").apply(row);
    return Model.of(List.of(words, clip), List.of(yes, soft));
  }
}
