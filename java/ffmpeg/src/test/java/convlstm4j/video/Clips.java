package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs ffmpeg and ffprobe apart from the code under test. */
final class Clips {
  /** What was made in this process, by kind. */
  private static final Map<List<Object>, byte[]> MADE = new HashMap<>();

  private Clips() {}

  /** Skips a test where there is no ffmpeg, unless {@code -Drequire=ffmpeg} wants it. */
  static void assumeFfmpeg() {
    boolean there = FfmpegPrograms.inPath("ffmpeg").isPresent();
    if (System.getProperty("require", "").contains("ffmpeg")) {
      assertEquals(true, there, "-Drequire=ffmpeg, and there is no ffmpeg");
    }
    assumeTrue(there, "no ffmpeg: apt install ffmpeg");
  }

  /**
   * Films are decoded by the program of this module, which starts in a third of the time that
   * Debian's takes; with {@code -Dfull=true} by the installed one.
   */
  static void quick() {
    boolean compiled =
        Clips.class.getClassLoader().getResource("convlstm4j/ffmpeg/linux-x86_64/libavdevice.so.62")
            != null;
    if (compiled && !Boolean.getBoolean("full")) {
      System.setProperty(FfmpegPrograms.PROPERTY, FfmpegPrograms.BUNDLED);
    }
  }

  /** From here on by the installed one. */
  static void installed() {
    System.clearProperty(FfmpegPrograms.PROPERTY);
  }

  /**
   * A clip by one of ffmpeg's sources of moving pictures.
   *
   * @param name its file's, another one for each that is made at once
   */
  record Clip(String name, String source, List<String> options) {
    static Clip of(String name, String source, String... options) {
      return new Clip(name, source, List.of(options));
    }

    /** The same for all clips that are alike. */
    private List<Object> kind() {
      String ending = name.substring(name.lastIndexOf('.') + 1);
      return List.of(source, options, ending);
    }
  }

  /** Makes a clip, or copies one that is alike and was made before: it may be changed. */
  static Path make(Path clip, String source, String... options) {
    makeAll(clip.getParent(), List.of(Clip.of(clip.getFileName().toString(), source, options)));
    return clip;
  }

  /** Makes or copies several, those that are new by one run. */
  static void makeAll(Path folder, List<Clip> clips) {
    prepare(clips);
    try {
      for (Clip clip : clips) {
        Files.write(folder.resolve(clip.name()), MADE.get(clip.kind()));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes those that are new by one run: to start ffmpeg takes longer than most clips. */
  static void prepare(List<Clip> clips) {
    Map<List<Object>, Clip> fresh = new LinkedHashMap<>();
    clips.forEach(c -> fresh.putIfAbsent(c.kind(), c));
    fresh.keySet().removeAll(MADE.keySet());
    if (fresh.isEmpty()) {
      return;
    }
    try {
      Path folder = Files.createTempDirectory("clips");
      write(folder, List.copyOf(fresh.values()));
      for (Clip clip : fresh.values()) {
        Path file = folder.resolve(clip.name());
        MADE.put(clip.kind(), Files.readAllBytes(file));
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void write(Path folder, List<Clip> clips) {
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y"));
    List<String> sources = clips.stream().map(Clip::source).distinct().toList();
    for (String source : sources) {
      command.addAll(List.of("-f", "lavfi", "-i", source));
    }
    for (Clip clip : clips) {
      command.addAll(List.of("-map", Integer.toString(sources.indexOf(clip.source()))));
      command.addAll(clip.options());
      command.add("file:" + folder.resolve(clip.name()));
    }
    run(command);
  }

  static byte[] run(String... command) {
    return run(List.of(command));
  }

  static byte[] run(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (InputStream in = process.getInputStream()) {
        in.transferTo(bytes);
      }
      assertEquals(0, process.waitFor(), () -> String.join(" ", command));
      return bytes.toByteArray();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** When ffprobe shows a clip's frames, in seconds; NaN where it does not know. */
  static double[] seconds(Path clip) {
    byte[] out =
        run(
            List.of(
                "ffprobe",
                "-v",
                "error",
                "-select_streams",
                "V:0",
                "-show_entries",
                "frame=best_effort_timestamp_time",
                "-of",
                "csv=p=0",
                clip.toString()));
    return new String(out, StandardCharsets.UTF_8)
        .lines()
        .map(l -> l.replace(",", "").strip())
        .filter(l -> !l.isEmpty())
        .mapToDouble(l -> l.equals("N/A") ? Double.NaN : Double.parseDouble(l))
        .toArray();
  }

  /** How many ffmpeg processes this one has. */
  static long running() {
    return ProcessHandle.current()
        .children()
        .filter(p -> p.info().command().orElse("").endsWith("ffmpeg"))
        .count();
  }
}
