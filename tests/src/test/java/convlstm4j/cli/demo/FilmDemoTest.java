package convlstm4j.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.data.FramePreparation;
import convlstm4j.e2e.TestFilms;
import convlstm4j.model.Callback;
import convlstm4j.tensor.Shape;
import convlstm4j.video.FfmpegPrograms;
import convlstm4j.video.VideoFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code demo --film}, with two epochs of training. */
class FilmDemoTest {
  private static final Pattern ROW =
      Pattern.compile("<tr><td>unusual</td><td>([0-9.]+) s</td><td>([0-9.]+) s</td>");

  @TempDir Path dir;
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void ffmpeg() {
    assumeTrue(TestFilms.installed(), "no ffmpeg: apt install ffmpeg");
  }

  private String watch(Path film, Path folder) throws IOException {
    TestFilms.quick().forEach(System::setProperty);
    try {
      return watched(film, folder);
    } finally {
      TestFilms.quick().keySet().forEach(System::clearProperty);
    }
  }

  private String watched(Path film, Path folder) throws IOException {
    return new FilmDemo(
            folder,
            1,
            2,
            model -> model.backend("onednn"),
            said::add,
            title -> new Callback() {},
            model -> {})
        .run(Optional.of(film));
  }

  /** Each clip that is taken where no film is named is one that it can watch. */
  @TestFactory
  List<DynamicTest> clipsOfPackages() {
    return FilmDemo.INSTALLED.stream()
        .map(
            clip ->
                DynamicTest.dynamicTest(
                    clip.toString(),
                    () -> {
                      assumeTrue(Files.exists(clip), "the package of this clip is not installed");
                      Path folder = dir.resolve(clip.getFileName().toString());
                      checkPage(folder, watch(clip, folder));
                    }))
        .toList();
  }

  /** What is printed is what the page shows. */
  private static void checkPage(Path folder, String printed) throws IOException {
    String page = Files.readString(folder.resolve("film.html"));
    assertTrue(page.contains("src=\"data:image/png;base64,"), printed);
    StringBuilder rows = new StringBuilder();
    Matcher row = ROW.matcher(page);
    while (row.find()) {
      rows.append("unusual from %s to %s s%n".formatted(row.group(1), row.group(2)));
    }
    String expected = rows.isEmpty() ? "nothing unusual\n" : rows.toString();
    assertEquals(expected + folder.resolve("film.html") + "\n", printed);
  }

  /** What is watched where nothing is installed, by each ffmpeg, one of which has no devices. */
  @ParameterizedTest
  @ValueSource(strings = {"", FfmpegPrograms.BUNDLED})
  void aFilmIsGenerated(String program) throws IOException {
    FilmDemo demo =
        new FilmDemo(dir, 1, 1, model -> {}, said::add, title -> new Callback() {}, model -> {});
    if (!program.isEmpty()) {
      TestFilms.assumeBundled();
      System.setProperty(FfmpegPrograms.PROPERTY, program);
    }
    try (VideoFile film = VideoFile.open(demo.generated(), FramePreparation.NONE)) {
      assertEquals(Shape.of(320, 3, 64, 96), film.shape());
      assertEquals(39.875, film.seconds(319).getAsDouble(), 1e-3);
    } finally {
      System.clearProperty(FfmpegPrograms.PROPERTY);
    }
  }

  /** Grey, and from second 6 on colours that move. */
  @Test
  void showsWhatIsNew() throws Exception {
    Path film =
        TestFilms.make(
            dir.resolve("film.mp4"),
            "color=c=gray:s=48x32:r=8:d=10[a];testsrc2=s=48x32:r=8:d=10[b];"
                + "[a][b]overlay=enable='gte(t,7)'");
    Path folder = dir.resolve("demo");
    String printed = watch(film, folder);
    assertEquals("unusual from 7.00 to 10.00 s", printed.lines().findFirst().orElseThrow());
    checkPage(folder, printed);
  }

  @Test
  void aShortFilmLeavesNoFolder() throws Exception {
    Path film = TestFilms.make(dir.resolve("film.mp4"), "testsrc2=s=48x32:r=8:d=3");
    Path folder = dir.resolve("demo");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> watch(film, folder));
    assertTrue(e.getMessage().contains("has 24 frames at 8 a second"), e.getMessage());
    assertFalse(Files.exists(folder), "left behind");
  }
}
