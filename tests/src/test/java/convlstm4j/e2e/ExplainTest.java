package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code explain}: of what a score says, and what it refuses. */
class ExplainTest {
  @TempDir Path dir;
  private Path trailer;

  @BeforeEach
  void train() throws IOException {
    Path data = TinyFolder.write(dir.resolve("data"));
    trailer = data.resolve("trailer_0.npy");
    Cli.good(
        "train",
        "--data",
        data,
        "--output",
        dir.resolve("m.ckpt"),
        "--filters",
        4,
        "--epochs",
        2,
        "--backend",
        "reference");
  }

  private Object[] explain(Object... more) {
    Object[] first = {"explain", "--model", dir.resolve("m.ckpt"), "--backend", "reference"};
    return Stream.of(first, more).flatMap(Stream::of).toArray();
  }

  private void refused(String part, Object... more) throws IOException {
    var before = Cli.contents(dir);
    Cli cli = Cli.run(explain(more));
    assertEquals(2, cli.code(), cli::toString);
    assertTrue(cli.err().contains(part), cli::toString);
    assertEquals(before, Cli.contents(dir), cli::toString);
  }

  @Test
  void saysOfWhat() throws Exception {
    Path png = dir.resolve("h.png");
    Cli cli =
        Cli.good(explain("--input", trailer, "--output", png, "--label", "action", "--at", 4));
    assertTrue(
        cli.out().matches("(?s).*h.png: trailer_0.npy: action of 0\\.\\d{3} at frame 4\\R.*"),
        cli::toString);
    assertTrue(ImageIO.read(png.toFile()).getHeight() > 2 * 190);
    // By itself it takes the highest score; the same again is replaced.
    Cli.good(
        "predict",
        "--model",
        dir.resolve("m.ckpt"),
        "--backend",
        "reference",
        "--input",
        trailer,
        "--output",
        dir.resolve("s.csv"));
    double highest = 0;
    String expected = "";
    for (String row : Files.readAllLines(dir.resolve("s.csv")).subList(1, 7)) {
      String[] cells = row.split(",", -1);
      for (int k = 0; k < 2; k++) {
        double score = Double.parseDouble(cells[1 + k]);
        if (score > highest) {
          highest = score;
          expected = TinyFolder.GENRES.get(k);
        }
      }
    }
    cli = Cli.good(explain("--input", trailer, "--output", png));
    assertTrue(cli.out().contains(": " + expected + " of 0."), cli::toString);
  }

  @Test
  void ofAFilm() throws Exception {
    Path film = TestFilms.make(dir.resolve("f.mp4"), "testsrc2=s=32x24:r=10:d=2");
    Path gif = dir.resolve("h.gif");
    Cli cli = Cli.good(explain("--input", film, "--output", gif, "--at", 1.25));
    assertTrue(cli.out().contains(" at 1.20 s"), cli::toString);
    assertTrue(ImageIO.read(gif.toFile()).getWidth() > 600);
  }

  @Test
  void wrongCalls() throws IOException {
    Path png = dir.resolve("h.png");
    Path own = Files.writeString(dir.resolve("own.png"), "mine");
    refused("expected one of comedy, action", "--input", trailer, "--output", png, "--label", "x");
    refused("expected a time from 0.0 to 6.0", "--input", trailer, "--output", png, "--at", 6);
    refused("expected .png, .gif", "--input", trailer, "--output", dir.resolve("h.jpg"));
    refused("that ConvLSTM4J made", "--input", trailer, "--output", own);
    refused("--frame-rate goes with", "--input", trailer, "--output", png, "--frame-rate", 3);
    refused("expected one video", "--input", dir.resolve("data/labels_0.npy"), "--output", png);
    refused("there is no such file", "--input", dir.resolve("no.npy"), "--output", png);
  }
}
