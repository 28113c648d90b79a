package convlstm4j.io.keras;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.ActivityRegularization;
import convlstm4j.layer.AdditiveAttention;
import convlstm4j.layer.AlphaDropout;
import convlstm4j.layer.Attention;
import convlstm4j.layer.AveragePooling1D;
import convlstm4j.layer.CenterCrop;
import convlstm4j.layer.Conv1D;
import convlstm4j.layer.Conv1DTranspose;
import convlstm4j.layer.Conv2DTranspose;
import convlstm4j.layer.Conv3DTranspose;
import convlstm4j.layer.ConvGRU1D;
import convlstm4j.layer.ConvGRU2D;
import convlstm4j.layer.ConvGRU3D;
import convlstm4j.layer.ConvLSTM1D;
import convlstm4j.layer.ConvLSTM3D;
import convlstm4j.layer.Cropping1D;
import convlstm4j.layer.Cropping2D;
import convlstm4j.layer.Cropping3D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.DepthwiseConv1D;
import convlstm4j.layer.DepthwiseConv2D;
import convlstm4j.layer.Dot;
import convlstm4j.layer.ELU;
import convlstm4j.layer.EinsumDense;
import convlstm4j.layer.Embedding;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.GRU;
import convlstm4j.layer.GaussianDropout;
import convlstm4j.layer.GaussianNoise;
import convlstm4j.layer.GlobalAveragePooling1D;
import convlstm4j.layer.GlobalMaxPooling1D;
import convlstm4j.layer.GlobalMaxPooling2D;
import convlstm4j.layer.GlobalMaxPooling3D;
import convlstm4j.layer.GroupNormalization;
import convlstm4j.layer.Identity;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.LayerNormalization;
import convlstm4j.layer.LeakyReLU;
import convlstm4j.layer.Masking;
import convlstm4j.layer.MaxPooling1D;
import convlstm4j.layer.Maximum;
import convlstm4j.layer.Minimum;
import convlstm4j.layer.MultiHeadAttention;
import convlstm4j.layer.Normalization;
import convlstm4j.layer.Operations;
import convlstm4j.layer.PReLU;
import convlstm4j.layer.PixelShuffle;
import convlstm4j.layer.PixelUnshuffle;
import convlstm4j.layer.RMSNormalization;
import convlstm4j.layer.RNN;
import convlstm4j.layer.RandomFlip;
import convlstm4j.layer.ReLU;
import convlstm4j.layer.RepeatVector;
import convlstm4j.layer.Rescaling;
import convlstm4j.layer.Resizing;
import convlstm4j.layer.SeparableConv1D;
import convlstm4j.layer.SeparableConv2D;
import convlstm4j.layer.SimpleRNN;
import convlstm4j.layer.Softmax;
import convlstm4j.layer.Subtract;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.layer.UnitNormalization;
import convlstm4j.layer.UpSampling1D;
import convlstm4j.layer.UpSampling2D;
import convlstm4j.layer.UpSampling3D;
import convlstm4j.layer.ZeroPadding1D;
import convlstm4j.layer.ZeroPadding2D;
import convlstm4j.layer.ZeroPadding3D;
import convlstm4j.model.Model;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Small models of the layers beyond those that the article needs. */
final class FurtherModels {
  static final String OPERATIONS = "operations";
  private static final String NEWER = "newer";
  private static final String ATTENTION = "attention";

  /** Models that have something that Keras 2 has not. */
  static final Set<String> OF_KERAS_3 = Set.of(OPERATIONS, NEWER, ATTENTION);

  private FurtherModels() {}

  static Map<String, Supplier<Model>> all() {
    return Map.of(
        ATTENTION,
        FurtherModels::attention,
        "recurrent",
        FurtherModels::recurrent,
        "sized",
        FurtherModels::sized,
        "convolved",
        FurtherModels::convolved,
        "functions",
        FurtherModels::functions,
        OPERATIONS,
        FurtherModels::operations,
        "merged",
        FurtherModels::merged,
        "apart",
        FurtherModels::apart,
        "prepared",
        FurtherModels::prepared,
        NEWER,
        FurtherModels::newer);
  }

  /** Every recurrent layer of the other ranks and cells. */
  private static Model recurrent() {
    Symbol line = Input.named("line", 4, 6, 2);
    Symbol solid = Input.named("solid", 3, 2, 4, 3, 2);
    Symbol y = new ConvLSTM1D(3, 2).padding(Padding.SAME).returnSequences(true).apply(line);
    y = new ConvGRU1D(2, 3).padding(Padding.SAME).returnSequences(true).resetAfter(false).apply(y);
    y = new TimeDistributed(new Flatten()).apply(y);
    y = new GRU(3).returnSequences(true).apply(y);
    y = new RNN(new LSTM(3), new GRU(2), new LSTM(2)).returnSequences(true).apply(y);
    y = new RNN(new SimpleRNN(2)).returnSequences(true).goBackwards(true).apply(y);
    y = new SimpleRNN(2).apply(y);
    Symbol z = new ConvLSTM3D(2, 2).padding(Padding.SAME).returnSequences(true).apply(solid);
    z = new ConvGRU3D(2, 1, 2, 2).padding(Padding.SAME).apply(z);
    z = new ConvGRU2D(2, 2).dataFormat(DataFormat.CHANNELS_LAST).apply(z);
    return Model.of(List.of(line, solid), List.of(y, new Flatten().apply(z))).named("recurrent");
  }

  /** Layers that change sizes. */
  private static Model sized() {
    Symbol steps = Input.named("steps", 5, 2);
    Symbol image = Input.named("image", 4, 5, 2);
    Symbol clip = Input.named("clip", 3, 4, 5, 2);
    Symbol a = new ZeroPadding1D(1, 2).apply(steps);
    a = new UpSampling1D(2).apply(new Cropping1D(1).apply(a));
    a = new AveragePooling1D(2).apply(new MaxPooling1D(3).strides(2).apply(a));
    Symbol b = new UpSampling2D(2).interpolation("bilinear").apply(image);
    b = new PixelShuffle(2).apply(new PixelUnshuffle(2).apply(b));
    b = new Cropping2D(1, 0, 2, 1).apply(new ZeroPadding2D(1, 2).apply(b));
    Symbol c = new UpSampling3D(1, 2, 2).apply(new ZeroPadding3D(1).apply(clip));
    c = new Cropping3D(0, 1, 2).apply(c);
    Symbol means = new GlobalAveragePooling1D().apply(a);
    Symbol most = new GlobalMaxPooling1D().apply(a);
    return Model.of(
            List.of(steps, image, clip),
            List.of(
                means, most, new GlobalMaxPooling2D().apply(b), new GlobalMaxPooling3D().apply(c)))
        .named("sized");
  }

  /** Convolutions and transposed ones. */
  private static Model convolved() {
    Symbol steps = Input.named("steps", 5, 2);
    Symbol image = Input.named("image", 4, 5, 2);
    Symbol clip = Input.named("clip", 3, 4, 5, 2);
    Symbol a = new Conv1D(3, 2).padding("causal").dilationRate(2).apply(steps);
    a = new Conv1DTranspose(2, 3).strides(2).padding(Padding.SAME).apply(a);
    Symbol b = new Conv2DTranspose(3, 3).strides(2, 2).outputPadding(1, 1).apply(image);
    Symbol c = new Conv3DTranspose(2, 1, 2, 2).useBias(false).apply(clip);
    return Model.of(List.of(steps, image, clip), List.of(a, b, c)).named("convolved");
  }

  /** Functions and normalisations. */
  private static Model functions() {
    Symbol x = Input.named("image", 4, 5, 4);
    Symbol y = new Rescaling(0.5).offset(0.25).apply(x);
    y = new PReLU().sharedAxes(1, 2).apply(y);
    y = new GroupNormalization(2).apply(y);
    y = new LeakyReLU(0.25).apply(y);
    y = new LayerNormalization().apply(y);
    y = new ELU(0.5).apply(y);
    y = new UnitNormalization().apply(y);
    y = new ReLU(Optional.of(6.0), 0.125, 0.0625).apply(y);
    y = new AlphaDropout(0.25).apply(y);
    y = new Dense(3).activation("gelu").apply(y);
    y = new Softmax().apply(new ActivationLayer(Activation.TANH).apply(y));
    return Model.of(x, y).named("functions");
  }

  /** Operations with numbers, slices and several tensors among their arguments. */
  private static Model operations() {
    Symbol x = Input.named("steps", 6, 4);
    Symbol last = new Dense(4).apply(Operations.index(1, -1).apply(x));
    Symbol middle = Operations.slice(1, 1, -1).apply(x);
    List<Symbol> halves = Operations.split(-1, 2).applyAll(Arguments.of(List.of(middle)));
    Symbol y = Operations.stack(2).apply(halves.get(1), halves.get(0));
    y = Operations.with(1, "Subtract").apply(Operations.of("Tanh").apply(y));
    y = Operations.max(false, 2).apply(Operations.transpose(0, 2, 1, 3).apply(y));
    y = Operations.of("Divide").apply(y, Operations.with("Add", 2.5).apply(y));
    Symbol mean = Operations.mean(true, -1).apply(Operations.expandDims(1).apply(last));
    return Model.of(List.of(x), List.of(y, Operations.clip(-0.5, 0.5).apply(mean)))
        .named(OPERATIONS);
  }

  /** Convolutions of each channel apart, and what is looked up. */
  private static Model apart() {
    Symbol steps = Input.named("steps", 5, 2);
    Symbol image = Input.named("image", 4, 5, 2);
    Symbol a = new SeparableConv1D(3, 2).apply(new DepthwiseConv1D(2).apply(steps));
    Symbol b = new DepthwiseConv2D(2, 3).padding(Padding.SAME).apply(image);
    b = new SeparableConv2D(3, 2, 2).apply(b);
    Symbol ids = new Rescaling(0.0).offset(2.0).apply(new Flatten().apply(steps));
    Symbol words = new Embedding(5, 3).maskZero(true).apply(ids);
    Symbol read = new GRU(2).apply(new Masking(0.5).apply(words));
    return Model.of(List.of(steps, image), List.of(a, b, words, read)).named("apart");
  }

  /** What data goes through before and in training. */
  private static Model prepared() {
    Symbol x = Input.named("image", 6, 5, 2);
    Symbol y = new Normalization().given(new double[] {0.5, 1}, 2, 0.25).apply(x);
    y = new CenterCrop(4, 4).apply(new Resizing(5, 6).interpolation("bilinear").apply(y));
    y = new RandomFlip(RandomFlip.Mode.HORIZONTAL).apply(y);
    y = new Normalization().apply(y);
    y = new GaussianDropout(0.25).apply(new GaussianNoise(0.5).apply(y));
    y = new ActivityRegularization(0.125, 0.25).apply(y);
    return Model.of(x, new Identity().apply(new Dense(2).apply(y))).named("prepared");
  }

  /** Layers and options of Keras 3 alone. */
  private static Model newer() {
    Symbol x = Input.named("image", 6, 5, 2);
    Symbol y = new Resizing(4, 7).padToAspectRatio(true).fillValue(0.5).antialias(true).apply(x);
    return Model.of(x, new RMSNormalization().axis(-2, -1).apply(y)).named(NEWER);
  }

  /** Layers of attention, whose calls say more than their inputs. */
  private static Model attention() {
    Symbol x = Input.named("a", 3, 4);
    Symbol y = Input.named("b", 5, 4);
    Symbol z0 = new EinsumDense("...c,cd->...d", 4).biasAxes("d").apply(x);
    Symbol most = new Attention().useScale(true).scoreMode(Attention.ScoreMode.CONCAT).apply(z0, y);
    Symbol means = new AdditiveAttention().useCausalMask(true).apply(y, x);
    MultiHeadAttention heads = new MultiHeadAttention(2, 3).valueDim(2).outputDim(5);
    Symbol z = heads.useCausalMask(true).apply(most, means, y);
    List<Symbol> last =
        new MultiHeadAttention(1, 2)
            .useBias(false)
            .returnAttentionScores(true)
            .applyAll(Arguments.of(List.of(z, z)));
    return Model.of(List.of(x, y), last).named(ATTENTION);
  }

  /** Layers that join by more than a sum or a product. */
  private static Model merged() {
    Symbol x = Input.named("a", 3, 4);
    Symbol y = Input.named("b", 3, 4);
    Symbol least = new Minimum().apply(x, y);
    Symbol most = new Maximum().apply(x, new Subtract().apply(x, y));
    Symbol products = new Flatten().apply(new Dot(2, 2).apply(least, most));
    return Model.of(List.of(x, y), List.of(new RepeatVector(2).apply(products))).named("merged");
  }
}
