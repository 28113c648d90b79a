package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.ByteScale;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.FramePreparation.Fit;
import convlstm4j.data.InputForm;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What single options of the examples must have done. */
final class ExampleOptions {
  private ExampleOptions() {}

  static void checkTraining(String example, Path dir, String output) throws IOException {
    List<String> words = List.of(example.split(" +"));
    try (Model model = Checkpoint.load(dir.resolve(value(words, "--output")))) {
      InputForm form = model.inputForms().get(0);
      String compile = model.compilation().orElseThrow().config().toString();
      if (words.contains("--unit-range")) {
        assertEquals(Optional.of(ByteScale.UNIT), form.bytes());
      }
      if (words.contains("--seed")) {
        assertEquals(Long.parseLong(value(words, "--seed")), model.seed());
      }
      if (words.contains("--ema")) {
        assertTrue(compile.contains("ema_momentum=" + value(words, "--ema")), compile);
      }
      if (words.contains("--frame-size")) {
        assertEquals(
            Optional.of(new FramePreparation(24, 32, Fit.CROP, 5, Colours.GREY)), form.frames());
      }
      assertEquals(words.contains("--backbone"), form.features().isPresent());
    }
    if (words.contains("--log")) {
      List<String> log = Files.readAllLines(dir.resolve(value(words, "--log")));
      assertEquals(1 + Integer.parseInt(value(words, "--epochs")), log.size(), log.toString());
    }
    if (words.contains("--tensorboard")) {
      assertEquals(1, count(dir.resolve(value(words, "--tensorboard")).resolve("train")));
    }
    if (words.contains("--feature-cache")) {
      // Of a film, a folder of pictures and another film: once each, whatever the epochs.
      assertEquals(3, count(dir.resolve(value(words, "--feature-cache"))));
    }
    assertEquals(words.contains("--profile"), output.contains("forward ms"), output);
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  static void checkEvaluation(String example, Path dir, String output) {
    if (!example.contains("--loss mae")) {
      return;
    }
    List<String> lines = output.lines().dropWhile(l -> !l.matches(" +loss.*")).limit(2).toList();
    Cli other =
        Cli.good(
            "evaluate",
            "--model",
            dir.resolve("trained.ckpt"),
            "--x",
            dir.resolve("x.npy"),
            "--y",
            dir.resolve("y.npy"),
            "--metrics",
            "mae");
    List<String> expected =
        other.out().lines().dropWhile(l -> !l.matches(" +loss.*")).limit(2).toList();
    int column = List.of(expected.get(0).strip().split(" +")).indexOf("mean_absolute_error");
    String loss = lines.get(1).strip().split(" +")[1];
    assertEquals(expected.get(1).strip().split(" +")[1 + column], loss, output + other.out());
  }

  /** Times are those of the rate. */
  static void checkPictureRate(String example, Path dir) throws IOException {
    if (example.contains("--picture-rate")) {
      List<String> rows = Files.readAllLines(dir.resolve("pictures.csv"));
      assertTrue(rows.get(20).startsWith("19,1.9,"), rows.toString());
    }
  }

  /** The jar's layer is there, or it is left out. */
  static void checkMix(String example, String output) {
    boolean taken = example.contains("--classpath");
    assertEquals(
        taken, output.lines().anyMatch(l -> l.contains("mix") && l.contains("240")), output);
    assertEquals(!taken, output.contains("left out"), output);
  }

  /** Of an error, where it comes from. */
  static void checkVerbose(Path dir) {
    List<Object> words = new ArrayList<>(List.of("summary", dir.resolve("absent.ckpt")));
    assertFalse(Cli.run(words.toArray()).err().contains("\tat "));
    words.add("--verbose");
    Cli told = Cli.run(words.toArray());
    assertTrue(told.err().contains("\tat convlstm4j."), told.err());
  }

  private static String value(List<String> words, String option) {
    return words.get(words.indexOf(option) + 1);
  }
}
