package convlstm4j.video;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A run of the {@code ffmpeg} program on one film, or on pictures. */
final class Ffmpeg implements AutoCloseable {
  /**
   * Kinds of files that hold pictures themselves. Not: playlists and lists, by which a file would
   * make ffmpeg open others.
   */
  private static final String FORMATS =
      "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,m4v,h264,hevc,av1,obu,ivf,"
          + "ogg,gif,apng,flv,asf,rm,dv,mxf,nut,yuv4mpegpipe,wtv,swf,vc1,mjpeg";

  /** What is kept of what the program says. */
  private static final int LINES = 3;

  private static final int SECONDS_TO_END = 10;

  /** So many seconds somebody waits for it and it does not work; less in a test. */
  static final String IDLE_PROPERTY = "convlstm4j.ffmpeg.idle";

  private static final int IDLE_SECONDS = 120;

  /** Somebody waits for it, and it works on one frame. */
  private static final int SILENT_SECONDS = 1800;

  private final Path video;
  private final Process process;
  private final Thread errors;
  private final List<String> said = new ArrayList<>();
  private int lines;

  /** Since when somebody waits for its output; 0 if nobody does. */
  private volatile long waitingSince;

  private volatile boolean hung;

  /** What it could not be given. */
  private volatile @Nullable VideoException unreadable;

  private Ffmpeg(Path video, Process process) {
    this.video = video;
    this.process = process;
    this.errors = new Thread(this::readErrors, "ffmpeg messages");
    errors.setDaemon(true);
    errors.start();
    Thread watch = new Thread(this::watch, "ffmpeg watch");
    watch.setDaemon(true);
    watch.start();
  }

  /**
   * Decodes a film.
   *
   * @param video the file
   * @param second from where on it is decoded, at the latest; times are those of the whole film
   * @param filters a graph of filters that every picture goes through
   * @param output arguments that say what is written to standard output
   */
  static Ffmpeg film(Path video, double second, String filters, String... output) {
    List<String> input = new ArrayList<>();
    if (second > 0) {
      input.addAll(List.of("-copyts", "-start_at_zero", "-noaccurate_seek"));
      input.addAll(List.of("-ss", String.format(Locale.ROOT, "%.6f", second)));
    }
    input.addAll(List.of("-protocol_whitelist", "file", "-format_whitelist", FORMATS));
    // Without a protocol's name a file called "concat:a|b" would be taken for one.
    input.addAll(List.of("-i", "file:" + video.toAbsolutePath()));
    return start(video, input, filters, output);
  }

  /**
   * Decodes pictures, one after the other. It ends at the first that it cannot decode.
   *
   * @param folder what messages call them
   * @param pictures of one kind
   * @param filters as of a film
   * @param output as of a film
   */
  static Ffmpeg pictures(
      Path folder, List<PictureFile> pictures, String filters, String... output) {
    String demuxer = pictures.get(0).kind().demuxer();
    List<String> input = new ArrayList<>();
    input.addAll(List.of("-xerror", "-err_detect", "explode"));
    // Not all versions turn pictures as their files say: the filters do.
    input.addAll(List.of("-noautorotate", "-protocol_whitelist", "pipe"));
    input.addAll(List.of("-format_whitelist", demuxer, "-f", demuxer, "-i", "pipe:0"));
    Ffmpeg run = start(folder, input, filters, output);
    Thread feeder = new Thread(() -> run.feed(pictures), "pictures for ffmpeg");
    feeder.setDaemon(true);
    feeder.start();
    return run;
  }

  private void feed(List<PictureFile> pictures) {
    try (OutputStream in = process.getOutputStream()) {
      for (PictureFile p : pictures) {
        byte[] bytes = p.bytes();
        try {
          in.write(bytes);
        } catch (IOException e) {
          return; // it has ended; it says why, or was closed
        }
      }
    } catch (VideoException e) {
      unreadable = e;
      kill();
    } catch (IOException e) {
      // closing what is to be written: the same
    }
  }

  /** Its output ends; Process.destroyForcibly would close it under whoever reads. */
  private void kill() {
    process.toHandle().destroyForcibly();
  }

  private static Ffmpeg start(Path video, List<String> input, String filters, String... output) {
    List<String> arguments =
        new ArrayList<>(List.of("-nostdin", "-hide_banner", "-loglevel", "error"));
    arguments.addAll(input);
    // V: the first stream of moving pictures, not a cover of an audio file.
    arguments.addAll(List.of("-map", "0:V:0", "-vf", filters));
    // Every frame once, at its own time.
    arguments.addAll(List.of("-fps_mode", "passthrough", "-enc_time_base", "-1"));
    arguments.addAll(List.of(output));
    arguments.add("pipe:1");
    ProcessBuilder run = FfmpegPrograms.get(video).run(arguments);
    // In a session of its own: Ctrl-C in the terminal is for this program, which saves and then
    // ends ffmpeg.
    FfmpegPrograms.inPath("setsid").ifPresent(p -> run.command().add(0, p.toString()));
    try {
      return new Ffmpeg(video, run.start());
    } catch (IOException e) {
      throw new VideoException(video, "ffmpeg cannot be started: " + e.getMessage(), e);
    }
  }

  /** What it writes; whoever waits for it is not kept waiting for ever. */
  InputStream output() {
    return new FilterInputStream(process.getInputStream()) {
      @Override
      public int read() throws IOException {
        waitingSince = System.nanoTime();
        try {
          return super.read();
        } finally {
          waitingSince = 0;
        }
      }

      @Override
      public int read(byte[] b, int from, int length) throws IOException {
        waitingSince = System.nanoTime();
        try {
          return super.read(b, from, length);
        } finally {
          waitingSince = 0;
        }
      }
    };
  }

  /** Ends it when it neither writes nor works, or works for very long and writes nothing. */
  private void watch() {
    Duration work = Duration.ZERO;
    long idleSince = System.nanoTime();
    try {
      while (!process.waitFor(1, TimeUnit.SECONDS)) {
        long now = System.nanoTime();
        long since = waitingSince;
        Duration done = process.info().totalCpuDuration().orElse(work.plusNanos(1));
        if (since == 0 || !done.equals(work)) {
          idleSince = now;
        }
        work = done;
        if (since != 0
            && (now - idleSince
                    > TimeUnit.SECONDS.toNanos(Integer.getInteger(IDLE_PROPERTY, IDLE_SECONDS))
                || now - since > TimeUnit.SECONDS.toNanos(SILENT_SECONDS))) {
          hung = true;
          kill();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody interrupts it; the JVM's end does not wait
    }
  }

  private void readErrors() {
    try (var reader = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (said) {
          lines++;
          if (said.size() < LINES) {
            // Lines begin with the part of ffmpeg that speaks, and its address.
            said.add(line.strip().replaceFirst("^\\[[^]]*@ 0x[0-9a-f]+\\]\\s*", ""));
          }
        }
      }
    } catch (IOException e) {
      synchronized (said) {
        said.add("its messages cannot be read: " + e.getMessage());
      }
    }
  }

  /**
   * Waits for its end, after all its output was read.
   *
   * @return what it complained about though it went on; empty if nothing
   * @throws VideoException if it failed
   */
  Optional<String> end() {
    try {
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        throw new VideoException(video, "ffmpeg does not end after its last frame");
      }
      errors.join(TimeUnit.SECONDS.toMillis(SECONDS_TO_END));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VideoException(video, "interrupted while it was decoded", e);
    }
    VideoException notGiven = unreadable;
    if (notGiven != null) {
      throw notGiven;
    }
    if (hung) {
      throw new VideoException(
          video, "ffmpeg gave nothing for minutes, expected frames: it was ended");
    }
    if (process.exitValue() != 0) {
      throw new VideoException(video, reason(complaint().orElse("it says no reason")));
    }
    return complaint();
  }

  /** In words of this library where ffmpeg's would not help. */
  private static String reason(String complaint) {
    if (complaint.contains("not on whitelist")) {
      return "is of a kind that films do not come in, or names other files; expected mp4, mkv, avi,"
          + " webm, mov, gif or another that ffmpeg reads";
    }
    if (complaint.contains("matches no streams")) {
      return "has no moving pictures, only sound, text or a cover";
    }
    if (complaint.contains("fps_mode")) {
      return "needs ffmpeg 5.1 or later to be decoded, this one does not know -fps_mode";
    }
    return "ffmpeg cannot decode it: " + complaint;
  }

  private Optional<String> complaint() {
    synchronized (said) {
      if (said.isEmpty()) {
        return Optional.empty();
      }
      String some = String.join("; ", said);
      return Optional.of(lines > LINES ? some + "; and " + (lines - LINES) + " lines more" : some);
    }
  }

  /** Ends it, if it has not ended. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
