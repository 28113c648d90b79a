package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs ffmpeg and ffprobe apart from the code under test. */
final class Clips {
  private Clips() {}

  /** Skips a test where there is no ffmpeg, unless {@code -Drequire=ffmpeg} wants it. */
  static void assumeFfmpeg() {
    boolean there = FfmpegPrograms.find().isPresent();
    if (System.getProperty("require", "").contains("ffmpeg")) {
      assertEquals(true, there, "-Drequire=ffmpeg, and there is no ffmpeg");
    }
    assumeTrue(there, "no ffmpeg: apt install ffmpeg");
  }

  /** Makes a clip by one of ffmpeg's sources of moving pictures. */
  static Path make(Path clip, String source, String... options) {
    List<String> command =
        new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi"));
    command.addAll(List.of("-i", source));
    command.addAll(List.of(options));
    command.add("file:" + clip);
    run(command);
    return clip;
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
