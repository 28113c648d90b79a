package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of {@code evaluate --report}. */
class ReportTest {
  private static final String HOSTILE =
      "<script>document.title='owned'</script><img src=http://outside.test/x.png"
          + " onerror=\"document.title='owned'\">";
  private static final Pattern LOADED = Pattern.compile("(?:src|href)=\"([^\"]{0,30})");

  @TempDir Path dir;

  private Path train(List<String> genres) throws IOException {
    Path data = TinyFolder.write(dir.resolve("data & \"<b>films\""));
    Files.write(data.resolve("genres.txt"), genres);
    Cli.good(
        "train",
        "--data",
        data,
        "--output",
        dir.resolve("m.ckpt"),
        "--filters",
        4,
        "--epochs",
        3,
        "--backend",
        "reference");
    return data;
  }

  private Cli evaluate(Object... more) {
    Object[] first = {"evaluate", "--model", dir.resolve("m.ckpt"), "--backend", "reference"};
    return Cli.run(Stream.of(first, more).flatMap(Stream::of).toArray());
  }

  private String page() throws IOException {
    return Files.readString(dir.resolve("report/report.html"));
  }

  /** The table of what was taken for what holds what predict and the labels say. */
  @Test
  void countsAreTrue() throws IOException {
    Path data = train(TinyFolder.GENRES);
    for (Object[] more : new Object[][] {{}, {"--window", 4}}) {
      Object[] words = {"--data", data, "--report", dir.resolve("report")};
      Cli cli = evaluate(Stream.of(words, more).flatMap(Stream::of).toArray());
      assertEquals(0, cli.code(), cli::toString);
      assertTrue(cli.out().contains("report.html"), cli::toString);
      if (more.length == 0) {
        checkCounts(data, page());
      }
      assertTrue(page().contains("4 clips"), "windows are put together again");
    }
  }

  private void checkCounts(Path data, String page) throws IOException {
    int[][] counts = new int[2][4];
    for (int id = 0; id < TinyFolder.TRAILERS; id++) {
      Path scores = dir.resolve("s.npy");
      Path trailer = data.resolve("trailer_" + id + ".npy");
      Cli.good(
          "predict",
          "--model",
          dir.resolve("m.ckpt"),
          "--input",
          trailer,
          "--output",
          scores,
          "--backend",
          "reference");
      Tensor score = NpyFile.open(scores).read(DType.FLOAT32);
      Tensor label = NpyFile.open(data.resolve("labels_" + id + ".npy")).read(DType.FLOAT32);
      for (int i = 0; i < score.size(); i++) {
        boolean said = score.get(i) > 0.5;
        boolean is = label.get(i) > 0.5;
        counts[i % 2][said ? (is ? 0 : 1) : is ? 2 : 3]++;
      }
    }
    for (int k = 0; k < 2; k++) {
      int[] c = counts[k];
      assertTrue(
          page.contains(
              "<td>right</td><td>%d</td><td>%d</td></tr>\n<tr><td>not right</td><td>%d</td><td>%d</td>"
                  .formatted(c[0], c[2], c[1], c[3])),
          () -> String.join(" ", List.of(c[0] + "", c[1] + "", c[2] + "", c[3] + "")));
      double f1 = 2.0 * c[0] / Math.max(1, 2 * c[0] + c[1] + c[2]);
      assertTrue(page.contains("<td>" + String.format(Locale.ROOT, "%.3f", f1) + "</td>"));
    }
  }

  /** Whatever labels and files are called; and nothing is loaded. */
  @Test
  void namesAreText() throws Exception {
    Path data = train(List.of(HOSTILE, "a\"'&b"));
    Cli cli = evaluate("--data", data, "--report", dir.resolve("report"));
    assertEquals(0, cli.code(), cli::toString);
    String page = page();
    assertFalse(page.contains("<script"), "runs");
    assertFalse(page.contains("<b>"), "the folder's name");
    assertFalse(page.contains("<img src=http"), "an element of the label's");
    assertTrue(page.contains("<h3>a&quot;&#39;&amp;b</h3>"));
    Matcher loaded = LOADED.matcher(page);
    int pictures = 0;
    while (loaded.find()) {
      assertTrue(loaded.group(1).startsWith("data:image/png;base64,"), loaded.group(1));
      pictures++;
    }
    assertTrue(pictures >= 4 + TinyFolder.TRAILERS, pictures + " pictures");
    seen(page);
  }

  /** In a real browser. */
  private void seen(String page) throws Exception {
    Path file = dir.resolve("report/report.html");
    try (Browser browser = new Browser(dir.resolve("browser"))) {
      String dom = browser.dom(file);
      assertTrue(dom.contains("<title>Evaluation of "), "its title is its own");
      assertFalse(dom.contains("owned</title>"), "a label has run");
      assertEquals(count(page, "<img "), count(dom, "<img "));
      for (int width : new int[] {500, 1300}) {
        BufferedImage light = browser.see(file, width, 1600, false);
        assertEquals(0xFFFFFFFF, light.getRGB(1, 1));
        assertTrue(colours(light) > 100, colours(light) + " colours: the page is empty");
        int dark = browser.see(file, width, 1600, true).getRGB(1, 1) & 0xFF;
        assertTrue(dark < 0x40, "a dark page for who wants one, and not " + dark);
      }
      assertEquals(List.of(), browser.requests("outside.test"));
      // Even if a name were an element, nothing would be loaded; without the page's policy it
      // would.
      String more = "<img src=\"http://outside.test/y.png\"></body>";
      Path changed = dir.resolve("changed.html");
      Files.writeString(changed, page.replace("</body>", more));
      browser.dom(changed);
      assertEquals(List.of(), browser.requests("outside.test"));
      Files.writeString(changed, "<html><body>" + more + "</html>");
      browser.dom(changed);
      assertEquals(1, browser.requests("outside.test/y.png").size(), "requests are seen");
    }
  }

  private static int colours(BufferedImage image) {
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y += 2) {
      for (int x = 0; x < image.getWidth(); x += 2) {
        colours.add(image.getRGB(x, y));
      }
    }
    return colours.size();
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length;
  }

  /** Samples of arrays: classes by number, and numbers that are no labels. */
  @Test
  void ofArrays() throws IOException {
    SmallModels.writeArrays(dir);
    try (var two = SmallModels.twins()) {
      convlstm4j.io.checkpoint.Checkpoint.save(two, dir.resolve("m.ckpt"));
    }
    Tensor kinds = Tensor.zeros(DType.FLOAT32, Shape.of(SmallModels.SAMPLES, 1));
    for (int i = 0; i < kinds.size(); i++) {
      kinds.set(i, i % 3);
    }
    NpyWriter.write(dir.resolve("kinds.npy"), kinds);
    Cli cli =
        evaluate(
            "--x",
            "left=" + dir.resolve("left.npy"),
            "--x",
            "right=" + dir.resolve("right.npy"),
            "--y",
            "sum=" + dir.resolve("sum.npy"),
            "--y",
            "kind=" + dir.resolve("kinds.npy"),
            "--loss",
            "sum=mse",
            "--loss",
            "kind=sparse_categorical_crossentropy",
            "--report",
            dir.resolve("report"));
    assertEquals(0, cli.code(), cli::toString);
    String page = page();
    assertTrue(page.contains("kind: which class was taken for which"));
    assertTrue(page.contains("<td>kind_0</td><td>10</td><td>4</td>"), "ten, of which four");
    assertFalse(page.contains("<h3>sum</h3>"), "no label");
    assertTrue(page.contains("sample "));
  }

  @Test
  void wrongCalls() throws IOException {
    SmallModels.writeArrays(dir);
    try (var one = SmallModels.forecast()) {
      convlstm4j.io.checkpoint.Checkpoint.save(one, dir.resolve("m.ckpt"));
    }
    Object[] words = {
      "--x", dir.resolve("x.npy"), "--y", dir.resolve("y.npy"), "--loss", "mse", "--report"
    };
    Path own = Files.createDirectories(dir.resolve("own"));
    Files.writeString(own.resolve("report.html"), "<html>mine</html>");
    refused("is not a picture or page that ConvLSTM4J made", own, words);
    refused("is a file, expected a folder", dir.resolve("x.npy"), words);
    assertEquals(
        0,
        evaluate(Stream.concat(Stream.of(words), Stream.of(dir.resolve("new"))).toArray()).code());
    // A folder that nothing came into is not left.
    words[1] = dir.resolve("absent.npy");
    refused("absent.npy", dir.resolve("newer"), words);
    assertFalse(Files.exists(dir.resolve("newer")));
  }

  private void refused(String part, Path report, Object... words) throws IOException {
    var before = Cli.contents(dir);
    Cli cli = evaluate(Stream.concat(Stream.of(words), Stream.of(report)).toArray());
    assertEquals(2, cli.code(), cli::toString);
    assertTrue(cli.err().contains(part), cli::toString);
    assertEquals(before, Cli.contents(dir), cli::toString);
  }
}
