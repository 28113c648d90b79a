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
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(WithFfmpeg.class)
class VideoFileTest {
  private static final String TINY = "testsrc2=s=32x24:r=5:d=1";
  private static final String TWO_SECONDS = "testsrc2=s=32x24:r=25:d=2";
  private static final String WHOLE = "testsrc2=s=64x48:r=25:d=4";

  /** More than is decoded ahead. */
  private static final String LONG = "testsrc2=s=320x240:r=25:d=6";

  private static final String SOUND = "sine=d=1";
  private static final String COVER = "testsrc2=s=32x24:d=1";

  @TempDir Path folder;

  @BeforeAll
  static void makeClips() {
    Clips.assumeFfmpeg();
    Clips.prepare(
        List.of(
            Clips.Clip.of("tiny.mkv", TINY),
            Clips.Clip.of("tiny.ts", TINY),
            Clips.Clip.of("two.mkv", TWO_SECONDS),
            Clips.Clip.of("whole.mkv", WHOLE),
            Clips.Clip.of("whole.mp4", WHOLE),
            Clips.Clip.of("long.mkv", LONG, "-c:v", "mpeg4"),
            Clips.Clip.of("sound.mp3", SOUND),
            Clips.Clip.of("cover.png", COVER, "-frames:v", "1")));
  }

  @Test
  void stretchesInAnyOrder() {
    Path clip = Clips.make(folder.resolve("a.mkv"), TWO_SECONDS);
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
    return Clips.make(folder.resolve("long.mkv"), LONG, "-c:v", "mpeg4");
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

  @ParameterizedTest
  @CsvSource({
    "'a film, of: two|parts.mkv'",
    "'-i.mkv'",
    "'concat:a|b.mkv'",
    "'%d \"quoted\" ''.mkv'",
    "'Überfällig 日本.mkv'"
  })
  void namesOfAnyKind(String name) throws IOException {
    Path clip = Clips.make(folder.resolve("plain.mkv"), TINY);
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
    Clips.make(sound, SOUND);
    refused(sound, "is of a kind that films do not come in");
    Path picture = folder.resolve("cover.png");
    Clips.make(picture, COVER, "-frames:v", "1");
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
    Path film = Clips.make(folder.resolve("film.ts"), TINY);
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
    Path whole = Clips.make(folder.resolve("whole.mkv"), WHOLE);
    byte[] bytes = Files.readAllBytes(whole);
    Path half =
        Files.write(folder.resolve("half.mkv"), Arrays.copyOf(bytes, bytes.length * 6 / 10));
    try (VideoFile film = VideoFile.open(half, FramePreparation.NONE)) {
      long frames = film.shape().dim(0);
      assertTrue(frames > 10 && frames < 100, () -> "frames: " + frames);
      assertNotEquals(List.of(), film.damage().stream().toList(), "nothing is said of the cut");
      assertEquals(frames, film.readFrames(0, frames, DType.FLOAT32).shape().dim(0));
    }
    Path mp4 = Clips.make(folder.resolve("whole.mp4"), WHOLE);
    byte[] more = Files.readAllBytes(mp4);
    Path cut = Files.write(folder.resolve("cut.mp4"), Arrays.copyOf(more, more.length / 2));
    refused(cut, "ffmpeg cannot decode it: moov atom not found");
  }

  @Test
  void aFilmThatShrinksIsRefused() throws IOException {
    Path clip = Clips.make(folder.resolve("a.mkv"), WHOLE);
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
}
