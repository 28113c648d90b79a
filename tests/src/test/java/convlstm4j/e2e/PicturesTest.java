package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.data.BatchStream;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.io.architecture.Json;
import convlstm4j.tensor.Tensor;
import convlstm4j.video.VideoFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code predict} makes of the scores of one video: intervals, subtitles, pictures. */
class PicturesTest {
  /** Made by one run. */
  private static final Map<String, String> FILMS =
      Map.of(
          "film.mp4", "testsrc2=s=16x16:r=5:d=1",
          "a film.mkv", "testsrc2=s=24x16:r=24000/1001:d=3",
          "f.mp4", "testsrc2=s=24x16:r=25:d=2");

  @TempDir static Path common;
  private static Path data;
  private static Path model;

  @TempDir Path dir;

  @BeforeAll
  static void train() throws IOException {
    data = TinyFolder.write(common.resolve("data"));
    model = common.resolve("model.ckpt");
    Cli.good(
        "train",
        "--data",
        data,
        "--output",
        model,
        "--filters",
        6,
        "--epochs",
        3,
        "--backend",
        "reference");
    TestFilms.quick().forEach(System::setProperty);
  }

  @AfterAll
  static void forgetProgram() {
    TestFilms.quick().keySet().forEach(System::clearProperty);
  }

  /** One of {@link #FILMS}, for this test. */
  private Path film(String name) throws IOException {
    if (Files.notExists(common.resolve(name))) {
      TestFilms.makeAll(
          FILMS.entrySet().stream()
              .collect(Collectors.toMap(f -> common.resolve(f.getKey()), Map.Entry::getValue)));
    }
    return Files.copy(common.resolve(name), dir.resolve(name));
  }

  private Object[] predict(Path input, Object... more) {
    List<Object> words =
        new ArrayList<>(List.of("predict", "--backend", "reference", "--model", model));
    words.addAll(List.of("--input", input));
    for (Object word : more) {
      words.add(word.toString().replace("@", dir + "/"));
    }
    return words.toArray();
  }

  private static Path array() {
    return data.resolve("trailer_0.npy");
  }

  private void refused(String part, Object... words) throws IOException {
    Map<String, Integer> before = Cli.contents(dir);
    Cli cli = Cli.run(words);
    assertEquals(2, cli.code(), cli::toString);
    assertTrue(cli.err().contains(part), cli::toString);
    assertEquals(before, Cli.contents(dir), cli::toString);
  }

  private static byte[] run(Object... words) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(java.util.stream.Stream.of(words).map(Object::toString).toList())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    byte[] out = process.getInputStream().readAllBytes();
    assertEquals(0, process.waitFor());
    return out;
  }

  @Test
  void ofAnArrayWithoutTimes() throws IOException {
    Cli.good(predict(array(), "--output", "@s.json", "--picture", "@s.png"));
    Map<?, ?> json = (Map<?, ?>) Json.read(Files.readString(dir.resolve("s.json")));
    assertEquals("frames", json.get("unit"));
    assertEquals("trailer_0.npy", json.get("video"));
    assertEquals(TinyFolder.FRAMES, ((List<?>) json.get("starts")).size());
    assertEquals((double) TinyFolder.FRAMES, json.get("end"));
    assertEquals(2, ((List<?>) json.get("scores")).size());
    assertTrue(ImageIO.read(dir.resolve("s.png").toFile()).getWidth() > 1000);
    // The same again is replaced.
    Cli.good(predict(array(), "--output", "@s.json", "--picture", "@s.png"));
    // No --output is needed.
    Cli cli = Cli.good(predict(array(), "--picture", "@only.html"));
    assertEquals(dir.resolve("only.html").toString(), cli.out().lines().findFirst().orElse(""));
    assertTrue(Files.readString(dir.resolve("only.html")).contains("trailer_0.npy"));
  }

  @Test
  void wrongCalls() throws IOException {
    refused("Missing: --output=OUT", predict(array()));
    refused("expected .csv (a table), .json, .npy", predict(array(), "--output", "@s.txt"));
    refused("expected .png, .gif, .html", predict(array(), "--picture", "@s.jpg"));
    refused("expected .csv, .srt", predict(array(), "--intervals", "@s.txt"));
    refused("does not say when its frames are shown", predict(array(), "--intervals", "@s.csv"));
    refused("does not say when its frames are shown", predict(array(), "--output", "@s.srt"));
    refused("--threshold goes with", predict(array(), "--output", "@s.csv", "--threshold", "0.3"));
    refused("--threshold NaN", predict(array(), "--picture", "@s.png", "--threshold", "NaN"));
    refused(
        "is the same file as --output",
        predict(array(), "--output", "@s.html", "--picture", "@s.html"));
    refused("is the same file as --input", predict(array(), "--picture", array()));
    refused(
        "--picture goes with one video",
        predict(Path.of("-"), "--output", "-", "--picture", "@s.png"));
    SmallModels.writeArrays(dir);
    refused(
        "--picture goes with one video",
        predict(data.resolve("labels_0.npy"), "--output", "@y.npy", "--picture", "@s.png"));
  }

  /** Pictures and subtitles of people stay. */
  @Test
  void replacesOnlyWhatItMade() throws Exception {
    Path film = film("film.mp4");
    Files.writeString(dir.resolve("own.srt"), "1\n00:00:00,000 --> 00:00:01,000\nHello!\n\n");
    Files.write(dir.resolve("own.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    Files.writeString(dir.resolve("own.html"), "<html>My page</html>");
    Files.writeString(dir.resolve("own.json"), "{}");
    Files.writeString(dir.resolve("own.csv"), "id,comedy\nfilm,1\n");
    refused("is not subtitles of scores", predict(film, "--output", "@own.srt"));
    refused("is not subtitles of scores", predict(film, "--intervals", "@own.srt"));
    refused("is not a table of intervals", predict(film, "--intervals", "@own.csv"));
    refused(
        "is not a picture or page that ConvLSTM4J made", predict(film, "--picture", "@own.png"));
    refused(
        "is not a picture or page that ConvLSTM4J made", predict(film, "--picture", "@own.html"));
    refused("is not a file of scores", predict(film, "--output", "@own.json"));
    refused("is the same file as --input", predict(film, "--output", "@f.csv", "--picture", film));
    for (int i = 0; i < 2; i++) {
      Cli.good(
          predict(
              film,
              "--output",
              "@f.srt",
              "--threshold",
              "0",
              "--intervals",
              "@f.csv",
              "--picture",
              "@f.gif"));
    }
  }

  /** ffmpeg reads the subtitles, and their times are those that ffprobe says of the film. */
  @Test
  void subtitlesOnAFilm() throws Exception {
    Path film = film("a film.mkv");
    Cli.good(predict(film, "--output", "@s.csv", "--intervals", "@i.csv", "--picture", "@s.html"));
    List<String> rows = Files.readAllLines(dir.resolve("s.csv"));
    List<Double> shown = new ArrayList<>();
    for (String line : frameTimes(film)) {
      shown.add(Double.parseDouble(line));
    }
    assertEquals(72, shown.size());
    // A threshold that some frames are above, of the label that varies most.
    double threshold = threshold(rows);
    Cli.good(
        predict(film, "--output", "@s.srt", "--threshold", threshold, "--intervals", "@i.csv"));
    List<String> cues =
        new String(
                run(
                    "ffprobe",
                    "-v",
                    "error",
                    "-show_entries",
                    "packet=pts_time,duration_time",
                    "-of",
                    "csv=p=0",
                    dir.resolve("s.srt")),
                StandardCharsets.UTF_8)
            .lines()
            .filter(l -> !l.isBlank())
            .toList();
    assertFalse(cues.isEmpty());
    List<double[]> open = new ArrayList<>();
    for (String cue : cues) {
      String[] parts = cue.split(",", -1);
      double start = Double.parseDouble(parts[0]);
      open.add(new double[] {start, start + Double.parseDouble(parts[1])});
    }
    // Each frame is under a subtitle if one of its scores is above, and only then.
    for (int i = 0; i < shown.size(); i++) {
      String[] row = rows.get(i + 1).split(",", -1);
      assertEquals(shown.get(i), Double.parseDouble(row[1]), 0.002, "frame " + i);
      boolean above =
          Double.parseDouble(row[2]) > threshold || Double.parseDouble(row[3]) > threshold;
      double middle = shown.get(i) + 0.5 * 1001 / 24000;
      boolean under = open.stream().anyMatch(o -> middle >= o[0] && middle < o[1]);
      assertEquals(above, under, "frame " + i + " " + rows.get(i + 1) + " " + cues);
    }
    // A player shows them: burnt in by ffmpeg, where it has fonts, or muxed beside the film.
    run(
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-i",
        film,
        "-i",
        dir.resolve("s.srt"),
        "-map",
        "0:v",
        "-map",
        "1",
        "-c:v",
        "copy",
        "-c:s",
        "srt",
        dir.resolve("with.mkv"));
    learnsFromItsOwnIntervals(film, rows, threshold);
  }

  private static double threshold(List<String> rows) {
    double[] middle = new double[2];
    double[] range = new double[2];
    for (int label = 0; label < 2; label++) {
      int column = 2 + label;
      DoubleSummaryStatistics scores =
          rows.stream()
              .skip(1)
              .mapToDouble(r -> Double.parseDouble(r.split(",", -1)[column]))
              .summaryStatistics();
      middle[label] = (scores.getMin() + scores.getMax()) / 2;
      range[label] = scores.getMax() - scores.getMin();
    }
    assertTrue(range[0] + range[1] > 0, "the scores do not vary: " + rows);
    return middle[range[0] > range[1] ? 0 : 1];
  }

  private static List<String> frameTimes(Path film) throws Exception {
    return new String(
            run(
                "ffprobe",
                "-v",
                "error",
                "-select_streams",
                "v:0",
                "-show_entries",
                "frame=pts_time",
                "-of",
                "csv=p=0",
                film),
            StandardCharsets.UTF_8)
        .lines()
        .map(l -> l.replace(",", ""))
        .filter(l -> !l.isBlank())
        .toList();
  }

  /** As labels.csv, the intervals are the frames that were above. */
  private void learnsFromItsOwnIntervals(Path film, List<String> rows, double threshold)
      throws IOException {
    Path folder = Files.createDirectories(dir.resolve("again"));
    Files.copy(film, folder.resolve(film.getFileName()));
    Files.copy(dir.resolve("i.csv"), folder.resolve("labels.csv"));
    VideoFolder again = VideoFolder.open(folder).frames(FramePreparation.NONE.size(8, 8));
    List<String> header = List.of(rows.get(0).split(",", -1));
    try (BatchStream stream = again.outputs(again.labels()).open(0, 0)) {
      Batch batch = stream.next();
      for (int k = 0; k < again.labels().size(); k++) {
        int column = header.indexOf(again.labels().get(k));
        Tensor target = batch.targets().get(k);
        double[] expected =
            rows.stream()
                .skip(1)
                .mapToDouble(r -> Double.parseDouble(r.split(",", -1)[column]) > threshold ? 1 : 0)
                .toArray();
        double[] got = new double[target.size()];
        for (int i = 0; i < got.length; i++) {
          got[i] = target.get(i);
        }
        assertArrayEquals(expected, got, again.labels().get(k));
      }
    }
  }

  /** The last frame ends when the film does, also at another rate. */
  @Test
  void filmsEndWhenFfprobeSays() throws Exception {
    Path film = film("f.mp4");
    for (double rate : new double[] {0, 5}) {
      FramePreparation p =
          new FramePreparation(
              0, 0, FramePreparation.Fit.STRETCH, rate, FramePreparation.Colours.RGB);
      try (VideoFile opened = VideoFile.open(film, p)) {
        assertEquals(2, opened.end().getAsDouble(), 1e-9);
        assertEquals(2, opened.reopened().end().getAsDouble(), 1e-9);
      }
    }
  }
}
