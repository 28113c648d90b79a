package convlstm4j.cli;

import convlstm4j.data.folder.FrameFiles;
import convlstm4j.io.file.FileException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Predicts several videos, one after the other. One that fails does not keep the others back. */
final class VideoPredictions {
  private final List<VideoTask> tasks;
  private final ScoreFiles files;

  /**
   * Of these.
   *
   * @param files as they were asked for, for all
   */
  VideoPredictions(List<VideoTask> tasks, ScoreFiles files) {
    this.tasks = tasks;
    this.files = files;
  }

  /**
   * Checks all that can be checked before the work, and does it.
   *
   * @param claimed knows what is read beside the videos
   * @param predict predicts one
   */
  void run(CommandFiles claimed, Consumer<VideoTask> predict, FilmOptions films, PrintWriter err) {
    checkOptions(films);
    for (VideoTask task : tasks) {
      task.files().check(task.output(), true, task.video().toString());
      VideoScores.checkOutput(task.output());
      claimed
          .reads("--input", task.video())
          .writes("--output", task.output())
          .writes("--picture", task.files().picture);
      if (!files.isOneTable()) {
        claimed.writes("--intervals", task.files().intervals);
      }
    }
    if (files.isOneTable() && files.intervals != null) {
      ScoreFiles.checkIntervals("--intervals", files.intervals);
      claimed.writes("--intervals", files.intervals);
    }
    try (MadeFolders made = new MadeFolders();
        claimed) {
      tasks.forEach(task -> written(task).forEach(made::makeFor));
      claimed.claim(err);
      predict(predict, err);
    }
  }

  private void checkOptions(FilmOptions films) {
    List<Path> videos = tasks.stream().map(VideoTask::video).toList();
    String all = videos.get(0) + (videos.size() > 1 ? " ..: " + videos.size() + " videos" : "");
    films.checkPictureRate(videos.stream().anyMatch(Files::isDirectory), all);
    if (videos.stream().noneMatch(FrameFiles::isDecoded)) {
      films.refuseWithout("a film as --input");
    }
  }

  /** What is written of one video. */
  static List<Path> written(VideoTask task) {
    return Stream.of(task.output(), task.files().intervals, task.files().picture)
        .filter(Objects::nonNull)
        .toList();
  }

  private void predict(Consumer<VideoTask> predict, PrintWriter err) {
    List<String> failed = new ArrayList<>();
    for (VideoTask task : tasks) {
      try {
        predict.accept(task);
      } catch (IllegalArgumentException | FileException e) {
        if (tasks.size() == 1) {
          throw e;
        }
        err.println("convlstm4j: " + e.getMessage());
        failed.add(task.video().toString());
      }
    }
    files.finish();
    if (!failed.isEmpty()) {
      throw new IllegalArgumentException(
          failed.size()
              + " of "
              + tasks.size()
              + " videos failed, the others are written: "
              + String.join(", ", failed));
    }
  }
}
