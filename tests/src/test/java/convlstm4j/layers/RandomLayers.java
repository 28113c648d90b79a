package convlstm4j.layers;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.ActivityRegularization;
import convlstm4j.layer.Add;
import convlstm4j.layer.AdditiveAttention;
import convlstm4j.layer.AlphaDropout;
import convlstm4j.layer.Attention;
import convlstm4j.layer.AttentionLayer;
import convlstm4j.layer.Average;
import convlstm4j.layer.AveragePooling1D;
import convlstm4j.layer.AveragePooling2D;
import convlstm4j.layer.AveragePooling3D;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Bidirectional.MergeMode;
import convlstm4j.layer.CenterCrop;
import convlstm4j.layer.Concatenate;
import convlstm4j.layer.Conv1D;
import convlstm4j.layer.Conv1DTranspose;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Conv2DTranspose;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.Conv3DTranspose;
import convlstm4j.layer.ConvGRU1D;
import convlstm4j.layer.ConvGRU2D;
import convlstm4j.layer.ConvGRU3D;
import convlstm4j.layer.ConvLSTM1D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.ConvLSTM3D;
import convlstm4j.layer.Convolution;
import convlstm4j.layer.Cropping1D;
import convlstm4j.layer.Cropping2D;
import convlstm4j.layer.Cropping3D;
import convlstm4j.layer.DataFormatted;
import convlstm4j.layer.Dense;
import convlstm4j.layer.DepthwiseConv1D;
import convlstm4j.layer.DepthwiseConv2D;
import convlstm4j.layer.DepthwiseConvolution;
import convlstm4j.layer.DirectConvolution;
import convlstm4j.layer.Dot;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.ELU;
import convlstm4j.layer.EinsumDense;
import convlstm4j.layer.Embedding;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.GRU;
import convlstm4j.layer.GaussianDropout;
import convlstm4j.layer.GaussianNoise;
import convlstm4j.layer.GlobalAveragePooling1D;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.GlobalAveragePooling3D;
import convlstm4j.layer.GlobalMaxPooling1D;
import convlstm4j.layer.GlobalMaxPooling2D;
import convlstm4j.layer.GlobalMaxPooling3D;
import convlstm4j.layer.GlobalPooling;
import convlstm4j.layer.GroupNormalization;
import convlstm4j.layer.Identity;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.LayerNormalization;
import convlstm4j.layer.LeakyReLU;
import convlstm4j.layer.LstmLayer;
import convlstm4j.layer.Masking;
import convlstm4j.layer.MaxPooling1D;
import convlstm4j.layer.MaxPooling2D;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.Maximum;
import convlstm4j.layer.Minimum;
import convlstm4j.layer.MultiHeadAttention;
import convlstm4j.layer.Multiply;
import convlstm4j.layer.Normalization;
import convlstm4j.layer.Operation;
import convlstm4j.layer.Operations;
import convlstm4j.layer.PReLU;
import convlstm4j.layer.Permute;
import convlstm4j.layer.PixelShuffle;
import convlstm4j.layer.PixelUnshuffle;
import convlstm4j.layer.Pooling;
import convlstm4j.layer.RMSNormalization;
import convlstm4j.layer.RNN;
import convlstm4j.layer.RandomFlip;
import convlstm4j.layer.ReLU;
import convlstm4j.layer.Recurrent;
import convlstm4j.layer.RepeatVector;
import convlstm4j.layer.Rescaling;
import convlstm4j.layer.Reshape;
import convlstm4j.layer.Resizing;
import convlstm4j.layer.SeparableConv1D;
import convlstm4j.layer.SeparableConv2D;
import convlstm4j.layer.SimpleRNN;
import convlstm4j.layer.Softmax;
import convlstm4j.layer.SpatialDropout1D;
import convlstm4j.layer.SpatialDropout2D;
import convlstm4j.layer.SpatialDropout3D;
import convlstm4j.layer.Subtract;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.layer.TransposedConvolution;
import convlstm4j.layer.UnitNormalization;
import convlstm4j.layer.UpSampling1D;
import convlstm4j.layer.UpSampling2D;
import convlstm4j.layer.UpSampling3D;
import convlstm4j.layer.ZeroPadding1D;
import convlstm4j.layer.ZeroPadding2D;
import convlstm4j.layer.ZeroPadding3D;
import convlstm4j.model.Model;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** Every kind of layer with random options, called with a tensor. */
final class RandomLayers {
  private static final int HIGHEST = 6;
  private static final double RATE = 0.25;

  /** Calls a layer; an {@link IllegalArgumentException} says that the options do not fit. */
  private interface Maker {
    Symbol call(Choice choice, Symbol x);
  }

  /**
   * A kind of layer.
   *
   * @param least the smallest rank that it takes, with the batch
   * @param most the largest
   * @param maker calls one
   */
  private record Kind(int least, int most, Maker maker) {}

  private static final Map<String, Kind> KINDS = new TreeMap<>();

  private RandomLayers() {}

  static Set<String> kinds() {
    return KINDS.keySet();
  }

  /** The ranks that a kind takes. */
  static List<Integer> ranks(String kind) {
    Kind k = KINDS.get(kind);
    return IntStream.rangeClosed(k.least, k.most).boxed().toList();
  }

  /** Calls a layer of a kind with options that fit. */
  static Symbol call(String kind, Choice choice, Symbol x) {
    Set<String> refusals = new LinkedHashSet<>();
    for (int tries = 0; tries < 100; tries++) {
      try {
        return KINDS.get(kind).maker.call(choice, x);
      } catch (IllegalArgumentException e) {
        refusals.add(e.getMessage());
      }
    }
    throw new AssertionError(kind + " takes no " + x.shape() + ": " + String.join("; ", refusals));
  }

  private static void of(String kind, int least, int most, Maker maker) {
    KINDS.put(kind, new Kind(least, most, maker));
  }

  private static void of(String kind, int rank, BiFunction<Choice, Symbol, Layer> layer) {
    of(kind, rank, rank, (c, x) -> layer.apply(c, x).apply(x));
  }

  /** Of any rank. */
  private static void any(String kind, BiFunction<Choice, Symbol, Layer> layer) {
    of(kind, 2, HIGHEST, (c, x) -> layer.apply(c, x).apply(x));
  }

  /** Of two tensors: another one of the shape, or means of this one along axes. */
  private static void joining(String kind, BiFunction<Choice, Symbol, Layer> layer) {
    of(
        kind,
        2,
        HIGHEST,
        (c, x) -> {
          Symbol other =
              c.oneIn(3) && !kind.equals("Concatenate")
                  ? Operations.mean(true, c.axis(rank(x))).apply(x)
                  : new ActivationLayer(c.activation()).apply(x);
          Symbol[] both = c.oneIn(2) ? new Symbol[] {x, other} : new Symbol[] {other, x};
          return layer.apply(c, x).apply(both);
        });
  }

  private static int rank(Symbol x) {
    return x.shape().rank();
  }

  static {
    any("Activation", (c, x) -> new ActivationLayer(c.activation()));
    any("ActivityRegularization", (c, x) -> new ActivityRegularization(0.01, 0.02));
    of("AdditiveAttention", 3, 3, (c, x) -> attention(c, x, new AdditiveAttention()));
    of(
        "Attention",
        3,
        3,
        (c, x) ->
            attention(
                c, x, new Attention().scoreMode(c.of(List.of(Attention.ScoreMode.values())))));
    of("MultiHeadAttention", 3, 5, RandomLayers::heads);
    any("Masking", (c, x) -> new Masking(c.oneIn(2) ? 0 : 0.5));
    any("AlphaDropout", (c, x) -> new AlphaDropout(RATE));
    any("BatchNormalization", (c, x) -> batchNormalization(c, rank(x)));
    any("Dense", (c, x) -> dense(c));
    any("Dropout", (c, x) -> new Dropout(RATE));
    any("ELU", (c, x) -> new ELU(0.5));
    any("Flatten", (c, x) -> new Flatten().dataFormat(c.format()));
    any("GaussianDropout", (c, x) -> new GaussianDropout(RATE));
    any("GaussianNoise", (c, x) -> new GaussianNoise(0.25));
    any("Identity", (c, x) -> new Identity());
    any("Normalization", (c, x) -> normalization(c));
    any("RMSNormalization", (c, x) -> rmsNormalization(c, rank(x)));
    of("Embedding", 2, HIGHEST - 1, RandomLayers::embedding);
    any("GroupNormalization", (c, x) -> groupNormalization(c, x));
    any("LayerNormalization", (c, x) -> new LayerNormalization().axis(c.axis(rank(x))));
    any("LeakyReLU", (c, x) -> new LeakyReLU(0.125));
    any("PReLU", (c, x) -> c.oneIn(2) ? new PReLU() : new PReLU().sharedAxes(c.oneTo(rank(x) - 1)));
    any("Permute", (c, x) -> new Permute(permutation(c, rank(x) - 1)));
    any("ReLU", (c, x) -> new ReLU(c.oneIn(2) ? Optional.of(2.0) : Optional.empty(), 0.125, 0));
    any("Rescaling", (c, x) -> new Rescaling(0.75).offset(0.25));
    any("Reshape", (c, x) -> new Reshape(RandomShape.of(c, x.shape(), 2 + c.below(HIGHEST - 1))));
    any("Softmax", (c, x) -> new Softmax(c.axis(rank(x))));
    any("UnitNormalization", (c, x) -> new UnitNormalization(c.axis(rank(x))));
    joining("Add", (c, x) -> new Add());
    joining("Average", (c, x) -> new Average());
    joining("Concatenate", (c, x) -> new Concatenate(c.axis(rank(x))));
    joining("Maximum", (c, x) -> new Maximum());
    joining("Minimum", (c, x) -> new Minimum());
    joining("Multiply", (c, x) -> new Multiply());
    joining("Subtract", (c, x) -> new Subtract());
    of("EinsumDense", 3, 3, (c, x) -> einsum(c).apply(x));
    of("Dot", 3, 3, RandomLayers::dot);
    of("Operation", 2, HIGHEST, RandomOperations::call);
    of("RepeatVector", 2, (c, x) -> new RepeatVector(c.oneTo(3)));
    of("TimeDistributed", 3, HIGHEST, (c, x) -> timeDistributed(c, rank(x)).apply(x));

    of("Conv1D", 3, (c, x) -> causal(c, direct(c, new Conv1D(filters(c), c.oneTo(3)))));
    of("Conv2D", 4, (c, x) -> direct(c, new Conv2D(filters(c), c.oneTo(3))));
    of("Conv3D", 5, (c, x) -> direct(c, new Conv3D(filters(c), c.oneTo(2))));
    of("DepthwiseConv1D", 3, (c, x) -> depthwise(c, new DepthwiseConv1D(c.oneTo(3))));
    of("DepthwiseConv2D", 4, (c, x) -> depthwise(c, new DepthwiseConv2D(c.oneTo(3))));
    of("SeparableConv1D", 3, (c, x) -> convolution(c, new SeparableConv1D(filters(c), c.oneTo(3))));
    of("SeparableConv2D", 4, (c, x) -> convolution(c, new SeparableConv2D(filters(c), c.oneTo(3))));
    of("CenterCrop", 4, (c, x) -> formatted(c, new CenterCrop(c.oneTo(4), c.oneTo(4))));
    of(
        "RandomFlip",
        4,
        (c, x) -> formatted(c, new RandomFlip(c.of(List.of(RandomFlip.Mode.values())))));
    of("Resizing", 4, (c, x) -> resizing(c));
    of("PixelShuffle", 4, 5, (c, x) -> shuffled(c, x, true));
    of("PixelUnshuffle", 4, 5, (c, x) -> shuffled(c, x, false));
    of("Conv1DTranspose", 3, (c, x) -> transposed(c, new Conv1DTranspose(c.oneTo(3), c.oneTo(3))));
    of("Conv2DTranspose", 4, (c, x) -> transposed(c, new Conv2DTranspose(c.oneTo(3), c.oneTo(3))));
    of("Conv3DTranspose", 5, (c, x) -> transposed(c, new Conv3DTranspose(c.oneTo(2), c.oneTo(2))));
    of("AveragePooling1D", 3, (c, x) -> pooling(c, new AveragePooling1D(c.oneTo(3))));
    of("AveragePooling2D", 4, (c, x) -> pooling(c, new AveragePooling2D(c.each(2, 1, 3))));
    of("AveragePooling3D", 5, (c, x) -> pooling(c, new AveragePooling3D(c.each(3, 1, 2))));
    of("MaxPooling1D", 3, (c, x) -> pooling(c, new MaxPooling1D(c.oneTo(3))));
    of("MaxPooling2D", 4, (c, x) -> pooling(c, new MaxPooling2D(c.each(2, 1, 3))));
    of("MaxPooling3D", 5, (c, x) -> pooling(c, new MaxPooling3D(c.each(3, 1, 2))));
    of("GlobalAveragePooling1D", 3, (c, x) -> global(c, new GlobalAveragePooling1D()));
    of("GlobalAveragePooling2D", 4, (c, x) -> global(c, new GlobalAveragePooling2D()));
    of("GlobalAveragePooling3D", 5, (c, x) -> global(c, new GlobalAveragePooling3D()));
    of("GlobalMaxPooling1D", 3, (c, x) -> global(c, new GlobalMaxPooling1D()));
    of("GlobalMaxPooling2D", 4, (c, x) -> global(c, new GlobalMaxPooling2D()));
    of("GlobalMaxPooling3D", 5, (c, x) -> global(c, new GlobalMaxPooling3D()));
    of("ZeroPadding1D", 3, (c, x) -> formatted(c, new ZeroPadding1D(c.each(2, 0, 2))));
    of("ZeroPadding2D", 4, (c, x) -> formatted(c, new ZeroPadding2D(c.each(4, 0, 1))));
    of("ZeroPadding3D", 5, (c, x) -> formatted(c, new ZeroPadding3D(c.each(3, 0, 1))));
    of("Cropping1D", 3, (c, x) -> new Cropping1D(c.each(2, 0, 1)));
    of("Cropping2D", 4, (c, x) -> formatted(c, new Cropping2D(c.each(4, 0, 1))));
    of("Cropping3D", 5, (c, x) -> formatted(c, new Cropping3D(c.each(3, 0, 1))));
    of("UpSampling1D", 3, (c, x) -> new UpSampling1D(c.oneTo(3)));
    of("UpSampling2D", 4, (c, x) -> upSampling(c));
    of("UpSampling3D", 5, (c, x) -> formatted(c, new UpSampling3D(c.each(3, 1, 2))));
    of("SpatialDropout1D", 3, (c, x) -> new SpatialDropout1D(RATE));
    of("SpatialDropout2D", 4, (c, x) -> new SpatialDropout2D(RATE).dataFormat(c.format()));
    of("SpatialDropout3D", 5, (c, x) -> new SpatialDropout3D(RATE).dataFormat(c.format()));

    of("GRU", 3, 3, (c, x) -> recurrent(c, x, new GRU(c.oneTo(4)).resetAfter(c.oneIn(2))));
    of("LSTM", 3, 3, (c, x) -> lstm(c, x));
    of("SimpleRNN", 3, 3, (c, x) -> recurrent(c, x, new SimpleRNN(c.oneTo(4))));
    of("ConvGRU1D", 4, 4, (c, x) -> convolved(c, x, new ConvGRU1D(c.oneTo(3), c.oneTo(3))));
    of("ConvGRU2D", 5, 5, (c, x) -> convolved(c, x, new ConvGRU2D(c.oneTo(3), c.oneTo(3))));
    of("ConvGRU3D", 6, 6, (c, x) -> convolved(c, x, new ConvGRU3D(c.oneTo(2), c.oneTo(2))));
    of(
        "ConvLSTM1D",
        4,
        4,
        (c, x) -> convolved(c, x, normalized(c, new ConvLSTM1D(c.oneTo(3), c.oneTo(3)))));
    of(
        "ConvLSTM2D",
        5,
        5,
        (c, x) -> convolved(c, x, normalized(c, new ConvLSTM2D(c.oneTo(3), c.oneTo(3)))));
    of(
        "ConvLSTM3D",
        6,
        6,
        (c, x) -> convolved(c, x, normalized(c, new ConvLSTM3D(c.oneTo(2), c.oneTo(2)))));
    of("RNN", 3, 5, RandomLayers::rnn);
    of("Bidirectional", 3, 5, RandomLayers::bidirectional);
  }

  /** Along the last axes. */
  private static Layer rmsNormalization(Choice c, int rank) {
    int[] axes = IntStream.range(c.oneTo(rank - 1), rank).toArray();
    return new RMSNormalization().axis(axes).epsilon(0.01);
  }

  private static <S extends AttentionLayer<S>> Symbol attention(Choice c, Symbol x, S layer) {
    Symbol value = new ActivationLayer(c.activation()).apply(x);
    return layer.useScale(c.oneIn(2)).useCausalMask(c.oneIn(3)).apply(x, value);
  }

  private static EinsumDense einsum(Choice c) {
    EinsumDense layer =
        c.oneIn(2)
            ? new EinsumDense("abc,cd->abd", 0, c.oneTo(3))
            : new EinsumDense("...c,cd->...d", c.oneTo(3));
    return layer.biasAxes(c.oneIn(2) ? "d" : "").activation(c.activation());
  }

  private static Symbol heads(Choice c, Symbol x) {
    MultiHeadAttention layer =
        new MultiHeadAttention(c.oneTo(2), c.oneTo(3)).valueDim(c.oneTo(3)).useBias(!c.oneIn(4));
    Symbol value = new ActivationLayer(c.activation()).apply(x);
    return layer.useCausalMask(rank(x) == 3 && c.oneIn(3)).apply(x, value);
  }

  private static Layer normalization(Choice c) {
    return c.oneIn(2)
        ? new Normalization()
        : new Normalization().given(new double[] {0.25}, 0.5).invert(c.oneIn(2));
  }

  /** Of ones: a number that is nearly another would make a jump. */
  private static Symbol embedding(Choice c, Symbol x) {
    Symbol id = Operations.with("GreaterEqual", -1e9).apply(x);
    return new Embedding(2 + c.below(3), c.oneTo(3)).apply(id);
  }

  private static <S extends DepthwiseConvolution<S>> S depthwise(Choice c, S layer) {
    return convolution(c, layer).depthMultiplier(c.oneTo(2));
  }

  private static Layer resizing(Choice c) {
    return new Resizing(c.oneTo(4), c.oneTo(4))
        .interpolation(c.of(List.of("nearest", "bilinear", "bicubic", "lanczos3")))
        .antialias(c.oneIn(2))
        .dataFormat(c.format());
  }

  private static int filters(Choice c) {
    return c.of(List.of(1, 2, 3, 4));
  }

  private static Dense dense(Choice c) {
    return new Dense(c.oneTo(4)).activation(c.activation()).useBias(!c.oneIn(4));
  }

  private static BatchNormalization batchNormalization(Choice c, int rank) {
    return new BatchNormalization()
        .axis(c.axis(rank))
        .momentum(0.9)
        .epsilon(0.01)
        .scale(!c.oneIn(4));
  }

  private static Layer groupNormalization(Choice c, Symbol x) {
    int axis = c.axis(rank(x));
    long channels = x.shape().dim(axis < 0 ? rank(x) + axis : axis);
    int groups = c.oneTo((int) channels);
    return new GroupNormalization(channels % groups == 0 ? groups : 1).axis(axis).epsilon(0.01);
  }

  private static int[] permutation(Choice c, int axes) {
    List<Integer> order = new ArrayList<>();
    IntStream.rangeClosed(1, axes).forEach(a -> order.add(c.below(order.size() + 1), a));
    return order.stream().mapToInt(a -> a).toArray();
  }

  private static <S extends Convolution<S>> S convolution(Choice c, S layer) {
    layer.padding(c.padding()).dataFormat(c.format()).activation(c.activation());
    if (c.oneIn(3)) {
      layer.strides(2);
    } else if (c.oneIn(3)) {
      layer.dilationRate(2);
    }
    return layer.useBias(!c.oneIn(4));
  }

  private static <S extends DirectConvolution<S>> S direct(Choice c, S layer) {
    return convolution(c, layer).groups(c.oneIn(4) ? 2 : 1);
  }

  private static Conv1D causal(Choice c, Conv1D layer) {
    return c.oneIn(4) ? layer.padding("causal") : layer;
  }

  private static Layer transposed(Choice c, TransposedConvolution<?> layer) {
    layer.padding(c.padding()).dataFormat(c.format()).activation(c.activation());
    return c.oneIn(2) ? layer.strides(2) : layer;
  }

  private static Layer pooling(Choice c, Pooling<?> layer) {
    layer.padding(c.padding()).dataFormat(c.format());
    return c.oneIn(3) ? layer.strides(c.oneTo(2)) : layer;
  }

  private static Layer global(Choice c, GlobalPooling<?> layer) {
    layer.dataFormat(c.format());
    return layer.keepDims(c.oneIn(3));
  }

  private static Layer formatted(Choice c, DataFormatted<?> layer) {
    return (Layer) layer.dataFormat(c.format());
  }

  private static UpSampling2D upSampling(Choice c) {
    return new UpSampling2D(c.each(2, 1, 3))
        .interpolation(c.oneIn(2) ? "nearest" : "bilinear")
        .dataFormat(c.format());
  }

  private static Symbol dot(Choice c, Symbol x) {
    Symbol other = new ActivationLayer(c.activation()).apply(x);
    int axis = c.oneTo(2);
    return new Dot(axis, axis).normalize(c.oneIn(2)).apply(x, other);
  }

  private static Symbol lstm(Choice c, Symbol x) {
    return recurrent(c, x, normalized(c, new LSTM(c.oneTo(4))));
  }

  private static <S extends LstmLayer<S>> S normalized(Choice c, S layer) {
    return c.oneIn(4) ? layer.layerNormalization(0.1) : layer;
  }

  private static <S extends Recurrent<S>> S options(Choice c, S layer) {
    if (c.oneIn(6)) {
      layer.dropout(RATE);
    }
    if (c.oneIn(6)) {
      layer.recurrentDropout(RATE);
    }
    return layer.returnSequences(!c.oneIn(3)).goBackwards(c.oneIn(4)).useBias(!c.oneIn(4));
  }

  /** A recurrent layer; some keep their states, some hand them to a second one. */
  private static <S extends Recurrent<S>> Symbol recurrent(Choice c, Symbol x, S layer) {
    options(c, layer);
    if (x.shape().dim(0) > 0 && c.oneIn(2)) {
      return layer.stateful(true).apply(x);
    }
    if (c.oneIn(4)) {
      return layer.returnState(true).applyAll(Arguments.of(List.of(x))).get(c.below(2));
    }
    return layer.apply(x);
  }

  private static <S extends Recurrent<S> & convlstm4j.layer.Convolved<S>> Symbol convolved(
      Choice c, Symbol x, S layer) {
    layer.padding(c.padding());
    layer.dataFormat(c.format());
    if (c.oneIn(4)) {
      layer.separable(c.oneTo(2));
    }
    return recurrent(c, x, layer);
  }

  /** Cells in a row; steps of images have a ConvLSTM's or a graph of a product. */
  private static Symbol rnn(Choice c, Symbol x) {
    List<Layer> cells = new ArrayList<>();
    for (int i = c.oneTo(2); i > 0; i--) {
      cells.add(
          switch (rank(x)) {
            case 3 ->
                switch (c.below(4)) {
                  case 0 -> new LSTM(c.oneTo(3)).useBias(!c.oneIn(4));
                  case 1 -> new GRU(c.oneTo(3)).resetAfter(c.oneIn(2));
                  case 2 -> new SimpleRNN(c.oneTo(3));
                  default -> graph(c, x);
                };
            case 4 -> new ConvLSTM1D(c.oneTo(2), c.oneTo(2)).padding(c.padding());
            default -> new ConvLSTM2D(c.oneTo(2), c.oneTo(2)).padding(c.padding());
          });
    }
    if (rank(x) > 3 && c.oneIn(4)) {
      cells.set(0, graph(c, x));
    }
    RNN layer = new RNN(cells.toArray(Layer[]::new));
    layer.returnSequences(!c.oneIn(3)).goBackwards(c.oneIn(4));
    if (x.shape().dim(0) > 0 && c.oneIn(2)) {
      return layer.stateful(true).apply(x);
    }
    return layer.returnState(true).applyAll(Arguments.of(List.of(x))).get(c.below(2));
  }

  /** A cell of one's own, whose state is the size of its input. */
  private static Layer graph(Choice c, Symbol x) {
    Symbol step = Input.shape(x.shape().from(2).dims());
    Symbol h = Input.shape(x.shape().from(2).dims());
    Symbol sum = new Add().apply(step, Operations.with("Multiply", 0.5).apply(h));
    Symbol next = new ActivationLayer(c.activation()).apply(sum);
    return Model.of(List.of(step, h), List.of(new Dense(c.oneTo(3)).apply(next), next)).asLayer();
  }

  /** Of images whose sizes can be divided. */
  private static Symbol shuffled(Choice c, Symbol x, boolean up) {
    DataFormatted<?> layer = up ? new PixelShuffle(2) : new PixelUnshuffle(2);
    Symbol y = new Dense(4).apply(x);
    for (int axis = 1; axis < rank(x); axis++) {
      y = y.shape().dim(axis) % 4 == 0 ? y : repeated(y, axis, 4);
    }
    return ((Layer) layer.dataFormat(c.format())).apply(y);
  }

  private static Symbol repeated(Symbol x, int axis, int times) {
    return new Operation("Repeat", Map.of("repeats", times, "axis", axis)).apply(x);
  }

  private static Symbol bidirectional(Choice c, Symbol x) {
    Recurrent<?> layer =
        switch (rank(x)) {
          case 3 -> c.oneIn(2) ? options(c, new LSTM(c.oneTo(3))) : options(c, new GRU(c.oneTo(3)));
          case 4 -> options(c, new ConvLSTM1D(c.oneTo(2), c.oneTo(2)).padding(c.padding()));
          default -> options(c, new ConvLSTM2D(c.oneTo(2), c.oneTo(2)).padding(c.padding()));
        };
    List<MergeMode> joined = List.of(MergeMode.CONCAT, MergeMode.SUM, MergeMode.MUL, MergeMode.AVE);
    if (rank(x) == 3 && c.oneIn(4)) {
      RNN cells = new RNN(new GRU(c.oneTo(2)), new LSTM(c.oneTo(2)));
      return new Bidirectional(cells.returnSequences(c.oneIn(2))).mergeMode(c.of(joined)).apply(x);
    }
    return new Bidirectional(layer).mergeMode(c.of(joined)).apply(x);
  }

  private static Layer timeDistributed(Choice c, int rank) {
    List<Layer> inner = new ArrayList<>(List.of(dense(c), new Flatten()));
    inner.add(batchNormalization(c, rank - 1));
    if (rank == 4) {
      inner.add(direct(c, new Conv1D(filters(c), c.oneTo(2))));
      inner.add(options(c, new LSTM(c.oneTo(3))));
    } else if (rank == 5) {
      inner.add(direct(c, new Conv2D(filters(c), c.oneTo(3))));
      inner.add(transposed(c, new Conv2DTranspose(c.oneTo(2), c.oneTo(3))));
      inner.add(pooling(c, new MaxPooling2D(c.oneTo(2))));
    }
    Collections.rotate(inner, c.below(inner.size()));
    return new TimeDistributed(inner.get(0));
  }
}
