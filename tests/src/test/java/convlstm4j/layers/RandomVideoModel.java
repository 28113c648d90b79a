package convlstm4j.layers;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.Add;
import convlstm4j.layer.AveragePooling3D;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Bidirectional.MergeMode;
import convlstm4j.layer.Concatenate;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.GlobalAveragePooling3D;
import convlstm4j.layer.GroupNormalization;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.LayerNormalization;
import convlstm4j.layer.MaxPooling2D;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.Multiply;
import convlstm4j.layer.Permute;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.layer.UpSampling2D;
import convlstm4j.model.Model;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random networks over videos of rank 5, of layers of both data formats, with branches and several
 * outputs; the same seed makes the same network.
 */
final class RandomVideoModel {
  /** Elements of a sample after which layers only shrink it. */
  private static final long MANY = 600;

  private final Random random;

  private RandomVideoModel(long seed) {
    random = new Random(seed);
  }

  static Model of(long seed) {
    return of(seed, 0);
  }

  /** Of so many frames; of any few if 0. */
  static Model of(long seed, int frames) {
    return new RandomVideoModel(seed).model(frames).seed(seed);
  }

  private Model model(int frames) {
    boolean first = random.nextBoolean();
    long c = oneTo(3);
    long h = 2L + oneTo(4);
    long w = 2L + oneTo(4);
    int few = oneTo(3);
    long t = frames == 0 ? few : frames;
    Symbol input = first ? Input.shape(t, c, h, w) : Input.shape(t, h, w, c);
    List<Symbol> made = new ArrayList<>(List.of(input));
    int depth = 2 + random.nextInt(6);
    for (int i = 0; i < depth; i++) {
      // mostly a chain, sometimes a branch
      Symbol x = made.get(random.nextInt(4) == 0 ? random.nextInt(made.size()) : made.size() - 1);
      made.addAll(next(x));
    }
    List<Symbol> outputs = new ArrayList<>(List.of(head(made.get(made.size() - 1))));
    for (int more = random.nextInt(3); more > 0; more--) {
      outputs.add(head(made.get(1 + random.nextInt(made.size() - 1))));
    }
    return Model.of(List.of(input), outputs);
  }

  private DataFormat format() {
    return random.nextInt(3) == 0 ? DataFormat.CHANNELS_LAST : DataFormat.CHANNELS_FIRST;
  }

  private int oneTo(int most) {
    return 1 + random.nextInt(most);
  }

  private static long elements(Symbol x) {
    return x.shape().from(1).elements();
  }

  private List<Symbol> next(Symbol x) {
    if (elements(x) > MANY) {
      return List.of(pool(x));
    }
    return switch (random.nextInt(14)) {
      case 0, 1, 2 -> memory(x);
      case 3 -> List.of(new BatchNormalization().axis(oneTo(4)).apply(x));
      case 4 -> List.of(pool(x));
      case 5 -> List.of(new ActivationLayer(activation()).apply(x));
      case 6 -> List.of(dropout().apply(x));
      case 7 -> List.of(new Bidirectional(convLstm()).mergeMode(mergeMode()).apply(x));
      case 8 -> List.of(perFrame().apply(x));
      case 9 -> List.of(permute(x));
      case 10 -> List.of(new Add().apply(x, new ActivationLayer(Activation.TANH).apply(x)));
      case 11 ->
          List.of(
              new Concatenate(oneTo(4)).apply(x, new ActivationLayer(Activation.TANH).apply(x)));
      case 12 -> List.of(scaled(x));
      default ->
          List.of(
              new Conv3D(oneTo(3), oneTo(3), 1, oneTo(2))
                  .padding(Padding.SAME)
                  .dataFormat(format())
                  .apply(x));
    };
  }

  /** Each channel, or each frame and channel, times its mean over the pixels. */
  private Symbol scaled(Symbol x) {
    Symbol mean =
        random.nextBoolean()
            ? new GlobalAveragePooling3D().dataFormat(format()).keepDims(true).apply(x)
            : new TimeDistributed(new GlobalAveragePooling2D().dataFormat(format()).keepDims(true))
                .apply(x);
    return new Multiply()
        .apply(random.nextBoolean() ? new Symbol[] {x, mean} : new Symbol[] {mean, x});
  }

  private ConvLSTM2D convLstm() {
    return convLstm(oneTo(3), format());
  }

  private ConvLSTM2D convLstm(int filters, DataFormat format) {
    ConvLSTM2D layer = new ConvLSTM2D(filters, oneTo(3));
    return (random.nextInt(4) == 0 ? layer.separable(oneTo(2)) : layer)
        .padding(Padding.SAME)
        .dataFormat(format)
        .returnSequences(true)
        .peephole(random.nextInt(4) == 0)
        .goBackwards(random.nextInt(4) == 0)
        .dropout(random.nextInt(5) == 0 ? 0.3 : 0)
        .recurrentDropout(random.nextInt(5) == 0 ? 0.3 : 0);
  }

  /** A ConvLSTM; some hand their states to a second one. */
  private List<Symbol> memory(Symbol x) {
    if (random.nextInt(4) > 0) {
      return List.of(convLstm().stateful(random.nextInt(3) == 0).apply(x));
    }
    int filters = oneTo(3);
    DataFormat format = format();
    List<Symbol> all =
        convLstm(filters, format).returnState(true).applyAll(Arguments.of(List.of(x)));
    return convLstm(filters, format).on(all.get(0)).initialState(all.get(1), all.get(2)).outputs();
  }

  private Symbol pool(Symbol x) {
    int[] size = {oneTo(2), oneTo(2), oneTo(2)};
    Padding padding = random.nextBoolean() ? Padding.SAME : Padding.VALID;
    DataFormat format = format();
    int spatial = format == DataFormat.CHANNELS_FIRST ? 2 : 1;
    for (int i = 0; i < size.length; i++) {
      size[i] = (int) Math.min(size[i], x.shape().dim(spatial + i));
    }
    return random.nextBoolean()
        ? new MaxPooling3D(size).padding(padding).dataFormat(format).apply(x)
        : new AveragePooling3D(size).padding(padding).dataFormat(format).apply(x);
  }

  private Activation activation() {
    return List.of(Activation.TANH, Activation.SOFTMAX, Activation.ELU).get(random.nextInt(3));
  }

  private Dropout dropout() {
    return switch (random.nextInt(3)) {
      case 0 -> new Dropout(0.3);
      case 1 -> new Dropout(0.3).noiseShape(Input.ANY, 1, Input.ANY, 1, 1);
      default -> new Dropout(0.3).noiseShape(Input.ANY, Input.ANY, 1, 1, Input.ANY);
    };
  }

  private MergeMode mergeMode() {
    List<MergeMode> joined = List.of(MergeMode.CONCAT, MergeMode.SUM, MergeMode.MUL, MergeMode.AVE);
    return joined.get(random.nextInt(joined.size()));
  }

  private TimeDistributed perFrame() {
    Layer layer =
        switch (random.nextInt(8)) {
          case 0, 1 -> new Conv2D(oneTo(3), oneTo(3)).padding(Padding.SAME).dataFormat(format());
          case 2 -> new MaxPooling2D(2).padding(Padding.SAME).dataFormat(format());
          case 3 -> new GlobalAveragePooling2D().dataFormat(format()).keepDims(true);
          case 4 -> new LayerNormalization().axis(oneTo(3));
          case 5 -> new GroupNormalization(1).axis(oneTo(3));
          case 6 ->
              new UpSampling2D(oneTo(2), oneTo(2))
                  .dataFormat(format())
                  .interpolation(random.nextBoolean() ? "nearest" : "bilinear");
          default -> new BatchNormalization().axis(oneTo(3));
        };
    return new TimeDistributed(layer);
  }

  private Symbol permute(Symbol x) {
    return random.nextBoolean()
        ? new Permute(1, 3, 4, 2).apply(x)
        : new Permute(1, 4, 2, 3).apply(x);
  }

  private Symbol head(Symbol x) {
    return switch (random.nextInt(6)) {
      case 0 -> new ActivationLayer(Activation.TANH).apply(x);
      case 1 -> new GlobalAveragePooling3D().dataFormat(format()).apply(x);
      case 2 ->
          new Dense(2)
              .apply(
                  new Flatten()
                      .dataFormat(format())
                      .apply(
                          new ConvLSTM2D(2, 3)
                              .padding(Padding.SAME)
                              .dataFormat(format())
                              .apply(x)));
      case 3 -> new LSTM(2).apply(new TimeDistributed(new Flatten().dataFormat(format())).apply(x));
      case 4 -> new ConvLSTM2D(2, 1).dataFormat(format()).returnSequences(true).apply(x);
      default ->
          new TimeDistributed(new Dense(2)).apply(new TimeDistributed(new Flatten()).apply(x));
    };
  }
}
