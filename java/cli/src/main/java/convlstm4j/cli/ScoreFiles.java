package convlstm4j.cli;

import convlstm4j.cli.picture.Drawing;
import convlstm4j.cli.picture.IntervalTable;
import convlstm4j.cli.picture.Intervals;
import convlstm4j.cli.picture.PictureFile;
import convlstm4j.cli.picture.ScoresJson;
import convlstm4j.cli.picture.Subtitles;
import convlstm4j.cli.picture.Track;
import convlstm4j.cli.picture.TrackFile;
import convlstm4j.io.file.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is made of the scores of a video, beside {@code --output}. */
final class ScoreFiles {
  private static final List<String> INTERVALS = List.of("csv", "srt");

  /** Of {@code --output}, those that are made of intervals. */
  private static final List<String> OWN_OUTPUTS = List.of("json", "srt");

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = {
        "Draw a video's scores over time below its frames: a .png, a moving .gif, or an .html page with"
            + " the intervals, too."
      })
  @Nullable Path picture;

  @Option(
      names = "--intervals",
      paramLabel = "FILE",
      description = {
        "Write when each score of a film is above --threshold: a .csv with the columns"
            + " id,start,end,label (seconds), which --data takes as labels.csv, or .srt, subtitles."
      })
  @Nullable Path intervals;

  @Option(
      names = "--threshold",
      paramLabel = "P",
      description = "For intervals, subtitles and pictures. Default: " + Intervals.HALF + ".")
  @Nullable Double threshold;

  /** Intervals of several videos, which go into one table; null where each has a file. */
  private @Nullable StringBuilder rows;

  /** What one of several videos is called; null where there is one only. */
  private @Nullable String id;

  /** Whether the intervals of all videos go into one table. */
  boolean isOneTable() {
    return intervals != null
        && !VideoPlace.isIn(intervals)
        && OutputFiles.ending(intervals).equals("csv");
  }

  /** The same for one of several videos. */
  ScoreFiles of(String id) {
    ScoreFiles one = new ScoreFiles();
    one.picture = VideoPlace.filled(picture, id);
    one.threshold = threshold;
    one.id = id;
    if (isOneTable()) {
      rows = rows == null ? new StringBuilder(IntervalTable.HEADER).append('\n') : rows;
      one.rows = rows;
    } else {
      one.intervals = VideoPlace.filled(intervals, id);
    }
    return one;
  }

  /** Writes what several videos have in common. */
  void finish() {
    if (isOneTable() && intervals != null && rows != null) {
      write(intervals, rows.toString());
    }
  }

  private static void write(Path file, String text) {
    try {
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Names of options that were given. */
  List<String> given() {
    return Stream.of(
            picture == null ? "" : "--picture",
            intervals == null ? "" : "--intervals",
            threshold == null ? "" : "--threshold")
        .filter(o -> !o.isEmpty())
        .toList();
  }

  /** Fails if one was given and there is no video. */
  void refuse() {
    if (!given().isEmpty()) {
      throw new IllegalArgumentException(
          given().get(0) + " goes with one video as --input, of a model of videos");
    }
  }

  /** What a score must be above. */
  double threshold() {
    return threshold == null ? Intervals.HALF : threshold;
  }

  /**
   * Checks what can be checked beforehand.
   *
   * @param output what {@code --output} names; null for nothing
   * @param timed whether it is known when frames are shown
   * @param video what it is about
   */
  void check(@Nullable Path output, boolean timed, String video) {
    if (threshold != null && !Double.isFinite(threshold)) {
      throw new IllegalArgumentException("--threshold " + threshold + ", expected a number");
    }
    boolean json = output != null && OutputFiles.ending(output).equals("json");
    boolean subtitles = output != null && OutputFiles.ending(output).equals("srt");
    if (threshold != null && picture == null && !hasIntervals() && !json && !subtitles) {
      throw new IllegalArgumentException(
          "--threshold goes with --picture, --intervals, or --output as .json or .srt");
    }
    if (picture != null) {
      checkEnding("--picture", picture, PictureFile.endings());
      OutputFiles.checkPicture("--picture", picture);
      Drawing.check();
    }
    if (intervals != null) {
      checkEnding("--intervals", intervals, INTERVALS);
      checkIntervals("--intervals", intervals);
    }
    if (!timed && (hasIntervals() || subtitles)) {
      throw new IllegalArgumentException(
          (subtitles ? "--output " + output : "--intervals")
              + ": "
              + video
              + " does not say when its frames are shown; expected a film (mp4, mkv ..)");
    }
  }

  private boolean hasIntervals() {
    return intervals != null || rows != null;
  }

  /** Whether more is made of scores than a table or an array. */
  boolean isNeeded(@Nullable Path output) {
    return picture != null
        || hasIntervals()
        || (output != null && OWN_OUTPUTS.contains(OutputFiles.ending(output)));
  }

  /**
   * Writes all of it.
   *
   * @param output what {@code --output} names; null for nothing
   * @param id that a folder of videos knows the video by
   * @param frames pictures of some frames
   * @param times when all frames are shown
   */
  void write(
      @Nullable Path output,
      String id,
      Track track,
      SortedMap<Long, BufferedImage> frames,
      double[] times) {
    Intervals found = Intervals.of(track, threshold());
    try {
      if (output != null && OWN_OUTPUTS.contains(OutputFiles.ending(output))) {
        String text =
            OutputFiles.ending(output).equals("srt")
                ? Subtitles.text(found)
                : ScoresJson.text(found, threshold());
        write(output, text);
      }
      if (rows != null) {
        rows.append(IntervalTable.rows(found, this.id == null ? id : this.id));
      }
      if (intervals != null) {
        String text =
            OutputFiles.ending(intervals).equals("srt")
                ? Subtitles.text(found)
                : IntervalTable.text(found, this.id == null ? id : this.id);
        write(intervals, text);
      }
      if (picture != null) {
        AtomicFile.write(
            picture,
            new TrackFile(found, threshold(), frames, times).bytes(OutputFiles.ending(picture)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Checks that nothing is replaced but what is written here. */
  static void checkIntervals(String option, Path file) {
    if (OutputFiles.ending(file).equals("srt")) {
      OutputFiles.checkSubtitles(option, file);
    } else {
      OutputFiles.checkStart(
          option,
          file,
          IntervalTable.HEADER,
          "a table of intervals (" + IntervalTable.HEADER + ")");
    }
  }

  private static void checkEnding(String option, Path file, List<String> known) {
    if (!known.contains(OutputFiles.ending(file))) {
      throw new IllegalArgumentException(
          option
              + " "
              + file
              + ": its ending says what is written, expected ."
              + String.join(", .", known));
    }
  }
}
