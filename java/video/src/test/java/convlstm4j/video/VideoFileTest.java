package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.data.ByteScale;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.FramePreparation.Fit;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class VideoFileTest {
  /** The flags that the library promises: the same pixels on every machine. */
  private static final String FLAGS = "flags=bicubic+accurate_rnd+bitexact+full_chroma_int";

  @TempDir static Path common;

  /** Folders with the frames of the clips in {@link #common}, as ffmpeg gives them. */
  private static List<Path> pictures = List.of();

  @TempDir Path folder;

  @BeforeEach
  void ffmpeg() {
    Clips.assumeFfmpeg();
  }

  @AfterEach
  void noProcessIsLeft() {
    assertEquals(0, Clips.running());
  }

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

  /** Made by one run, and decoded by another for what is expected. */
  @BeforeAll
  static void makeClips() {
    Clips.assumeFfmpeg();
    Clips.makeAll(
        common,
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
    List<Path> files = clips().stream().map(c -> common.resolve(c.get(0))).toList();
    pictures = pictures(common, files, Collections.nCopies(files.size(), "scale=98:66:" + FLAGS));
  }

  @ParameterizedTest
  @MethodSource("clips")
  void framesAndTimesAreFfmpegsOwn(List<String> made) {
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
      checkFrames(pictures.get(clips().indexOf(made)), film);
      assertTrue(film.damage().isEmpty(), () -> film.damage().toString());
    }
  }

  /** Frames that do not come at even times are all there, once. */
  @Test
  void framesOfUnevenTimes() {
    Path clip =
        Clips.make(
            folder.resolve("uneven.mkv"),
            "testsrc2=s=64x48:r=30:d=2",
            "-vf",
            "select='not(mod(n,3))+eq(n,7)+eq(n,8)'",
            "-fps_mode",
            "vfr");
    try (VideoFile film = VideoFile.open(clip, FramePreparation.NONE)) {
      double[] expected = Clips.seconds(clip);
      assertEquals(22, expected.length);
      assertEquals(22, film.shape().dim(0));
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], film.seconds(i).getAsDouble(), 0.0015);
      }
      checkFrames(clip, "scale=64:48:" + FLAGS, film);
    }
  }

  @Test
  void preparedAsAskedFor() {
    Path clip = Clips.make(folder.resolve("wide.mp4"), "testsrc2=s=200x100:r=25:d=2");
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
    Path clip =
        Clips.make(folder.resolve("sar.mkv"), "testsrc2=s=50x100:r=5:d=1", "-vf", "setsar=2/1");
    check(
        clip,
        new FramePreparation(40, 40, Fit.LETTERBOX, 0, Colours.RGB),
        "scale=100:100:" + FLAGS + ",setsar=1,scale=40:40:" + FLAGS);
  }

  @Test
  void rotatedAsTheFileSays() {
    Path plain = Clips.make(folder.resolve("plain.mp4"), "testsrc2=s=64x48:r=5:d=1");
    Path turned = folder.resolve("turned.mp4");
    Clips.run(
        "ffmpeg",
        "-v",
        "error",
        "-i",
        "" + plain,
        "-c",
        "copy",
        "-metadata:s:v",
        "rotate=90",
        "" + turned);
    try (VideoFile film = VideoFile.open(turned, FramePreparation.NONE)) {
      assertEquals(Shape.of(5, 3, 64, 48), film.shape());
      checkFrames(turned, "scale=48:64:" + FLAGS, film);
    }
  }

  @Test
  void stretchesInAnyOrder() {
    Path clip = Clips.make(folder.resolve("a.mkv"), "testsrc2=s=32x24:r=25:d=2");
    // By two, so that a stretch is not gone back to for its other kind of numbers.
    try (VideoFile film = VideoFile.open(clip, FramePreparation.NONE).scaled(ByteScale.UNIT);
        VideoFile same = film.reopened()) {
      double[] all = film.readFrames(0, 50, DType.FLOAT64).doubles();
      int frame = 3 * 24 * 32;
      for (int[] part : new int[][] {{10, 20}, {20, 21}, {0, 1}, {49, 50}, {7, 7}, {30, 45}}) {
        assertArrayEquals(
            Arrays.copyOfRange(all, part[0] * frame, part[1] * frame),
            film.readFrames(part[0], part[1], DType.FLOAT64).doubles());
        Tensor floats = same.readFrames(part[0], part[1], DType.FLOAT32);
        assertTrue(floats.size() == 0 || floats.isPixels());
        for (int i = 0; i < floats.size(); i++) {
          assertEquals((float) all[part[0] * frame + i], (float) floats.get(i));
        }
      }
      assertThrows(IndexOutOfBoundsException.class, () -> film.readFrames(0, 51, DType.FLOAT32));
      assertThrows(IndexOutOfBoundsException.class, () -> film.seconds(50));
    }
  }

  private Path longFilm() {
    String source = "testsrc2=s=320x240:r=25:d=20";
    return Clips.make(folder.resolve("long.mkv"), source, "-c:v", "mpeg4");
  }

  /** A decoder far ahead of its reader ends when the film is closed. */
  @Test
  void closedBeforeItsEnd() {
    Path clip = longFilm();
    VideoFile film = VideoFile.open(clip, FramePreparation.NONE);
    film.readFrames(0, 1, DType.FLOAT32);
    assertEquals(1, Clips.running());
    film.close();
    assertEquals(0, Clips.running());
    assertThrows(IllegalStateException.class, () -> film.readFrames(1, 2, DType.FLOAT32));
  }

  /** Ctrl-C in a terminal goes to a group of processes: ffmpeg is in another. */
  @Test
  void ctrlCIsNotForFfmpeg() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setsid")), "no setsid");
    Path clip = longFilm();
    try (VideoFile film = VideoFile.open(clip, FramePreparation.NONE)) {
      film.readFrames(0, 1, DType.FLOAT32);
      long ffmpeg = ProcessHandle.current().children().findFirst().orElseThrow().pid();
      assertEquals(ffmpeg, group(ffmpeg));
      assertNotEquals(group(ProcessHandle.current().pid()), group(ffmpeg));
    }
  }

  private static long group(long process) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[2]);
  }

  /** A decoder that waits for ever is ended; here one that never writes. */
  @Test
  void aDecoderThatDoesNothingIsEnded() throws IOException {
    Path clip = Clips.make(folder.resolve("a.mkv"), "testsrc2=s=32x24:r=5:d=1");
    Path sleeper = Files.writeString(folder.resolve("sleeper"), "#!/bin/sh\nexec sleep 1000\n");
    assertTrue(sleeper.toFile().setExecutable(true));
    System.setProperty(Ffmpeg.IDLE_PROPERTY, "3");
    try {
      with(
          sleeper.toString(),
          () -> refused(clip, "ffmpeg gave nothing for minutes, expected frames: it was ended"));
    } finally {
      System.clearProperty(Ffmpeg.IDLE_PROPERTY);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'a film, of: two|parts.mkv'",
    "'-i.mkv'",
    "'concat:a|b.mkv'",
    "'%d \"quoted\" ''.mkv'",
    "'Überfällig 日本.mkv'"
  })
  void namesOfAnyKind(String name) throws IOException {
    Path clip = Clips.make(folder.resolve("plain.mkv"), "testsrc2=s=32x24:r=5:d=1");
    Path odd = Files.move(clip, folder.resolve(name));
    try (VideoFile film = VideoFile.open(odd, FramePreparation.NONE)) {
      assertEquals(5, film.readFrames(0, 5, DType.FLOAT32).shape().dim(0));
    }
  }

  @Test
  void whatIsNoVideoIsRefused() throws IOException {
    refused(folder.resolve("absent.mp4"), "there is no such file");
    refused(folder, "is a folder, expected a file");
    Path text = Files.writeString(folder.resolve("text.mp4"), "not a film at all\n".repeat(100));
    refused(text, "ffmpeg cannot decode it: ");
    refused(Files.createFile(folder.resolve("empty.mkv")), "ffmpeg cannot decode it: ");
    Path sound = folder.resolve("sound.mp3");
    Clips.make(sound, "sine=d=1");
    refused(sound, "is of a kind that films do not come in");
    Path picture = folder.resolve("cover.png");
    Clips.make(picture, "testsrc2=s=32x24", "-frames:v", "1");
    Path covered = folder.resolve("covered.m4a");
    Clips.run(
        "ffmpeg",
        "-v",
        "error",
        "-i",
        "" + sound,
        "-i",
        "" + picture,
        "-map",
        "0",
        "-map",
        "1",
        "-c:v",
        "copy",
        "-disposition:v",
        "attached_pic",
        "" + covered);
    refused(covered, "has no moving pictures");
  }

  /** A file that names others does not get them opened. */
  @Test
  void playlistsOpenNothing() throws IOException {
    Path film = Clips.make(folder.resolve("film.ts"), "testsrc2=s=32x24:r=5:d=1");
    Path list =
        Files.writeString(
            folder.resolve("list.m3u8"),
            "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + film + "\n#EXT-X-ENDLIST\n");
    refused(list, "or names other files");
    Path parts =
        Files.writeString(
            folder.resolve("parts.mp4"), "ffconcat version 1.0\nfile '" + film + "'\n");
    refused(parts, "or names other files");
  }

  @Test
  void cutFiles() throws IOException {
    Path whole = Clips.make(folder.resolve("whole.mkv"), "testsrc2=s=64x48:r=25:d=4");
    byte[] bytes = Files.readAllBytes(whole);
    Path half =
        Files.write(folder.resolve("half.mkv"), Arrays.copyOf(bytes, bytes.length * 6 / 10));
    try (VideoFile film = VideoFile.open(half, FramePreparation.NONE)) {
      long frames = film.shape().dim(0);
      assertTrue(frames > 10 && frames < 100, () -> "frames: " + frames);
      assertNotEquals(List.of(), film.damage().stream().toList(), "nothing is said of the cut");
      assertEquals(frames, film.readFrames(0, frames, DType.FLOAT32).shape().dim(0));
    }
    Path mp4 = Clips.make(folder.resolve("whole.mp4"), "testsrc2=s=64x48:r=25:d=4");
    byte[] more = Files.readAllBytes(mp4);
    Path cut = Files.write(folder.resolve("cut.mp4"), Arrays.copyOf(more, more.length / 2));
    refused(cut, "ffmpeg cannot decode it: moov atom not found");
  }

  @Test
  void aFilmThatShrinksIsRefused() throws IOException {
    Path clip = Clips.make(folder.resolve("a.mkv"), "testsrc2=s=64x48:r=25:d=4");
    byte[] bytes = Files.readAllBytes(clip);
    try (VideoFile film = VideoFile.open(clip, FramePreparation.NONE)) {
      Files.write(clip, Arrays.copyOf(bytes, bytes.length / 2));
      String message =
          assertThrows(VideoException.class, () -> film.readFrames(0, 100, DType.FLOAT32))
              .getMessage();
      assertTrue(message.contains("frames, had 100"), message);
      assertEquals(0, Clips.running());
      // What is still there can be read.
      assertEquals(1, film.readFrames(0, 1, DType.FLOAT32).shape().dim(0));
    }
  }

  @Test
  void withoutFfmpegTheMessageSaysWhatToDo() {
    Path clip = Clips.make(folder.resolve("a.mkv"), "testsrc2=s=32x24:r=5:d=1");
    with(
        "/nowhere/ffmpeg",
        () ->
            refused(
                clip,
                "needs the program ffmpeg, version 5.1 or later, which is not at"
                    + " -Dconvlstm4j.ffmpeg=/nowhere/ffmpeg: install it (apt install ffmpeg), or"
                    + " take the module io.github.convlstm4j:convlstm4j-ffmpeg"));
    with(
        FfmpegPrograms.BUNDLED,
        () ->
            refused(
                clip, "which is brought along by no module, as -Dconvlstm4j.ffmpeg=bundled wants"));
  }

  private static void with(String ffmpeg, Runnable work) {
    String before = System.getProperty(FfmpegPrograms.PROPERTY);
    System.setProperty(FfmpegPrograms.PROPERTY, ffmpeg);
    try {
      work.run();
    } finally {
      if (before == null) {
        System.clearProperty(FfmpegPrograms.PROPERTY);
      } else {
        System.setProperty(FfmpegPrograms.PROPERTY, before);
      }
    }
  }

  /** As a module may bring it along. */
  public static final class Broken implements BundledFfmpeg {
    @Override
    public FfmpegProgram prepare() throws IOException {
      throw new IOException("the disk is full");
    }
  }

  /** Also where another class loader knows the module: that of the thread. */
  @Test
  void whatIsBroughtAlongAndDoesNotServeSaysWhy() throws IOException {
    Path clip = Clips.make(folder.resolve("a.mkv"), "testsrc2=s=32x24:r=5:d=1");
    Path services = Files.createDirectories(folder.resolve("module/META-INF/services"));
    Files.writeString(
        services.resolve(BundledFfmpeg.class.getName()), Broken.class.getName() + "\n");
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.resolve("module").toUri().toURL()}, getClass().getClassLoader())) {
      Thread.currentThread().setContextClassLoader(loader);
      with(
          FfmpegPrograms.BUNDLED,
          () -> {
            refused(clip, "needs the program ffmpeg; the disk is full");
            assertThrows(VideoException.class, FfmpegPrograms::find);
          });
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void theProgramSaysItsVersionOrWhatItIs() throws IOException {
    FfmpegProgram program = FfmpegPrograms.find().orElseThrow();
    assertTrue(program.version().matches("[0-9N].*"), program::version);
    Path other = Files.writeString(folder.resolve("other"), "#!/bin/sh\necho hello\nexit 3\n");
    assertTrue(other.toFile().setExecutable(true));
    assertEquals(
        other + ": does not start, or is no ffmpeg: it says \"hello\" and ends with status 3",
        assertThrows(VideoException.class, () -> FfmpegProgram.of(other, List.of(), "").version())
            .getMessage());
    Path absent = folder.resolve("absent");
    String message =
        assertThrows(VideoException.class, () -> FfmpegProgram.of(absent, List.of(), "").version())
            .getMessage();
    assertTrue(message.startsWith(absent + ": cannot be started: "), message);
  }

  @Test
  void preparationsThatCannotBe() {
    for (int[] size : new int[][] {{0, 5}, {5, 0}, {-1, -1}, {40000, 10}}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new FramePreparation(size[0], size[1], Fit.CROP, 0, Colours.RGB));
    }
    for (double rate : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new FramePreparation(0, 0, Fit.CROP, rate, Colours.RGB));
    }
  }

  private static void refused(Path file, String reason) {
    String message =
        assertThrows(
                VideoException.class, () -> VideoFile.open(file, FramePreparation.NONE).close())
            .getMessage();
    assertTrue(message.startsWith(file.toString()) || message.contains(": "), message);
    assertTrue(message.contains(reason), message);
    assertTrue(message.lines().count() == 1, message);
  }

  private static Tensor first(Path clip, Colours colours) {
    var preparation = new FramePreparation(0, 0, Fit.STRETCH, 0, colours);
    try (VideoFile film = VideoFile.open(clip, preparation)) {
      return film.readFrames(0, 1, DType.FLOAT32);
    }
  }

  private void check(Path clip, FramePreparation preparation, String filters) {
    try (VideoFile film = VideoFile.open(clip, preparation)) {
      checkFrames(clip, filters, film);
    }
  }

  private void checkFrames(Path clip, String filters, VideoFile film) {
    checkFrames(pictures(folder, List.of(clip), List.of(filters)).get(0), film);
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
