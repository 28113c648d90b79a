package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are fed with what an image network makes of each frame. */
class BackboneCommandsTest {
  @TempDir Path dir;

  @BeforeAll
  static void program() {
    TestFilms.quick().forEach(System::setProperty);
  }

  @AfterAll
  static void forgetProgram() {
    TestFilms.quick().keySet().forEach(System::clearProperty);
  }

  @BeforeEach
  void models() {
    eye("eye.ckpt", 1, 12, true);
    eye("other.ckpt", 2, 12, true);
  }

  private void eye(String name, long seed, int side, boolean pooled) {
    Symbol image = Input.named("image", side, side, 3);
    Symbol seen = new Conv2D(5, 3).strides(2, 2).activation("relu").apply(image);
    Symbol y = pooled ? new GlobalAveragePooling2D().apply(seen) : seen;
    try (Model model = Model.of(image, y).named("eye").backend("reference").seed(seed)) {
      model.save(dir.resolve(name));
    }
  }

  private Object[] words(String call) {
    return Stream.of((call + " --backend reference").split(" +"))
        .map(w -> w.replace("@", dir + "/"))
        .toArray();
  }

  private Cli good(String call) {
    return Cli.good(words(call));
  }

  private void refused(String reason, String call) {
    Cli cli = Cli.run(words(call));
    assertEquals(2, cli.code(), cli::toString);
    assertEquals(1, cli.errLines().size(), cli::toString);
    assertTrue(cli.err().contains(reason), cli.err());
  }

  /** What is kept, with when it was written. */
  private Map<String, FileTime> kept(String folder) throws IOException {
    Map<String, FileTime> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(dir.resolve(folder))) {
      for (Path file : files.toList()) {
        all.put(file.getFileName().toString(), Files.getLastModifiedTime(file));
      }
    }
    return all;
  }

  /** Arrays, so that it runs without ffmpeg. */
  @Test
  void arrays() throws IOException {
    Path data = TinyFolder.write(dir.resolve("data"));
    eye("eye.ckpt", 1, 8, true);
    eye("other.ckpt", 2, 8, true);
    String eye = " --backbone @eye.ckpt --feature-cache @kept/features ";
    good("train --data @data --output @head.ckpt --filters 2 --epochs 2" + eye);
    Map<String, FileTime> first = kept("kept/features");
    assertEquals(TinyFolder.TRAILERS, first.size());
    good("train --data @data --output @head.ckpt --filters 2 --epochs 3 --resume" + eye);
    String table = good("evaluate --model @head.ckpt --data @data --report @report" + eye).out();
    assertTrue(table.contains("f1_score"), table);
    assertTrue(Files.exists(dir.resolve("report/report.html")));
    good("predict --model @head.ckpt --input @data/trailer_0.npy --output @one.csv" + eye);
    good("predict --model @head.ckpt --input @data --output @all/{}.csv" + eye);
    assertEquals(first, kept("kept/features"), "computed once");
    assertArrayEquals(
        Files.readAllBytes(dir.resolve("one.csv")), Files.readAllBytes(dir.resolve("all/0.csv")));
    refused("was trained on features of \"eye.ckpt\"", "evaluate --model @head.ckpt --data @data");
    refused(
        "the frames are given as features of",
        "evaluate --model @head.ckpt --data @data --backbone @other.ckpt --feature-cache @k");
    refused(
        "the frames are given as features of",
        "predict --model @head.ckpt --input @data/trailer_0.npy --output @one.csv"
            + " --backbone-range 0:255"
            + eye);
    refused(
        "only a model of pixels says",
        "explain --model @head.ckpt --input @data/trailer_0.npy --output @why.png");
    refused(
        "--feature-cache goes with --backbone",
        "train --data @data --output @b.ckpt" + " --feature-cache @kept");
    refused(
        "expected --feature-cache FOLDER",
        "train --data @data --output @b.ckpt --backbone @eye.ckpt");
    refused(
        "--backbone-range 1:0: expected two numbers",
        "train --data @data --output @b.ckpt --backbone-range 1:0" + eye);
    refused(
        "expected one input of images",
        "train --data @data --output @b.ckpt --backbone @head.ckpt --feature-cache @kept");
    refused(
        "changes pixels, but features of",
        "train --data @data --output @b.ckpt --augment flip" + eye);
    refused(
        "--output " + dir.resolve("eye.ckpt") + ": is the same file as --backbone",
        "train --data @data --output @eye.ckpt --overwrite" + eye);
    refused(
        "--feature-cache " + data.resolve("labels_0.npy"),
        "train --data @data --output @b.ckpt --backbone @eye.ckpt"
            + " --feature-cache @data/labels_0.npy");
    try (Model model = Checkpoint.load(dir.resolve("head.ckpt"))) {
      assertEquals(
          Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, 5), model.network().inputs().get(0).shape());
    }
    eye("maps.keras", 3, 8, false);
    good(
        "train --data @data --output @maps.ckpt --filters 2 --epochs 1 --backbone @maps.keras"
            + " --feature-cache @maps");
    try (Model model = Checkpoint.load(dir.resolve("maps.ckpt"))) {
      assertEquals(
          Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, 5, 3, 3), model.network().inputs().get(0).shape());
    }
  }

  /** Of films the backbone says the size; what is kept needs no decoder. */
  @Test
  void films() throws Exception {
    TestFilms.makeAll(
        Map.of(
            dir.resolve("films/moving/a.mp4"), "testsrc2=s=64x48:r=10:d=2",
            dir.resolve("films/still/a.mp4"), "color=c=gray:s=64x48:r=10:d=2"));
    String eye = " --backbone @eye.ckpt --feature-cache @kept ";
    good("train --data @films --output @head.ckpt --frame-rate 5 --filters 2 --epochs 1" + eye);
    assertEquals(2, kept("kept").size());
    good("predict --model @head.ckpt --input @films/moving/a.mp4 --output @a.csv" + eye);
    List<String> rows = Files.readAllLines(dir.resolve("a.csv"));
    assertEquals("frame,second,moving,still", rows.get(0));
    assertTrue(rows.get(10).startsWith("9,1.8,"), rows.get(10));
    assertEquals(2, kept("kept").size(), "prepared as in training");
    good("predict --model @head.ckpt --input @films/moving/a.mp4 --picture @a.png" + eye);
    assertTrue(ImageIO.read(dir.resolve("a.png").toFile()).getWidth() > 300);
    refused(
        "the films are prepared as",
        "predict --model @head.ckpt --input @films/moving/a.mp4 --output @b.csv --frame-rate 4"
            + eye);
    // Another process, which finds no ffmpeg.
    List<String> command =
        Cli.process(
            List.of(),
            words("predict --model @head.ckpt --input @films/moving/a.mp4 --output @c.csv" + eye));
    command.add(command.indexOf("-cp"), "-Dconvlstm4j.ffmpeg=" + dir.resolve("absent"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertArrayEquals(
        Files.readAllBytes(dir.resolve("a.csv")), Files.readAllBytes(dir.resolve("c.csv")));
  }
}
