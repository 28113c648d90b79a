package convlstm4j.cli;

import convlstm4j.cli.article.Architectures;
import convlstm4j.data.Dataset;
import convlstm4j.data.Signature;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.F1Score;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Training on a folder of videos. */
final class FolderTraining {
  private static final int FILTERS = 8;

  /** Eight times as many units would be no number any more. */
  private static final int MOST_FILTERS = Integer.MAX_VALUE / 8;

  /** Of {@code [N, T, C, H, W]}. */
  private static final int RANK = 5;

  /** Of features {@code [N, T, K]}. */
  private static final int FEATURES_RANK = 3;

  @Mixin DataOptions data;
  @Mixin AugmentOption augment;

  @Option(
      names = "--filters",
      paramLabel = "F",
      description = "Of the default model's ConvLSTMs. Default: " + FILTERS + ".")
  @Nullable Integer filters;

  @Option(
      names = "--validation",
      paramLabel = "IDS",
      description = "Videos of the folder to evaluate on after each epoch, not to train on.")
  @Nullable String validation;

  /** Names of options that make sense with a folder only. */
  List<String> given() {
    List<String> given = new ArrayList<>(data.given());
    if (validation != null) {
      given.add("--validation");
    }
    if (filters != null) {
      given.add("--filters");
    }
    if (!augment.words.isEmpty()) {
      given.add("--augment");
    }
    return given;
  }

  /** What a model without a task of its own is trained for: yes or no for each label and frame. */
  static Compile standard() {
    return Compile.with(new Adam(1e-3)).loss(Loss.binaryCrossentropy()).metrics(new F1Score());
  }

  /**
   * The model.
   *
   * @param start opens it; null for the article's
   * @param from what it is opened from, for messages
   * @param options chooses backend and seed before weights are made
   */
  Model model(@Nullable Supplier<Model> start, @Nullable Path from, Consumer<Model> options) {
    augment.changes(); // a wrong one is said before all else
    VideoFolder folder = data.folder(List.of());
    if (folder.labels().isEmpty()) {
      throw new IllegalArgumentException(
          data.folder
              + ": has no labels, expected labels_{id}.npy [T, labels] for each video, or one"
              + " labels.csv");
    }
    if (start == null) {
      Model model =
          standard(folder.frameShape(), folder.labels(), filters == null ? FILTERS : filters);
      options.accept(model);
      return model;
    }
    Model model = start.get();
    try {
      checkFilters(model, from);
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static Model standard(Shape frame, List<String> genres, int filters) {
    if (filters > MOST_FILTERS) {
      throw new IllegalArgumentException(
          "--filters " + filters + ", must be at most " + MOST_FILTERS);
    }
    return frame.rank() == 1
        ? Architectures.lstm(frame, genres, 8 * filters, 2 * filters)
        : Architectures.convLstm(frame, genres, filters, Math.max(1, filters / 2), 2 * filters);
  }

  /** A network that is there has its filters: the same number goes on, another is refused. */
  private void checkFilters(Model model, @Nullable Path from) {
    if (filters == null) {
      return;
    }
    Signature.Slot video = model.signature().inputs().get(0);
    boolean same = video.shape().rank() == RANK || video.shape().rank() == FEATURES_RANK;
    if (same) {
      Shape frame = video.shape().from(2);
      try (Model asked = standard(frame, model.signature().outputNames(), filters)) {
        String there = Architecture.toJson(model.network());
        same = Architecture.toJson(asked.network()).equals(there);
      }
    }
    if (!same) {
      throw new IllegalArgumentException(
          "--filters "
              + filters
              + ": "
              + from
              + " holds another network than the default one with so many; leave --filters out"
              + " to go on with it, or begin anew with another --output");
    }
  }

  /**
   * What is trained on, in order.
   *
   * @param weights what {@code --sample-weight} was given
   */
  VideoFolder training(Model model, int batchSize, List<String> weights) {
    return data.fullWindows(without(data.folder(weights)).fitting(model.signature()))
        .augmented(model.seed(), augment.changes())
        .batch(batchSize);
  }

  /**
   * What is evaluated after each epoch; null if nothing is.
   *
   * @param weights what {@code --sample-weight} was given
   */
  @Nullable Dataset validation(Model model, List<String> weights) {
    return validation == null
        ? null
        : data.everyFrame(data.whole(weights).ids(validation).fitting(model.signature()));
  }

  private VideoFolder without(VideoFolder all) {
    if (validation == null) {
      return all;
    }
    var held = VideoFolder.open(data.path()).ids(validation).ids();
    var left = all.ids().stream().filter(id -> !held.contains(id)).toList();
    if (left.isEmpty()) {
      throw new IllegalArgumentException(
          "--validation " + validation + " leaves no video to train on");
    }
    return all.ids(left);
  }
}
