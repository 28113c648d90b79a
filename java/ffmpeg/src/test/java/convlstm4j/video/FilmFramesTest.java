package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.FramePreparation.Fit;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames of films, and when they are shown, against what the installed ffmpeg says of them. */
@ExtendWith(WithFfmpeg.class)
class FilmFramesTest {
  /** The flags that the library promises: the same pixels on every machine. */
  private static final String FLAGS = "flags=bicubic+accurate_rnd+bitexact+full_chroma_int";

  private static final Clips.Clip UNEVEN =
      Clips.Clip.of(
          "uneven.mkv",
          "testsrc2=s=64x48:r=30:d=2",
          "-vf",
          "select='not(mod(n,3))+eq(n,7)+eq(n,8)'",
          "-fps_mode",
          "vfr");

  private static final Clips.Clip WIDE = Clips.Clip.of("wide.mp4", "testsrc2=s=200x100:r=25:d=2");

  /** Of pixels that are twice as wide as high. */
  private static final Clips.Clip BROAD =
      Clips.Clip.of("sar.mkv", "testsrc2=s=50x100:r=5:d=1", "-vf", "setsar=2/1");

  private static final Clips.Clip PLAIN = Clips.Clip.of("plain.mp4", "testsrc2=s=64x48:r=5:d=1");

  /** {@link #PLAIN}, to be shown rotated. */
  private static final String TURNED = "turned.mp4";

  @TempDir static Path common;

  /** Of clips in {@link #common}, folders with the frames as ffmpeg gives them. */
  private static final Map<String, Path> PICTURES = new HashMap<>();

  @TempDir Path folder;

  /** Name, codec, pixels. */
  static List<List<String>> clips() {
    return List.of(
        List.of("a.mp4", "libx264", "yuv420p"),
        List.of("vp9.mkv", "libvpx-vp9", "yuv420p"),
        List.of("a.webm", "libvpx", "yuv420p"),
        List.of("mpeg4.avi", "mpeg4", "yuv420p"),
        List.of("a.mov", "libx264", "yuv444p"),
        List.of("a.gif", "gif", "rgb8"),
        List.of("a.mpg", "mpeg2video", "yuv420p"),
        List.of("mjpeg.avi", "mjpeg", "yuvj422p"),
        List.of("ffv1.mkv", "ffv1", "gray"),
        List.of("h265.mkv", "libx265", "yuv420p10le"));
  }

  /**
   * Made by one run, and decoded by another for what is expected: to start ffmpeg takes longest.
   */
  @BeforeAll
  static void makeClips() {
    Clips.assumeFfmpeg();
    List<Clips.Clip> all = new ArrayList<>(List.of(UNEVEN, WIDE, BROAD, PLAIN));
    all.addAll(
        clips().stream()
            .map(
                c ->
                    Clips.Clip.of(
                        c.get(0),
                        "testsrc2=s=98x66:r=25:d=1",
                        "-c:v",
                        c.get(1),
                        "-pix_fmt",
                        c.get(2),
                        "-loglevel",
                        "quiet"))
            .toList());
    Clips.makeAll(common, all);
    Clips.run(
        "ffmpeg",
        "-v",
        "error",
        "-i",
        "" + common.resolve(PLAIN.name()),
        "-c",
        "copy",
        "-metadata:s:v",
        "rotate=90",
        "" + common.resolve(TURNED));
    Map<String, String> filters = new LinkedHashMap<>();
    clips().forEach(c -> filters.put(c.get(0), "scale=98:66:" + FLAGS));
    filters.put(UNEVEN.name(), "scale=64:48:" + FLAGS);
    filters.put(BROAD.name(), "scale=100:100:" + FLAGS + ",setsar=1,scale=40:40:" + FLAGS);
    filters.put(TURNED, "scale=48:64:" + FLAGS);
    List<String> names = List.copyOf(filters.keySet());
    List<Path> files = names.stream().map(common::resolve).toList();
    List<Path> folders = pictures(common, files, List.copyOf(filters.values()));
    for (int i = 0; i < names.size(); i++) {
      PICTURES.put(names.get(i), folders.get(i));
    }
  }

  /** By the installed program; by default the first only, as it starts slowly. */
  @ParameterizedTest
  @MethodSource("clips")
  void framesAndTimesAreFfmpegsOwn(List<String> made) {
    if (Boolean.getBoolean("full") || made.get(0).equals("a.mp4")) {
      Clips.installed();
    }
    Path clip = common.resolve(made.get(0));
    try (VideoFile film = VideoFile.open(clip, FramePreparation.NONE)) {
      double[] expected = Clips.seconds(clip);
      assertEquals(Shape.of(expected.length, 3, 66, 98), film.shape());
      for (int i = 0; i < expected.length; i++) {
        assertEquals(
            expected[i] - expected[0],
            film.seconds(i).getAsDouble() - film.seconds(0).getAsDouble(),
            0.002);
      }
      checkFrames(PICTURES.get(made.get(0)), film);
      assertTrue(film.damage().isEmpty(), () -> film.damage().toString());
    }
  }

  /** Frames that do not come at even times are all there, once. */
  @Test
  void framesOfUnevenTimes() {
    Path clip = common.resolve(UNEVEN.name());
    try (VideoFile film = VideoFile.open(clip, FramePreparation.NONE)) {
      double[] expected = Clips.seconds(clip);
      assertEquals(22, expected.length);
      assertEquals(22, film.shape().dim(0));
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], film.seconds(i).getAsDouble(), 0.0015);
      }
      checkFrames(PICTURES.get(UNEVEN.name()), film);
    }
  }

  @Test
  void preparedAsAskedFor() {
    Path clip = common.resolve(WIDE.name());
    String scale = "scale=40:40:force_original_aspect_ratio=";
    List<FramePreparation> preparations =
        List.of(
            new FramePreparation(40, 40, Fit.CROP, 0, Colours.RGB),
            new FramePreparation(40, 40, Fit.LETTERBOX, 0, Colours.RGB),
            new FramePreparation(30, 50, Fit.STRETCH, 10, Colours.RGB));
    List<Path> expected =
        pictures(
            folder,
            List.of(clip, clip, clip),
            List.of(
                scale + "increase:" + FLAGS + ",crop=40:40",
                scale + "decrease:" + FLAGS + ",pad=40:40:0:10",
                "fps=10,scale=50:30:" + FLAGS));
    for (int i = 0; i < preparations.size(); i++) {
      try (VideoFile film = VideoFile.open(clip, preparations.get(i))) {
        checkFrames(expected.get(i), film);
      }
    }
    try (VideoFile film =
        VideoFile.open(clip, new FramePreparation(40, 40, Fit.LETTERBOX, 5, Colours.GREY))) {
      assertEquals(Shape.of(10, 1, 40, 40), film.shape());
      Tensor x = film.readFrames(0, 10, DType.FLOAT32);
      for (int column = 0; column < 40; column++) {
        assertEquals(0, x.get(9 * 40 + column), "the bar above is black");
      }
      assertTrue(IntStream.range(400, 1200).mapToDouble(x::get).max().orElse(0) > 200);
      assertEquals(0.4, film.seconds(2).getAsDouble(), 1e-9);
    }
    Tensor rgb = first(clip, Colours.RGB);
    Tensor bgr = first(clip, Colours.BGR);
    int plane = rgb.size() / 3;
    for (int i = 0; i < plane; i++) {
      assertEquals(rgb.get(i), bgr.get(2 * plane + i));
      assertEquals(rgb.get(plane + i), bgr.get(plane + i));
    }
  }

  /** Pixels twice as wide as high make a film twice as wide. */
  @Test
  void pixelsThatAreNotSquare() {
    var preparation = new FramePreparation(40, 40, Fit.LETTERBOX, 0, Colours.RGB);
    try (VideoFile film = VideoFile.open(common.resolve(BROAD.name()), preparation)) {
      checkFrames(PICTURES.get(BROAD.name()), film);
    }
  }

  @Test
  void rotatedAsTheFileSays() {
    try (VideoFile film = VideoFile.open(common.resolve(TURNED), FramePreparation.NONE)) {
      assertEquals(Shape.of(5, 3, 64, 48), film.shape());
      checkFrames(PICTURES.get(TURNED), film);
    }
  }

  private static Tensor first(Path clip, Colours colours) {
    var preparation = new FramePreparation(0, 0, Fit.STRETCH, 0, colours);
    try (VideoFile film = VideoFile.open(clip, preparation)) {
      return film.readFrames(0, 1, DType.FLOAT32);
    }
  }

  /** Frames of each clip, after filters, as ffmpeg writes them one by one: PPM, by one run. */
  private static List<Path> pictures(Path parent, List<Path> clips, List<String> filters) {
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error"));
    clips.forEach(c -> command.addAll(List.of("-i", "file:" + c)));
    List<Path> folders = new ArrayList<>();
    try {
      for (int i = 0; i < clips.size(); i++) {
        Path pictures = Files.createTempDirectory(parent, "ppm");
        command.addAll(List.of("-map", i + ":V:0", "-vf", filters.get(i)));
        command.addAll(List.of("-fps_mode", "passthrough", "-pix_fmt", "rgb24"));
        command.add(pictures + "/%05d.ppm");
        folders.add(pictures);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    Clips.run(command);
    return folders;
  }

  private static void checkFrames(Path pictures, VideoFile film) {
    try {
      long frames = film.shape().dim(0);
      try (var files = Files.list(pictures)) {
        assertEquals(files.count(), frames);
      }
      int plane = (int) (film.shape().dim(2) * film.shape().dim(3));
      String header = "P6\n%d %d\n255\n".formatted(film.shape().dim(3), film.shape().dim(2));
      for (int f = 0; f < frames; f++) {
        byte[] ppm = Files.readAllBytes(pictures.resolve("%05d.ppm".formatted(f + 1)));
        assertEquals(header, new String(ppm, 0, header.length(), StandardCharsets.US_ASCII));
        Tensor frame = film.readFrames(f, f + 1, DType.FLOAT32);
        for (int i = 0; i < plane; i++) {
          for (int c = 0; c < 3; c++) {
            int expected = ppm[header.length() + 3 * i + c] & 0xFF;
            if (frame.get(c * plane + i) != expected) {
              assertEquals(expected, frame.get(c * plane + i), "frame " + f + ", pixel " + i);
            }
          }
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
