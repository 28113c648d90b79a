package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.npy.NpyWriter;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several videos in one {@code predict}. */
class SeveralVideosTest {
  @TempDir Path dir;
  private Path model;

  @BeforeAll
  static void program() {
    TestFilms.quick().forEach(System::setProperty);
  }

  @AfterAll
  static void forgetProgram() {
    TestFilms.quick().keySet().forEach(System::clearProperty);
  }

  @BeforeEach
  void train() throws IOException {
    model = dir.resolve("model.ckpt");
    Path data = Files.createDirectory(dir.resolve("data"));
    for (int i = 0; i < 3; i++) {
      array(data.resolve(i + ".npy"), 4 + i, i);
    }
    Files.writeString(data.resolve("labels.csv"), "id,goal\n0,1\n1,0\n2,1\n");
    Cli.onReference("train", "--data", data, "--output", model, "--filters", 2, "--epochs", 1);
  }

  private static void array(Path file, int frames, int seed) {
    byte[] pixels = new byte[frames * 3 * 16 * 16];
    new java.util.Random(seed).nextBytes(pixels);
    NpyWriter.write(file, pixels, Shape.of(frames, 3, 16, 16));
  }

  private void refused(String reason, Object... words) {
    List<Object> all = new ArrayList<>(List.of("predict", "--model", model));
    all.addAll(List.of(words));
    Cli.refused(reason, all.toArray());
  }

  /** Each is what it would be alone. */
  @Test
  void aFolderOfVideos() throws IOException {
    Path data = dir.resolve("data");
    String out =
        Cli.onReference(
                "predict",
                "--model",
                model,
                "--input",
                data,
                "--output",
                dir + "/out/s-{}.csv",
                "--picture",
                dir.resolve("pictures/{}.png"))
            .out();
    for (int i = 0; i < 3; i++) {
      Path one = dir.resolve("one" + i + ".csv");
      Cli.onReference(
          "predict", "--model", model, "--input", data.resolve(i + ".npy"), "--output", one);
      Path several = dir.resolve("out/s-" + i + ".csv");
      assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(several));
      assertTrue(out.contains(several + ": columns frame, goal"), out);
      assertTrue(Files.size(dir.resolve("pictures/" + i + ".png")) > 100);
    }
  }

  @Test
  void filesOneByOne() throws IOException {
    Path other = Files.createDirectory(dir.resolve("other"));
    array(other.resolve("1.npy"), 3, 9);
    Path last = dir.resolve("data/2.npy");
    Cli.onReference(
        "predict",
        "--model",
        model,
        "--input",
        other.resolve("1.npy"),
        last,
        "--output",
        dir.resolve("{}.json"));
    assertTrue(Files.readString(dir.resolve("1.json")).contains("goal"));
    assertTrue(Files.exists(dir.resolve("2.json")));
    Cli.onReference(
        "predict",
        "--model",
        model,
        "--input",
        other,
        "--input",
        last,
        "--output",
        dir.resolve("{}.npy"));
    assertTrue(Files.exists(dir.resolve("1.npy")));
  }

  @Test
  void namesThatWouldMeetAreRefused() throws IOException {
    Path data = dir.resolve("data");
    Path other = Files.createDirectory(dir.resolve("other"));
    array(other.resolve("01.npy"), 3, 9);
    refused(
        "are both called 1",
        "--input",
        data,
        other.resolve("01.npy"),
        "--output",
        dir.resolve("{}.csv"));
    refused(
        "3 videos cannot be written to one file; expected {} in its name",
        "--input",
        data,
        "--output",
        dir.resolve("all.csv"));
    refused(
        "--picture " + dir.resolve("p.png") + ": 3 videos",
        "--input",
        data,
        "--picture",
        dir.resolve("p.png"));
    refused("is the same file as --input", "--input", data, "--output", data.resolve("{}.npy"));
    refused(
        "is the same file as",
        "--input",
        data,
        "--output",
        dir.resolve("{}.csv"),
        "--intervals",
        dir.resolve("{}.csv"));
    Path mine = Files.writeString(dir.resolve("1.csv"), "mine\n");
    refused("is not a table of predictions", "--input", data, "--output", dir.resolve("{}.csv"));
    assertEquals("mine\n", Files.readString(mine));
    assertFalse(Files.exists(dir.resolve("0.csv")), "checked before the first is written");
    refused(
        "expected one video of a model of videos",
        "--input",
        samples(),
        "--output",
        dir.resolve("{}-s.csv"));
    refused("does not say when", "--input", data, "--output", dir.resolve("new/{}.srt"));
    assertFalse(Files.exists(dir.resolve("new")), "a folder is left behind");
  }

  private Path samples() {
    Path file = dir.resolve("samples.npy");
    NpyWriter.write(file, new byte[2 * 4 * 3 * 16 * 16], Shape.of(2, 4, 3, 16, 16));
    return file;
  }

  /** The others are written, and it is said which are not. */
  @Test
  void oneThatFailsDoesNotKeepTheOthersBack() throws IOException {
    Path data = dir.resolve("data");
    Files.writeString(data.resolve("1.npy"), "no array");
    Cli call =
        Cli.run(
            "predict",
            "--model",
            model,
            "--input",
            data,
            "--output",
            dir.resolve("{}.csv"),
            "--backend",
            "reference");
    assertEquals(2, call.code(), call.err());
    assertTrue(call.err().contains("1 of 3 videos failed, the others are written: "), call.err());
    assertTrue(call.err().contains(data.resolve("1.npy") + ": "), call.err());
    assertTrue(Files.exists(dir.resolve("0.csv")) && Files.exists(dir.resolve("2.csv")));
    assertFalse(Files.exists(dir.resolve("1.csv")));
  }

  /** What is found in several films is one table, which training takes. */
  @Test
  void intervalsOfAllInOneTable() throws IOException {
    Path films = dir.resolve("films");
    Path film = TestFilms.make(films.resolve("a/1.mp4"), "testsrc2=s=16x16:r=5:d=2");
    Files.copy(film, films.resolve("b.mp4"));
    Files.copy(film, films.resolve("a.mp4"));
    // Of a folder for each label, too: named as training names them.
    Path labelled = Files.createDirectories(dir.resolve("labelled/a"));
    Files.copy(films.resolve("b.mp4"), labelled.resolve("b.mp4"));
    Path named = dir.resolve("named.csv");
    Cli.onReference(
        "predict",
        "--model",
        model,
        "--input",
        labelled.getParent(),
        "--intervals",
        named,
        "--threshold",
        "0");
    assertEquals(List.of("id,start,end,label", "a/b,0,2,goal"), Files.readAllLines(named));
    Path table = dir.resolve("found.csv");
    Object[] inputs = {films.resolve("b.mp4"), films.resolve("a.mp4")};
    Cli.onReference(
        "predict",
        "--model",
        model,
        "--input",
        inputs[0],
        inputs[1],
        "--intervals",
        table,
        "--threshold",
        "0",
        "--unit-range");
    assertEquals(
        List.of("id,start,end,label", "a,0,2,goal", "b,0,2,goal"), Files.readAllLines(table));
    Cli.onReference(
        "predict",
        "--model",
        model,
        "--input",
        inputs[0],
        inputs[1],
        "--intervals",
        dir.resolve("{}.srt"),
        "--threshold",
        "0");
    assertTrue(Files.readString(dir.resolve("b.srt")).contains("goal"));
    refused(
        "--intervals " + dir.resolve("all.srt") + ": 2 videos",
        "--input",
        inputs[0],
        inputs[1],
        "--intervals",
        dir.resolve("all.srt"));
  }
}
