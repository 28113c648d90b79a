package convlstm4j.cli.article;

import convlstm4j.graph.Symbol;
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
import convlstm4j.model.Model;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** The two networks of the article, for videos {@code [T, C, H, W]} of any number of frames. */
public final class Architectures {
  /** Channels of {@code [N, T, C, H, W]}; the article left the default, which is the width. */
  private static final int CHANNEL_AXIS = 2;

  private static final DataFormat FIRST = DataFormat.CHANNELS_FIRST;

  private Architectures() {}

  /**
   * The ConvLSTM network: two stages of ConvLSTM2D, BatchNormalization and MaxPooling3D, then for
   * each genre ConvLSTM2D, MaxPooling3D and three Dense layers on every frame.
   *
   * @param frame {@code [C, H, W]}
   * @param genres names of the outputs, each {@code [N, T, 1]}
   * @param filters of the stages
   * @param branchFilters of the genres' ConvLSTMs
   * @param units of the first Dense; the second has half
   * @return the model, not compiled
   */
  public static Model convLstm(
      Shape frame, List<String> genres, int filters, int branchFilters, int units) {
    Symbol video = video(frame);
    Symbol x = video;
    for (int stage = 0; stage < 2; stage++) {
      x = convLstm(filters).apply(x);
      x = new BatchNormalization().axis(CHANNEL_AXIS).apply(x);
      x = pool().apply(x);
    }
    List<Symbol> scores = new ArrayList<>();
    for (String genre : genres) {
      Symbol y = convLstm(branchFilters).apply(x);
      y = pool().apply(y);
      y = new TimeDistributed(new Flatten()).apply(y);
      scores.add(score(y, genre, units));
    }
    return Model.of(List.of(video), scores).named("convlstm");
  }

  /**
   * The Convolution-LSTM network: every frame by itself through two stages of Conv2D and
   * MaxPooling2D, then one LSTM over their features, then for each genre three Dense layers.
   *
   * @param frame {@code [C, H, W]}
   * @param genres names of the outputs, each {@code [N, T, 1]}
   * @param filters of the stages
   * @param lstmUnits of the LSTM
   * @param units of the first Dense; the second has half
   * @return the model, not compiled
   */
  public static Model convolutionLstm(
      Shape frame, List<String> genres, int filters, int lstmUnits, int units) {
    Symbol video = video(frame);
    Symbol x = video;
    for (int stage = 0; stage < 2; stage++) {
      x =
          new TimeDistributed(
                  new Conv2D(filters, 3)
                      .padding(Padding.SAME)
                      .dataFormat(FIRST)
                      .activation(Activation.RELU))
              .apply(x);
      x =
          new TimeDistributed(new MaxPooling2D(2, 2).padding(Padding.SAME).dataFormat(FIRST))
              .apply(x);
    }
    x = new TimeDistributed(new Flatten()).apply(x);
    x = new LSTM(lstmUnits).returnSequences(true).apply(x);
    List<Symbol> scores = new ArrayList<>();
    for (String genre : genres) {
      scores.add(score(x, genre, units));
    }
    return Model.of(List.of(video), scores).named("convolution_lstm");
  }

  /**
   * One LSTM over features of the frames, then for each genre three Dense layers: what the
   * Convolution-LSTM network is behind its convolutions.
   *
   * @param features {@code [K]}
   * @param genres names of the outputs, each {@code [N, T, 1]}
   * @param lstmUnits of the LSTM
   * @param units of the first Dense; the second has half
   * @return the model, not compiled
   */
  public static Model lstm(Shape features, List<String> genres, int lstmUnits, int units) {
    Symbol frames = video(features);
    Symbol x = new LSTM(lstmUnits).returnSequences(true).apply(frames);
    List<Symbol> scores = new ArrayList<>();
    for (String genre : genres) {
      scores.add(score(x, genre, units));
    }
    return Model.of(List.of(frames), scores).named("lstm");
  }

  private static Symbol video(Shape frame) {
    return Input.named("video", frame.prepend(Input.ANY).dims());
  }

  private static ConvLSTM2D convLstm(int filters) {
    return new ConvLSTM2D(filters, 3).padding(Padding.SAME).dataFormat(FIRST).returnSequences(true);
  }

  private static MaxPooling3D pool() {
    return new MaxPooling3D(1, 2, 2).padding(Padding.SAME).dataFormat(FIRST);
  }

  private static Symbol score(Symbol features, String genre, int units) {
    Symbol y = new TimeDistributed(new Dense(units).activation(Activation.RELU)).apply(features);
    y = new TimeDistributed(new Dense(Math.max(1, units / 2)).activation(Activation.RELU)).apply(y);
    return new TimeDistributed(new Dense(1).activation(Activation.SIGMOID)).named(genre).apply(y);
  }
}
