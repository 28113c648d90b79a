package convlstm4j.layer;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.option.Activation;
import convlstm4j.option.Constraint;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.option.Regularizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Layers of every kind with options that are not the defaults. */
public final class LayerZoo {
  private LayerZoo() {}

  /**
   * New layers, unnamed.
   *
   * @return at least one of every kind
   */
  public static List<KerasLayer<?>> layers() {
    return List.of(
        new ActivationLayer(Activation.HARD_SIGMOID_KERAS2),
        new ActivationLayer("gelu"),
        new ActivityRegularization(0.5, 0.25),
        new ActivationLayer("glu"),
        new Add(),
        new AdditiveAttention().dropout(0.25).returnAttentionScores(true),
        new AlphaDropout(0.25).noiseShape(Input.ANY, 1, 3),
        new Average(),
        new Attention()
            .scoreMode(Attention.ScoreMode.CONCAT)
            .useScale(true)
            .useCausalMask(true)
            .dropout(0.5),
        new AveragePooling1D(2).padding(Padding.SAME),
        new AveragePooling2D(2, 3).padding(Padding.SAME),
        new AveragePooling3D(1, 2, 3).dataFormat(DataFormat.CHANNELS_FIRST),
        new BatchNormalization()
            .axis(1, -1)
            .momentum(0.9)
            .epsilon(1e-5)
            .scale(false)
            .betaInitializer(new Initializers.RandomNormal(0.5, 0.25))
            .movingMeanInitializer(Initializers.ones())
            .betaRegularizer(new Regularizer(0.5, 0.25)),
        new Bidirectional(new LSTM(3).returnSequences(true).named("inner"))
            .mergeMode(Bidirectional.MergeMode.NONE),
        new Bidirectional(convLstm(), convLstm().goBackwards(false)),
        new CenterCrop(3, 2).dataFormat(DataFormat.CHANNELS_FIRST),
        new Concatenate(2),
        new Conv1D(6, 3).groups(3).padding("causal").dilationRate(2),
        new Conv1DTranspose(4, 3).strides(3).outputPadding(2),
        new Conv2D(4, 3)
            .groups(2)
            .strides(2, 1)
            .activation(Activation.leakyRelu(0.125))
            .kernelInitializer(Initializers.heNormal()),
        new Conv2DTranspose(4, 3, 2)
            .strides(2, 3)
            .padding(Padding.SAME)
            .dataFormat(DataFormat.CHANNELS_FIRST)
            .outputPadding(1, 0)
            .activation(Activation.RELU)
            .useBias(false),
        new Conv3D(4, 1, 2, 3)
            .dilationRate(1, 2, 1)
            .padding(Padding.SAME)
            .kernelInitializer(
                new Initializers.VarianceScaling(
                    3, Initializers.Fan.FAN_OUT, Initializers.Distribution.UNTRUNCATED_NORMAL)),
        new Conv3DTranspose(4, 1, 2, 3).dilationRate(1, 2, 1),
        new ConvGRU1D(3, 2).strides(2).dataFormat(DataFormat.CHANNELS_FIRST).dropout(0.25),
        new ConvGRU2D(3, 2).padding(Padding.SAME).resetAfter(false).returnState(true),
        new ConvGRU3D(2, 1, 2, 3)
            .padding(Padding.SAME)
            .dataFormat(DataFormat.CHANNELS_FIRST)
            .returnSequences(true)
            .recurrentDropout(0.5),
        new ConvLSTM1D(3, 2).padding(Padding.SAME).dataFormat(DataFormat.CHANNELS_FIRST),
        new Cropping1D(1, 2),
        new Cropping2D(1, 0, 2, 1).dataFormat(DataFormat.CHANNELS_FIRST),
        new Cropping3D(0, 1, 2, 0, 1, 1),
        convLstm(),
        new ConvLSTM3D(2, 1, 2, 3).returnSequences(true).goBackwards(true).stateful(true),
        new Dense(3)
            .activation(Activation.elu(0.5))
            .kernelInitializer(new Initializers.Identity(2))
            .biasInitializer(new Initializers.Constant(2)),
        new DepthwiseConv1D(3).depthMultiplier(2).dilationRate(2),
        new DepthwiseConv2D(3, 2)
            .depthMultiplier(2)
            .strides(2, 1)
            .dataFormat(DataFormat.CHANNELS_FIRST)
            .kernelInitializer(Initializers.heNormal())
            .kernelRegularizer(Regularizer.l1(0.5))
            .activation(Activation.RELU),
        new Dot(1, -1).normalize(true),
        new Dropout(0.25).noiseShape(Input.ANY, 1, 3),
        new ELU(0.25),
        new EinsumDense("abc,cd->abd", 0, 5).biasAxes("d").activation("relu"),
        new Embedding(7, 3).embeddingsRegularizer(Regularizer.l2(0.5)),
        new Flatten().dataFormat(DataFormat.CHANNELS_FIRST),
        new GRU(3).resetAfter(false).activation(Activation.RELU).returnSequences(true),
        new GaussianDropout(0.25),
        new GaussianNoise(0.5),
        new GlobalAveragePooling1D().keepDims(true),
        new GlobalAveragePooling2D().keepDims(true),
        new GlobalAveragePooling3D().dataFormat(DataFormat.CHANNELS_FIRST),
        new GlobalMaxPooling1D().dataFormat(DataFormat.CHANNELS_FIRST),
        new GlobalMaxPooling2D().keepDims(true),
        new GlobalMaxPooling3D().keepDims(true),
        new GroupNormalization(2)
            .axis(1)
            .epsilon(0.25)
            .gammaInitializer(Initializers.zeros())
            .betaRegularizer(Regularizer.l2(0.5)),
        new Identity(),
        new LayerNormalization().rmsScaling(true),
        new LayerNormalization()
            .axis(1, -1)
            .center(false)
            .scale(false)
            .betaInitializer(Initializers.ones())
            .gammaRegularizer(Regularizer.l2(0.5)),
        new LSTM(3).peephole(true).dropout(0.5),
        new LSTM(3).layerNormalization(0.25),
        new ConvLSTM1D(3, 2).separable(2).layerNormalization(0.5),
        new ConvLSTM2D(2, 3).separable(1).constraint("recurrent_pointwise", Constraint.nonNeg()),
        new ConvGRU2D(2, 2).separable(2),
        new LeakyReLU(0.125),
        new Maximum(),
        new Masking(-1.5),
        new MaxPooling1D(3).strides(2),
        new MaxPooling2D(2).strides(1),
        new MaxPooling3D(2, 2, 1).padding(Padding.SAME),
        new Minimum(),
        new MultiHeadAttention(2, 3)
            .valueDim(4)
            .outputDim(5)
            .attentionAxes(2)
            .dropout(0.25)
            .useBias(false)
            .returnAttentionScores(true)
            .kernelInitializer(Initializers.heNormal())
            .kernelRegularizer(Regularizer.l2(0.5)),
        new Multiply(),
        new Normalization().axis(1, -1).invert(true),
        new Normalization().given(new double[] {0.5, 1, 2, -1}, 1, 2, 0, 4),
        Operations.slice(2, 1, -1),
        Operations.with(1.5, "Subtract"),
        Operations.mean(true, 1, -1),
        new PReLU().sharedAxes(1, 2).alphaInitializer(Initializers.ones()),
        new Permute(2, 3, 1),
        new PixelShuffle(2),
        new PixelUnshuffle(2).dataFormat(DataFormat.CHANNELS_FIRST),
        new RMSNormalization().axis(-2, -1).epsilon(0.5),
        new RNN(new LSTM(3).useBias(false), new GRU(2).resetAfter(false))
            .returnSequences(true)
            .returnState(true)
            .goBackwards(true)
            .stateful(true)
            .zeroOutputForMask(true),
        new RNN(new SimpleRNN(3).activation(Activation.RELU)),
        new RandomFlip(RandomFlip.Mode.VERTICAL).dataFormat(DataFormat.CHANNELS_FIRST),
        new ReLU(Optional.of(6.0), 0.125, 0.5),
        new RepeatVector(3),
        new Rescaling(0.5, 0.25, 1, 2).offset(1),
        new Reshape(2, -1),
        new SimpleRNN(3).useBias(false).returnState(true).zeroOutputForMask(true),
        new Resizing(5, 9)
            .interpolation("bicubic")
            .padToAspectRatio(true)
            .fillValue(0.5)
            .antialias(true)
            .dataFormat(DataFormat.CHANNELS_FIRST),
        new SeparableConv1D(4, 3).depthMultiplier(2).strides(2),
        new SeparableConv2D(4, 3, 2)
            .padding(Padding.SAME)
            .depthMultiplier(3)
            .pointwiseInitializer(Initializers.heNormal())
            .pointwiseRegularizer(Regularizer.l2(0.5))
            .useBias(false),
        new Softmax(1, -1),
        new SpatialDropout1D(0.25),
        new SpatialDropout2D(0.5).dataFormat(DataFormat.CHANNELS_FIRST),
        new SpatialDropout3D(0.75).dataFormat(DataFormat.CHANNELS_FIRST),
        new Subtract(),
        new TimeDistributed(new BatchNormalization()).poolSteps(true),
        new TimeDistributed(new Dense(2)).trainable(false),
        new UnitNormalization(1, 2),
        new UpSampling1D(3),
        new UpSampling2D(2, 3).interpolation("bilinear").dataFormat(DataFormat.CHANNELS_FIRST),
        new UpSampling3D(1, 2, 3).dataFormat(DataFormat.CHANNELS_FIRST),
        new ZeroPadding1D(0, 2).dataFormat(DataFormat.CHANNELS_FIRST),
        new ZeroPadding2D(1, 0, 2, 3).dataFormat(DataFormat.CHANNELS_FIRST),
        new ZeroPadding3D(2, 1, 0));
  }

  private static ConvLSTM2D convLstm() {
    return new ConvLSTM2D(3, 2, 3)
        .strides(2, 1)
        .padding(Padding.SAME)
        .dataFormat(DataFormat.CHANNELS_FIRST)
        .activation(Activation.RELU)
        .recurrentActivation(Activation.HARD_SIGMOID_KERAS3)
        .useBias(false)
        .kernelInitializer(new Initializers.TruncatedNormal(0, 0.5))
        .recurrentInitializer(new Initializers.Orthogonal(0.5))
        .biasInitializer(new Initializers.RandomUniform(-0.5, 0.25))
        .kernelRegularizer(Regularizer.l1(0.5))
        .constraint("kernel", Constraint.maxNorm(2, 0, 1, 2))
        .constraint("recurrent", Constraint.minMaxNorm(0.25, 4, 0.5))
        .recurrentRegularizer(Regularizer.l2(0.5))
        .biasRegularizer(Regularizer.l2(0.25))
        .activityRegularizer(Regularizer.l1(0.25))
        .unitForgetBias(false)
        .peephole(true)
        .peepholeInitializer(Initializers.ones())
        .returnSequences(true)
        .returnState(true)
        .goBackwards(true)
        .stateful(true)
        .zeroOutputForMask(true)
        .dropout(0.25)
        .recurrentDropout(0.5);
  }

  /**
   * A network of nothing but a layer.
   *
   * @param l of any kind
   * @return with inputs that it takes
   */
  public static Network networkOf(Layer l) {
    boolean joins =
        List.of(
                "Add",
                "AdditiveAttention",
                "Attention",
                "Average",
                "Concatenate",
                "Dot",
                "Maximum",
                "Minimum",
                "MultiHeadAttention",
                "Multiply",
                "Subtract")
            .contains(l.kerasClass());
    long[] dims =
        switch (l.kerasClass()) {
          case "LSTM", "GRU", "RNN", "SimpleRNN" -> new long[] {Input.ANY, 4};
          case "ConvLSTM3D", "ConvGRU3D" -> new long[] {Input.ANY, 2, 6, 8, 7};
          case "Bidirectional" ->
              l.children().get(0) instanceof LSTM
                  ? new long[] {Input.ANY, 4}
                  : new long[] {Input.ANY, 2, 8, 7};
          case "Conv3D",
              "Conv3DTranspose",
              "ConvLSTM2D",
              "AveragePooling3D",
              "ConvGRU2D",
              "Cropping3D",
              "GlobalMaxPooling3D",
              "MaxPooling3D",
              "SpatialDropout3D",
              "UpSampling3D",
              "ZeroPadding3D" ->
              new long[] {2, 6, 8, 7};
          case "GlobalAveragePooling3D" -> new long[] {2, 6, Input.ANY, 7};
          case "Dense", "Embedding", "RepeatVector" -> new long[] {5};
          case "AdditiveAttention", "Attention", "Dot", "EinsumDense" -> new long[] {4, 4};
          case "AlphaDropout",
              "AveragePooling1D",
              "Conv1D",
              "Conv1DTranspose",
              "Cropping1D",
              "DepthwiseConv1D",
              "Dropout",
              "GlobalAveragePooling1D",
              "GlobalMaxPooling1D",
              "MaxPooling1D",
              "SeparableConv1D",
              "SpatialDropout1D",
              "UpSampling1D",
              "ZeroPadding1D" ->
              new long[] {6, 3};
          case "TimeDistributed" -> new long[] {Input.ANY, 3};
          default -> new long[] {6, 8, 4};
        };
    List<Symbol> inputs = new ArrayList<>(List.of(Input.shape(dims)));
    if (joins) {
      inputs.add(Input.shape(dims));
    }
    return Network.of(inputs, l.applyAll(Arguments.of(inputs)));
  }
}
