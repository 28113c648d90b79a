package convlstm4j.video;

import convlstm4j.data.FramePreparation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a video's frames are shown. What its header says of that is not to be relied on, so that it
 * is decoded once.
 */
final class Timeline {
  private static final Pattern BASE = Pattern.compile("#tb 0: ([0-9]+)/([0-9]+)");
  private static final Pattern SIZE = Pattern.compile("#dimensions 0: ([0-9]+)x([0-9]+)");

  /** Stream, time of decoding, time of showing, length, bytes, sum. */
  private static final Pattern FRAME =
      Pattern.compile("0, +-?[0-9]+, +(-?[0-9]+), +([0-9]+), +([0-9]+), 0x([0-9a-f]{8}).*");

  /** No sum of a frame. */
  static final long UNKNOWN = -1;

  private final int width;
  private final int height;
  private final double[] seconds;
  private final long[] sums;
  private final double end;
  private final Optional<String> complaint;

  Timeline(
      int width,
      int height,
      double[] seconds,
      long[] sums,
      double end,
      Optional<String> complaint) {
    this.width = width;
    this.height = height;
    this.seconds = seconds;
    this.sums = sums;
    this.end = end;
    this.complaint = complaint;
  }

  /** Of the frames as they are shown, rotated if the file says so. */
  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Number of frames. */
  int frames() {
    return seconds.length;
  }

  /** Time of a frame since the start of the file. */
  double seconds(int frame) {
    return seconds[frame];
  }

  /** Time at which the last frame ends; where the file does not say, as long as the one before. */
  double end() {
    return end;
  }

  /** Of each frame's bytes as it is prepared; {@link #UNKNOWN} where it keeps its own size. */
  long[] sums() {
    return sums;
  }

  /** Whether each frame is shown after the one before. */
  boolean isRising() {
    for (int i = 1; i < seconds.length; i++) {
      if (!(seconds[i] > seconds[i - 1])) {
        return false;
      }
    }
    return true;
  }

  /** What the decoder complained about though it went on. */
  Optional<String> complaint() {
    return complaint;
  }

  /**
   * Decodes a video. Frames that are brought to a size are prepared, so that their sums are known;
   * those that keep theirs are not, which would take several times as long.
   */
  static Timeline of(Path video, FramePreparation preparation) {
    double[] seconds = new double[256];
    long[] sums = new long[256];
    int count = 0;
    int width = 0;
    int height = 0;
    double base = 0;
    double length = 0;
    long bytes =
        (long) preparation.height() * preparation.width() * preparation.colours().channels();
    try (Ffmpeg run = run(video, preparation);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(run.output(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher frame = FRAME.matcher(line);
        Matcher unit = BASE.matcher(line);
        Matcher size = SIZE.matcher(line);
        if (frame.matches()) {
          if (count == seconds.length) {
            seconds = Arrays.copyOf(seconds, 2 * count);
            sums = Arrays.copyOf(sums, 2 * count);
          }
          sums[count] =
              Long.parseLong(frame.group(3)) == bytes
                  ? Long.parseLong(frame.group(4), 16)
                  : UNKNOWN;
          seconds[count++] = Long.parseLong(frame.group(1)) * base;
          length = Long.parseLong(frame.group(2)) * base;
        } else if (unit.matches()) {
          base = Double.parseDouble(unit.group(1)) / Double.parseDouble(unit.group(2));
        } else if (size.matches()) {
          width = Integer.parseInt(size.group(1));
          height = Integer.parseInt(size.group(2));
        }
      }
      Optional<String> complaint = run.end();
      if (count == 0 || width == 0 || height == 0) {
        throw new VideoException(
            video, "no frame of it can be decoded" + complaint.map(c -> ": " + c).orElse(""));
      }
      double last = seconds[count - 1];
      double shown = length > 0 || count == 1 ? length : last - seconds[count - 2];
      return new Timeline(
          width,
          height,
          Arrays.copyOf(seconds, count),
          Arrays.copyOf(sums, count),
          last + shown,
          complaint);
    } catch (IOException e) {
      throw new VideoException(video, "cannot be decoded: " + e.getMessage(), e);
    }
  }

  private static Ffmpeg run(Path video, FramePreparation p) {
    if (!p.scales()) {
      return Ffmpeg.film(video, 0, Filters.rate(p), "-c:v", "wrapped_avframe", "-f", "framecrc");
    }
    String filters = Filters.rate(p) + "," + Filters.scaled(p);
    return Ffmpeg.film(video, 0, filters, "-c:v", "rawvideo", "-f", "framecrc");
  }
}
