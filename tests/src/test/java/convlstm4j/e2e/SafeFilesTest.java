package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.file.Target;
import convlstm4j.io.file.WriteLock;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No command replaces what it reads, what it could not have written, or trained work unasked. */
class SafeFilesTest {
  @TempDir Path dir;

  @BeforeEach
  void makeFiles() throws IOException {
    SmallModels.writeArrays(dir);
    try (Model one = SmallModels.forecast();
        Model two = SmallModels.twins()) {
      Files.writeString(dir.resolve("model.json"), Architecture.toJson(one.network()));
      Checkpoint.save(one, dir.resolve("plain.ckpt"));
      Checkpoint.save(two, dir.resolve("twins.ckpt"));
    }
  }

  private Object[] train(Object... more) {
    List<Object> words =
        new ArrayList<>(List.of("train", "--x", dir.resolve("x.npy"), "--y", dir.resolve("y.npy")));
    words.addAll(List.of("--backend", "reference", "--batch-size", 5));
    words.addAll(List.of(more));
    return words.toArray();
  }

  private Object[] fresh(Object... more) {
    return train(
        Stream.concat(
                Stream.of("--model", dir.resolve("model.json"), "--loss", "mse"), Stream.of(more))
            .toArray());
  }

  /** One line, exit code 2, and every file as it was. */
  private void refused(String part, Object... words) throws IOException {
    Map<String, Integer> before = Cli.contents(dir);
    Cli cli = Cli.run(words);
    assertEquals(2, cli.code(), cli::toString);
    assertEquals(1, cli.errLines().size(), cli::toString);
    assertTrue(cli.err().contains(part), cli::toString);
    assertEquals(before, Cli.contents(dir), cli::toString);
  }

  static Progress progress(Path file) {
    try (Model model = Checkpoint.load(file, m -> m.backend("reference"))) {
      return model.progress();
    }
  }

  @Test
  void trainedModelIsReplacedOnlyWhenAsked() throws IOException {
    Path v = dir.resolve("v.ckpt");
    Cli.good(fresh("--output", v, "--epochs", 3));
    refused("is there already; --resume goes on", fresh("--output", v, "--epochs", 1));
    refused(
        "is there already",
        train("--model", dir.resolve("plain.ckpt"), "--loss", "mse", "--output", v));
    Cli.good(train("--model", v, "--output", v, "--epochs", 4));
    assertEquals(4, progress(v).epoch());
    // Another name of the same file.
    Path link = Files.createSymbolicLink(dir.resolve("link.ckpt"), v);
    Cli.good(train("--model", link, "--output", v, "--epochs", 5));
    Cli.good(train("--model", v, "--output", link, "--epochs", 6));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(6, progress(v).epoch());
    Cli.good(fresh("--output", v, "--epochs", 1, "--overwrite"));
    assertEquals(1, progress(v).epoch());
  }

  @Test
  void eventsForTensorBoard() throws IOException {
    Path events = dir.resolve("events");
    Path v = dir.resolve("v.ckpt");
    Cli.good(fresh("--output", v, "--epochs", 2, "--tensorboard", events));
    Cli.good(train("--model", v, "--output", v, "--epochs", 3, "--tensorboard", events));
    try (Stream<Path> files = Files.list(events.resolve("train"))) {
      assertEquals(2, files.filter(f -> f.toString().contains("tfevents")).count());
    }
    refused(
        "--tensorboard " + v.resolve("train") + ": is where --output writes the file",
        fresh("--output", v, "--overwrite", "--tensorboard", v));
    refused(
        "expected a folder",
        fresh("--output", v, "--overwrite", "--tensorboard", dir.resolve("x.npy")));
    Path other = dir.resolve("other.ckpt");
    refused("is where --output", fresh("--output", other, "--tensorboard", other.resolve("a")));
    Path inside = events.resolve("validation");
    refused(
        "is where --log writes",
        fresh("--output", other, "--log", inside, "--tensorboard", events));
    refused("is empty, expected a file or folder", fresh("--output", other, "--tensorboard", ""));
  }

  @Test
  void resumeBeginsAndGoesOn() throws IOException {
    Path v = dir.resolve("v.ckpt");
    Path log = dir.resolve("v.csv");
    for (int epochs = 1; epochs <= 3; epochs++) {
      Cli.good(fresh("--output", v, "--log", log, "--epochs", epochs, "--resume"));
      assertEquals(epochs, progress(v).epoch());
      assertEquals(epochs + 1, Files.readAllLines(log).size());
    }
    // As after a kill between checkpoint and log, when all was done.
    String whole = Files.readString(log);
    Files.writeString(log, whole.substring(0, whole.length() - 4));
    Cli cli = Cli.good(fresh("--output", v, "--log", log, "--epochs", 3, "--resume"));
    assertTrue(cli.err().contains("done: 3 epochs"), cli::toString);
    assertEquals(whole, Files.readString(log));
    refused("--resume", fresh("--output", dir.resolve("v.h5"), "--resume"));
    refused("--resume", fresh("--output", v, "--resume", "--overwrite"));
  }

  @Test
  void sameCommandGoesOnAndAnotherIsRefused() throws IOException {
    Path v = dir.resolve("v.ckpt");
    Object[] sgd = {"--loss", "mse", "--optimizer", "sgd", "--momentum", "0.9"};
    Object[] more = {"--learning-rate", "0.01", "--output", v};
    Cli.good(train(all(new Object[] {"--model", dir.resolve("model.json")}, sgd, more, 2)));
    Object[] model = {"--model", v};
    Cli.good(train(all(model, sgd, more, 4)));
    assertEquals(new Progress(4, 0, 8), progress(v));
    refused(
        "another loss or optimizer than",
        train(all(model, new Object[] {"--loss", "mae"}, more, 5)));
    refused(
        "another loss or optimizer than",
        train(all(model, new Object[] {"--optimizer", "adam"}, more, 5)));
    refused("began with --seed 0", train(all(model, new Object[] {"--seed", "7"}, more, 5)));
    // Elsewhere it may begin anew, and says so.
    Cli cli =
        Cli.good(
            train("--model", v, "--loss", "mae", "--output", dir.resolve("w.ckpt"), "--epochs", 1));
    assertTrue(cli.err().contains("start anew"), cli::toString);
    assertEquals(1, progress(dir.resolve("w.ckpt")).epoch());
  }

  /** As after a kill between checkpoint and log, when all was done. */
  @Test
  void logIsMendedWhereAllIsDone() throws IOException {
    Path v = dir.resolve("v.ckpt");
    Path log = dir.resolve("v.csv");
    Cli.good(fresh("--output", v, "--log", log, "--epochs", 3));
    String whole = Files.readString(log);
    Files.writeString(log, whole.substring(0, whole.lastIndexOf('\n', whole.length() - 2) + 3));
    Map<String, Integer> before = Cli.contents(dir);
    Cli cli = Cli.run(train("--model", v, "--output", v, "--log", log, "--epochs", 3));
    assertEquals(2, cli.code(), cli::toString);
    assertTrue(cli.err().contains("has done 3 already"), cli::toString);
    assertEquals(whole, Files.readString(log));
    Map<String, Integer> after = Cli.contents(dir);
    after.put("v.csv", before.get("v.csv"));
    assertEquals(before, after, "nothing but the log");
  }

  @Test
  void filtersOfANetworkThatIsThereAgree() throws IOException {
    Path data = TinyFolder.write(dir.resolve("data"));
    Path v = dir.resolve("v.ckpt");
    Object[] words = {"train", "--data", data, "--backend", "reference", "--output", v};
    Object[] on = {"--model", v, "--epochs", 2};
    Cli.good(with(words, "--filters", 2, "--epochs", 1));
    refused("--filters 3: " + v + " holds another network", with(with(words, on), "--filters", 3));
    refused("holds another network", with(words, "--resume", "--epochs", 2, "--filters", 8));
    Cli.good(with(with(words, on), "--filters", 2));
    Cli.good(with(words, "--resume", "--filters", 2, "--epochs", 3));
    assertEquals(3, progress(v).epoch());
    refused("--filters goes with --data", fresh("--output", dir.resolve("w.ckpt"), "--filters", 2));
  }

  private static Object[] with(Object[] words, Object... more) {
    return Stream.of(words, more).flatMap(Stream::of).toArray();
  }

  private static Object[] all(Object[] a, Object[] b, Object[] c, int epochs) {
    return Stream.of(a, b, c, new Object[] {"--epochs", epochs}).flatMap(Stream::of).toArray();
  }

  @Test
  void whatIsNoModelIsNeverReplacedByOne() throws IOException {
    for (String name : List.of("film.ckpt", "film.h5", "film.keras", "film.json")) {
      Path film = Files.write(dir.resolve(name), new byte[] {0, 0, 0, 24, 'f', 't', 'y', 'p'});
      if (!name.endsWith("json")) {
        refused("is not a model", fresh("--output", film));
        refused("is not a model", fresh("--output", film, "--overwrite"));
      }
      for (Object[] overwrite : new Object[][] {{}, {"--overwrite"}}) {
        Object[] words = {"convert", "--model", dir.resolve("plain.ckpt"), "--output", film};
        refused("is not a model", Stream.of(words, overwrite).flatMap(Stream::of).toArray());
      }
    }
    Path settings = Files.writeString(dir.resolve("settings.json"), "{\"a\": 1}");
    refused(
        "is not a model",
        "convert",
        "--model",
        dir.resolve("plain.ckpt"),
        "--output",
        settings,
        "--overwrite");
    refused("its ending", fresh("--output", dir.resolve("film.mp4")));
  }

  @Test
  void convertReplacesOnlyWhenAsked() throws IOException {
    Object[] words = {
      "convert", "--model", dir.resolve("plain.ckpt"), "--output", dir.resolve("twins.ckpt")
    };
    refused("is there already; --overwrite", words);
    Cli.good(Stream.concat(Stream.of(words), Stream.of("--overwrite")).toArray());
    refused(
        "is the same file as --model",
        "convert",
        "--model",
        dir.resolve("plain.ckpt"),
        "--output",
        dir.resolve("./plain.ckpt"),
        "--overwrite");
  }

  @Test
  void predictReplacesOnlyItsOwnKind() throws IOException {
    Path film = Files.writeString(dir.resolve("film.npy"), "ftyp");
    refused("is not an npy file", predict(film));
    Path table = Files.writeString(dir.resolve("labels.csv"), "id,comedy\n0,1\n");
    refused("is not a table of predictions", predict(table));
    refused("its ending", predict(dir.resolve("out.mp4")));
    refused("its ending", predict(dir.resolve("out")));
    for (String name : List.of("y2.npy", "y2.csv")) {
      Cli.good(predict(dir.resolve(name)));
      Cli.good(predict(dir.resolve(name)));
    }
  }

  @Test
  void evaluateReplacesOnlyItsOwnTables() throws IOException {
    Object[] words = {
      "evaluate", "--model", dir.resolve("plain.ckpt"), "--x", dir.resolve("x.npy")
    };
    Object[] more = {"--y", dir.resolve("y.npy"), "--loss", "mse", "--backend", "reference"};
    Path notes = Files.writeString(dir.resolve("notes.csv"), "day,what\n1,slept\n");
    Path scores = dir.resolve("scores.csv");
    for (Path table : List.of(notes, scores, scores)) {
      Object[] call =
          Stream.of(words, more, new Object[] {"--output", table}).flatMap(Stream::of).toArray();
      if (table.equals(notes)) {
        refused("is not a table of scores", call);
      } else {
        Cli.good(call);
      }
    }
    Path data = TinyFolder.write(dir.resolve("data"));
    Path labels = data.resolve("labels.csv");
    refused(
        "is part of --data",
        "evaluate",
        "--model",
        dir.resolve("plain.ckpt"),
        "--data",
        data,
        "--output",
        labels);
  }

  @Test
  void demoMixesWithNothing() throws IOException {
    refused("which no demo made", "demo", "--output", dir);
    refused("is empty, expected a file or folder", "demo", "--output", "");
  }

  private Object[] predict(Path output) {
    return new Object[] {
      "predict",
      "--backend",
      "reference",
      "--model",
      dir.resolve("plain.ckpt"),
      "--input",
      dir.resolve("x.npy"),
      "--output",
      output
    };
  }

  @Test
  void inputsAreNotOutputs() throws IOException {
    Path x = dir.resolve("x.npy");
    Path hard = Files.createLink(dir.resolve("hard.npy"), x);
    Path soft = Files.createSymbolicLink(dir.resolve("soft.npy"), Path.of("x.npy"));
    for (Path name : List.of(x, hard, soft, dir.resolve("./x.npy"))) {
      refused("is the same file as --input", predict(name));
    }
    refused("is the same file as --x", fresh("--output", dir.resolve("a.ckpt"), "--log", hard));
    refused(
        "is the same file as --model",
        fresh("--output", dir.resolve("a.ckpt"), "--log", dir.resolve("model.json")));
    Path same = dir.resolve("same.ckpt");
    refused("is the same file as --output", fresh("--output", same, "--log", same));
    Files.createSymbolicLink(dir.resolve("dangling.csv"), same);
    refused(
        "is the same file as --output",
        fresh("--output", same, "--log", dir.resolve("dangling.csv")));

    Path data = TinyFolder.write(dir.resolve("data"));
    Path labels = Files.createLink(dir.resolve("l.csv"), data.resolve("genres.txt"));
    for (Path log : List.of(data.resolve("labels.csv"), data.resolve("trailer_0.npy"), labels)) {
      refused(
          "is part of --data",
          "train",
          "--data",
          data,
          "--output",
          dir.resolve("a.ckpt"),
          "--log",
          log);
    }
    // Weights of frames are read, too.
    Path weights = Files.writeString(data.resolve("weights_0.npy"), "weights");
    refused(
        "is part of --data",
        "train",
        "--data",
        data,
        "--output",
        dir.resolve("a.ckpt"),
        "--log",
        weights);
    // So are films in folders of labels.
    Path films = dir.resolve("films");
    Path goals = Files.createDirectories(films.resolve("goal"));
    Path film = Files.writeString(goals.resolve("a.mp4"), "a film");
    Path link = Files.createSymbolicLink(dir.resolve("b.csv"), film);
    for (Path log : List.of(film, link, goals.resolve("new.mkv"))) {
      refused(
          "is part of --data",
          "train",
          "--data",
          films,
          "--output",
          dir.resolve("a.ckpt"),
          "--log",
          log);
    }
    assertEquals("a film", Files.readString(film));
    // Beside the trailers there is room.
    Cli.good(
        "train",
        "--data",
        data,
        "--output",
        data.resolve("a.ckpt"),
        "--log",
        data.resolve("a.csv"),
        "--epochs",
        1,
        "--filters",
        2,
        "--backend",
        "reference");
  }

  @Test
  void logOfSomethingElseIsNotReplaced() throws IOException {
    Path notes = Files.writeString(dir.resolve("notes.csv"), "day,what\n1,slept\n");
    refused("is not a log", fresh("--output", dir.resolve("a.ckpt"), "--log", notes));
    Path log = dir.resolve("log.csv");
    Cli.good(fresh("--output", dir.resolve("a.ckpt"), "--log", log, "--epochs", 2));
    refused(
        "is the log of another training", fresh("--output", dir.resolve("b.ckpt"), "--log", log));
    Cli.good(fresh("--output", dir.resolve("a.ckpt"), "--log", log, "--epochs", 1, "--overwrite"));
    assertEquals(2, Files.readAllLines(log).size());
  }

  @Test
  void whatAnotherProcessWritesIsRefused() throws IOException {
    Path v = dir.resolve("v.ckpt");
    Path log = dir.resolve("v.csv");
    for (Path held : List.of(v, log)) {
      try (WriteLock lock = WriteLock.take(Target.of(held))) {
        assertTrue(lock.isHeld());
        refused("is being written by", fresh("--output", v, "--log", log));
      }
    }
    Path folder = Files.createDirectory(dir.resolve("outputs"));
    try (WriteLock lock = WriteLock.take(Target.of(folder.resolve("kind.npy")))) {
      assertTrue(lock.isHeld());
      refused("is being written by", twins(folder));
    }
    Cli.good(twins(folder));
    assertArrayEquals(new String[] {"kind.npy", "sum.npy"}, sorted(folder));
  }

  private Object[] twins(Path output) {
    return new Object[] {
      "predict",
      "--backend",
      "reference",
      "--model",
      dir.resolve("twins.ckpt"),
      "--input",
      "left=" + dir.resolve("left.npy"),
      "--input",
      "right=" + dir.resolve("right.npy"),
      "--output",
      output
    };
  }

  private static String[] sorted(Path folder) {
    return Stream.of(folder.toFile().list()).sorted().toArray(String[]::new);
  }

  @Test
  void readOnlyIsRefusedBeforeTraining() throws IOException {
    Path v = dir.resolve("v.ckpt");
    Cli.good(fresh("--output", v, "--epochs", 1));
    assertTrue(v.toFile().setReadOnly());
    refused("is read-only", train("--model", v, "--output", v, "--epochs", 2));
  }

  @Test
  void tablesHaveAColumnForEachNumber() throws IOException {
    Path table = dir.resolve("t.csv");
    Cli.good(twins(table));
    List<String> lines = Files.readAllLines(table);
    assertEquals("sample,sum,kind_0,kind_1,kind_2", lines.get(0));
    assertEquals(SmallModels.SAMPLES + 1, lines.size());
    assertTrue(lines.get(10).matches("9(,-?[0-9.E-]+){4}"), lines.get(10));

    Path data = TinyFolder.write(dir.resolve("data"));
    Path v = dir.resolve("v.ckpt");
    Cli.good(
        "train",
        "--data",
        data,
        "--output",
        v,
        "--epochs",
        1,
        "--filters",
        2,
        "--backend",
        "reference");
    Path scores = dir.resolve("scores.csv");
    Cli.good(
        "predict",
        "--model",
        v,
        "--input",
        data.resolve("trailer_0.npy"),
        "--output",
        scores,
        "--backend",
        "reference");
    lines = Files.readAllLines(scores);
    assertEquals("frame,comedy,action", lines.get(0));
    assertEquals(TinyFolder.FRAMES + 1, lines.size());
    assertTrue(lines.get(1).startsWith("0,0."), lines.get(1));
    assertFalse(Files.exists(dir.resolve(".scores.csv.lock")));
  }
}
