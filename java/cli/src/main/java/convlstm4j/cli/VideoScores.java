package convlstm4j.cli;

import convlstm4j.cli.picture.Thumbnails;
import convlstm4j.cli.picture.Track;
import convlstm4j.cli.picture.TrackFile;
import convlstm4j.cli.picture.TrackPicture;
import convlstm4j.data.FrameSource;
import convlstm4j.data.Frames;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.graph.Network;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Scores of one video, without the batch axis: a column for each score, one row a frame. */
final class VideoScores {
  private static final String OUTPUT = "--output";

  private VideoScores() {}

  /** Whether a file is one sample of a model of videos, without the batch axis. */
  static boolean isVideo(Model model, NpyFile file) {
    return areTaken(model) && file.shape().rank() == 4;
  }

  /** Whether a model is one of videos. */
  static boolean areTaken(Model model) {
    return model.network().inputs().size() == 1
        && model.network().inputs().get(0).shape().rank() == 5;
  }

  /**
   * Predicts and writes; gives the names of the columns.
   *
   * @param video {@code [1, T, ..]}
   * @param source when its frames are shown
   * @param output where scores go; null for nowhere
   * @param files what else is made of them
   */
  static List<String> write(
      Model model, Frames video, FrameSource source, @Nullable Path output, ScoreFiles files) {
    return write(model, video, source, output, files, null);
  }

  /**
   * The same, of features.
   *
   * @param pictures opens the frames that they are of; null if {@code video} holds frames itself
   */
  static List<String> write(
      Model model,
      Frames video,
      FrameSource source,
      @Nullable Path output,
      ScoreFiles files,
      @Nullable Supplier<Film> pictures) {
    boolean timed = source.seconds(0).isPresent();
    files.check(output, timed, source.name());
    checkOutput(output);
    checkFits(model, video);
    double[] bounds = bounds(source, video.shape().dim(1), timed);
    double[] times = Arrays.copyOf(bounds, bounds.length - 1);
    LongPredicate wanted =
        files.picture == null ? frame -> false : TrackPicture.evenly(bounds, TrackFile.THUMBNAILS);
    Thumbnails thumbnails = new Thumbnails(wanted);
    Frames watched =
        video.watched(
            (read, from) -> {
              checkFinite(video, read);
              if (pictures == null) {
                thumbnails.add(read, from, video.byteScale(), video.form());
              }
            });
    List<Tensor> outputs = model.predict(List.of(watched));
    if (pictures != null && files.picture != null) {
      try (Film film = pictures.get()) {
        for (long t = 0; t < bounds.length - 1; t++) {
          if (wanted.test(t)) {
            Frames frames = film.frames();
            thumbnails.add(frames.read(t, t + 1), t, frames.byteScale(), frames.form());
          }
        }
      }
    }
    List<String> names = List.of();
    if (output == null || !List.of("csv", "npy").contains(OutputFiles.ending(output))) {
      names = track(model, source, bounds, outputs).labels();
    } else if (PredictionTable.isTable(output)) {
      try (PredictionTable table = new PredictionTable(model, output, false)) {
        names = table.seconds(source::seconds).write(video.shape(), outputs);
        table.commit();
      }
    } else {
      NpyWriter.write(output, columns(model.network(), outputs, video.shape().dim(1)));
      names = columnNames(model, outputs);
    }
    if (files.isNeeded(output)) {
      Track track = track(model, source, bounds, outputs);
      files.write(
          output, VideoFolder.id(Path.of(source.name())), track, thumbnails.images(), times);
    }
    return names;
  }

  /** Checks that scores can be written so; null for nothing. */
  static void checkOutput(@Nullable Path output) {
    if (output == null) {
      return;
    }
    switch (OutputFiles.ending(output)) {
      case "csv" -> OutputFiles.checkTable(OUTPUT, output);
      case "npy" -> OutputFiles.checkArray(OUTPUT, output);
      case "json" -> OutputFiles.checkJson(OUTPUT, output);
      case "srt" -> OutputFiles.checkSubtitles(OUTPUT, output);
      default ->
          throw new IllegalArgumentException(
              OUTPUT
                  + " "
                  + output
                  + ": its ending says what is written, expected .csv (a table), .json, .npy (an"
                  + " array) or .srt (subtitles of a film)");
    }
  }

  /** A row for each frame, without scores. */
  static Track frames(FrameSource source, Frames video) {
    boolean timed = source.seconds(0).isPresent();
    double[] bounds = bounds(source, video.shape().dim(1), timed);
    return new Track(source.name(), timed, bounds, List.of(), List.of(), List.of());
  }

  /** Scores of a video. */
  static Track track(Model model, FrameSource source, List<Tensor> outputs) {
    boolean timed = source.seconds(0).isPresent();
    return track(model, source, bounds(source, source.shape().dim(0), timed), outputs);
  }

  /** When each frame begins, and the last one ends. */
  private static double[] bounds(FrameSource source, long frames, boolean timed) {
    double[] bounds = new double[(int) frames + 1];
    for (int i = 0; i < frames; i++) {
      bounds[i] = timed ? source.seconds(i).getAsDouble() : i;
    }
    bounds[(int) frames] = timed ? source.end().getAsDouble() : frames;
    return bounds;
  }

  /** Scores of frames, or of the whole video. */
  private static Track track(
      Model model, FrameSource source, double[] bounds, List<Tensor> outputs) {
    int frames = bounds.length - 1;
    boolean each =
        outputs.stream().allMatch(t -> t.shape().rank() == 3 && t.shape().dim(1) == frames);
    boolean once = outputs.stream().allMatch(t -> t.shape().rank() == 2);
    if (!each && !once) {
      throw new IllegalArgumentException(
          "the model's outputs are "
              + outputs.stream().map(t -> t.shape().toString()).toList()
              + ", expected scores per frame [1, "
              + frames
              + ", K] or of the video [1, K] to draw and to find intervals in; --output takes .csv"
              + " or .npy of others");
    }
    return new Track(
        String.valueOf(Path.of(source.name()).getFileName()),
        source.seconds(0).isPresent(),
        each ? bounds : new double[] {bounds[0], bounds[frames]},
        model.network().outputNames(),
        outputs,
        List.of());
  }

  private static void checkFinite(Frames video, Tensor read) {
    if (!read.isFinite()) {
      throw new IllegalArgumentException(
          video.description() + ": holds a NaN or an infinity, expected finite numbers");
    }
  }

  /** Fails for a video that the model does not take. */
  static void checkFits(Model model, Frames video) {
    try {
      model.network().checkSample(0, video.shape().from(1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(video.description() + ": " + e.getMessage(), e);
    }
  }

  /** Puts {@code [1, T, K]} outputs side by side. */
  private static Tensor columns(Network network, List<Tensor> outputs, long frames) {
    int width = 0;
    for (int k = 0; k < outputs.size(); k++) {
      Shape s = outputs.get(k).shape();
      if (s.rank() != 3 || s.dim(1) != frames) {
        throw new IllegalArgumentException(
            "output \""
                + network.outputNames().get(k)
                + "\" has shape "
                + s
                + ", expected scores per frame [1, "
                + frames
                + ", K]; of other models give samples "
                + network.axes(0).map(Object::toString).orElse("[N, ..]"));
      }
      width += (int) s.dim(2);
    }
    Tensor all = Tensor.zeros(DType.FLOAT32, Shape.of(frames, width));
    int column = 0;
    for (Tensor t : outputs) {
      int k = (int) t.shape().dim(2);
      for (int i = 0; i < t.size(); i++) {
        all.set(i / k * width + column + i % k, t.get(i));
      }
      column += k;
    }
    return all;
  }

  private static List<String> columnNames(Model model, List<Tensor> outputs) {
    List<String> names = new ArrayList<>();
    for (int k = 0; k < outputs.size(); k++) {
      long width = outputs.get(k).shape().dim(2);
      for (int i = 0; i < width; i++) {
        String name = model.network().outputNames().get(k);
        names.add(width == 1 ? name : name + "_" + i);
      }
    }
    return names;
  }
}
