package convlstm4j.io.keras;

import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.Add;
import convlstm4j.layer.Average;
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
import convlstm4j.layer.MaxPooling2D;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.Multiply;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.Permute;
import convlstm4j.layer.Reshape;
import convlstm4j.layer.SpatialDropout1D;
import convlstm4j.layer.SpatialDropout2D;
import convlstm4j.layer.SpatialDropout3D;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Small models that have every kind of layer between them, whose weights follow a formula. */
final class SampleModels {
  private SampleModels() {}

  static Map<String, Supplier<Model>> all() {
    Map<String, Supplier<Model>> all = new LinkedHashMap<>();
    all.put("video", () -> weighted(video(Activation.HARD_SIGMOID_KERAS2)));
    all.put("first", () -> weighted(channelsFirst()));
    all.put("branches", () -> weighted(branches()));
    all.put("nested", () -> weighted(nested()));
    all.put("joined", () -> weighted(joined()));
    FurtherModels.all().forEach((name, model) -> all.put(name, () -> weighted(model.get())));
    return all;
  }

  /** A chain of the layers for videos, channels last. */
  static Model video(Activation gates) {
    Symbol x = Input.named("clip", 4, 9, 8, 2);
    Symbol y =
        new ConvLSTM2D(3, 3, 2)
            .padding(Padding.SAME)
            .recurrentActivation(gates)
            .returnSequences(true)
            .recurrentDropout(0.25)
            .apply(x);
    y = new BatchNormalization().apply(y);
    y = new MaxPooling3D(1, 2, 2).padding(Padding.SAME).apply(y);
    y = new Conv3D(2, 1, 2, 2).activation(Activation.RELU).apply(y);
    y = new TimeDistributed(new Dropout(0.5)).apply(y);
    y = new TimeDistributed(new BatchNormalization()).poolSteps(true).apply(y);
    y = new TimeDistributed(new Conv2D(3, 2).useBias(false)).apply(y);
    y = new AveragePooling3D(2, 1, 1).apply(y);
    y = new ConvLSTM2D(2, 2).strides(1, 2).padding(Padding.SAME).named("last").apply(y);
    y = new Flatten().apply(y);
    y = new Dense(3).activation(Activation.SOFTMAX).named("classes").apply(y);
    return Model.of(x, y).named("video");
  }

  private static Model channelsFirst() {
    DataFormat first = DataFormat.CHANNELS_FIRST;
    Symbol x = Input.named("clip", 3, 2, 7, 8);
    Symbol y =
        new Bidirectional(
                new ConvLSTM2D(2, 3)
                    .dataFormat(first)
                    .dilationRate(2, 1)
                    .padding(Padding.SAME)
                    .returnSequences(true)
                    .named("seen"))
            .mergeMode(Bidirectional.MergeMode.SUM)
            .apply(x);
    Symbol mean = new GlobalAveragePooling3D().dataFormat(first).apply(y);
    y =
        new ConvLSTM2D(3, 2)
            .dataFormat(first)
            .goBackwards(true)
            .activation(Activation.RELU)
            .useBias(false)
            .apply(y);
    y = new Conv2D(4, 2).dataFormat(first).activation(Activation.leakyRelu(0.125)).apply(y);
    y = new BatchNormalization().axis(1).scale(false).apply(y);
    y = new MaxPooling2D(2).dataFormat(first).apply(y);
    y = new AveragePooling2D(2, 1).dataFormat(first).strides(1, 1).apply(y);
    y = new GlobalAveragePooling2D().dataFormat(first).apply(y);
    return Model.of(x, y, mean).named("first");
  }

  /** Several inputs and outputs, shared layers, states from layer to layer, masks. */
  private static Model branches() {
    Symbol words = Input.named("words", 5, 3);
    Symbol other = Input.named("other", 5, 3);
    Symbol used = Input.named("used", 5);
    LSTM reader = new LSTM(4).returnState(true).named("reader");
    List<Symbol> read = reader.on(words).mask(used).outputs();
    List<Symbol> second = reader.on(other).outputs();
    Symbol decoded =
        new LSTM(4)
            .returnSequences(true)
            .recurrentActivation(Activation.HARD_SIGMOID_KERAS3)
            .named("decoder")
            .on(other)
            .initialState(read.get(1), second.get(2))
            .outputs()
            .get(0);
    Symbol both = new Bidirectional(new LSTM(2).returnSequences(true).named("way")).apply(words);
    Dense shared = new Dense(4).activation(Activation.TANH).named("shared");
    Symbol sum = new Add().apply(shared.apply(decoded), shared.apply(both));
    sum = new Multiply().apply(sum, new Average().apply(sum, decoded));
    Symbol turned = new Permute(2, 1).apply(new TimeDistributed(new Dense(2)).apply(sum));
    Symbol flat = new Reshape(-1).apply(turned);
    Symbol all = new Concatenate(-1).apply(flat, read.get(0), second.get(0));
    Symbol a = new Dense(2).named("a").apply(new Dropout(0.25).apply(all));
    Symbol b = new ActivationLayer(Activation.SWISH).named("b").apply(flat);
    return Model.of(List.of(words, other, used), List.of(b, a)).named("branches");
  }

  /** Layers that join by more than a sum, and those that drop channels. */
  private static Model joined() {
    Symbol clip = Input.named("clip", 2, 3, 4, 2);
    Symbol image = Input.named("image", 3, 4, 2);
    Symbol words = Input.named("words", 5, 2);
    Symbol x = new SpatialDropout3D(0.25).apply(clip);
    Symbol y = new SpatialDropout2D(0.5).dataFormat(DataFormat.CHANNELS_FIRST).apply(image);
    Symbol z = new SpatialDropout1D(0.75).apply(words);
    Symbol m = new Multiply().apply(new GlobalAveragePooling3D().apply(x), new LSTM(2).apply(z));
    Symbol a = new Average().apply(m, new Dense(2).apply(new Flatten().apply(y)));
    return Model.of(List.of(clip, image, words), List.of(a)).named("joined");
  }

  /** Models inside models: by themselves, called twice, in TimeDistributed, in one another. */
  private static Model nested() {
    Symbol frame = Input.named("frame", 6, 6, 2);
    Symbol f = new Conv2D(3, 3).named("see").apply(frame);
    f = new BatchNormalization().named("norm").apply(f);
    f = new Flatten().apply(f);
    f = new Dense(4).named("code").apply(f);
    NestedModel encoder = new NestedModel(Network.of(List.of(frame), List.of(f))).named("encoder");
    Symbol code = Input.named("codes", 4);
    NestedModel head =
        NestedModel.sequential(
                Network.of(
                    List.of(code),
                    List.of(
                        new Dense(2).apply(new Dense(5).activation(Activation.ELU).apply(code)))))
            .named("head");
    Symbol clip = Input.named("clip", 3, 6, 6, 2);
    Symbol still = Input.named("still", 6, 6, 2);
    Symbol codes = new TimeDistributed(encoder).named("frames").apply(clip);
    Symbol last = new LSTM(4).apply(codes);
    Symbol x = new Conv2D(2, 3).padding(Padding.SAME).apply(still);
    Symbol inner = Input.named("inner", 6, 6, 2);
    NestedModel shared =
        new NestedModel(
                Network.of(
                    List.of(inner),
                    List.of(
                        new Dense(4)
                            .named("deep")
                            .apply(new GlobalAveragePooling2D().apply(inner)))))
            .named("shared");
    Symbol sum = new Add().apply(shared.apply(still), shared.apply(x), last);
    return Model.of(List.of(clip, still), List.of(head.apply(sum), shared.apply(x)))
        .named("nested");
  }

  /** Gives a model weights by {@link #filled}. */
  static Model weighted(Model model) {
    model.backend("reference");
    List<Tensor> values = new ArrayList<>();
    model.weights().values().forEach(w -> values.add(filled(w.shape(), values.size())));
    model.setWeights(values);
    return model;
  }

  /** The {@code k}-th array: numbers that any language makes alike, none zero. */
  static Tensor filled(Shape shape, int k) {
    float[] v = new float[(int) shape.elements()];
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) (((i * 7919L + 31L * k) % 1009 + 1) / 2048.0);
    }
    return Tensor.of(v, shape);
  }

  /** Inputs of a batch of two. */
  static Tensor[] inputs(Model model) {
    List<Tensor> inputs = new ArrayList<>();
    for (Symbol s : model.network().inputs()) {
      Tensor x = filled(s.shape().with(0, 2), 100 + inputs.size());
      if (s.node().layer().name().equals("used")) { // a mask
        for (int i = 0; i < x.size(); i++) {
          x.set(i, i % 5 < 3 + i / 5 ? 1 : 0);
        }
      }
      inputs.add(x);
    }
    return inputs.toArray(Tensor[]::new);
  }
}
