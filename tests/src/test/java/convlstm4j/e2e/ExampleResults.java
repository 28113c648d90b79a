package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.model.Model;
import convlstm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/** What the examples of {@code train} and {@code evaluate} must have made. */
final class ExampleResults {
  /** Options that change the weights: without one, the same example gives others. */
  private static final List<String> EFFECTS =
      List.of(
          "--augment",
          "--ema",
          "--ema-overwrite",
          "--accumulate",
          "--seed",
          "--unit-range",
          "--ids",
          "--frame-rate",
          "--frame-fit",
          "--backbone-range",
          "--sample-weight",
          "--class-weight",
          "--clip-norm",
          "--clip-value",
          "--global-clip-norm",
          "--weight-decay",
          "--schedule",
          "--validation-split",
          "--reduce-on-plateau");

  private static final Map<String, String> COLUMNS =
      new TreeMap<>(
          Map.of("mae", "mean_absolute_error", "mse", "mean_squared_error", "f1", "f1_score"));

  private ExampleResults() {}

  static void check(String example, Path dir, String output) throws Exception {
    if (example.startsWith("convlstm4j train ")) {
      checkTable(example, output);
      checkTraining(example, dir, output);
    } else if (example.startsWith("convlstm4j evaluate ")) {
      checkTable(example, output);
      ExampleOptions.checkEvaluation(example, dir, output);
      if (example.contains("--report ")) {
        String page =
            Files.readString(dir.resolve(value(example, "--report")).resolve("report.html"));
        assertTrue(page.contains("<h2>Worst clips</h2>"), "report");
        assertTrue(page.contains("src=\"data:image/png;base64,"), "report");
      }
      if (example.contains("--output ")) {
        Path csv = dir.resolve(value(example, "--output"));
        long rows = output.lines().filter(l -> l.matches(".*\\d\\.\\d{4}")).count();
        assertEquals(rows + 1, Files.readAllLines(csv).size(), output);
      }
    }
  }

  private static String value(String example, String option) {
    List<String> words = Arrays.asList(example.split(" +"));
    int at = words.indexOf(option);
    return at < 0 ? "" : words.get(at + 1);
  }

  /** A column for each metric, and its validation's. */
  private static void checkTable(String example, String output) {
    String metrics = value(example, "--metrics");
    List<String> columns = new ArrayList<>(List.of("loss"));
    for (String name : metrics.substring(metrics.indexOf('=') + 1).split(",")) {
      if (!name.isEmpty()) {
        columns.add(COLUMNS.getOrDefault(name, name));
      }
    }
    if (example.contains("--validation")) {
      List.copyOf(columns).forEach(c -> columns.add("val_" + c));
    }
    List<String> header =
        output
            .lines()
            .filter(l -> l.matches(" +loss( .*)?"))
            .findFirst()
            .map(l -> List.of(l.strip().split(" +")))
            .orElseThrow(() -> new AssertionError("no table in\n" + output));
    assertTrue(header.containsAll(columns), header + " lacks some of " + columns);
    assertFalse(output.contains("NaN"), output);
  }

  private static void checkTraining(String example, Path dir, String output) throws Exception {
    Path file = dir.resolve(value(example, "--output"));
    long epochs = example.contains("--epochs ") ? Long.parseLong(value(example, "--epochs")) : 10;
    Map<String, Tensor> weights;
    try (Model model = Checkpoint.load(file)) {
      long done = model.progress().epoch();
      assertTrue(
          example.contains("--early-stopping") ? done >= 1 && done <= epochs : done == epochs,
          done + " epochs of " + epochs);
      assertTrue(output.contains("done: " + done + " epochs"), output);
      weights = model.weights();
      String compile = model.compilation().orElseThrow().config().toString();
      assertEquals(example.contains("--clip-norm"), !compile.contains("clipnorm=null, global"));
      if (example.contains("--schedule cosine")) {
        assertTrue(compile.contains("CosineDecay"), compile);
      }
    }
    String picture = value(example, "--picture");
    if (!picture.isEmpty()) {
      // A chart for the loss and for each of two metrics.
      assertEquals(900, ImageIO.read(dir.resolve(picture).toFile()).getHeight());
    }
    String best = value(example, "--best");
    if (!best.isEmpty()) {
      Path path = dir.resolve(best);
      try (Model model = best.endsWith(".keras") ? KerasModels.load(path) : Checkpoint.load(path)) {
        assertEquals(weights.keySet(), model.weights().keySet());
      }
    }
    ExampleOptions.checkTraining(example, dir, output);
    for (String option : EFFECTS) {
      if (example.contains(option + " ")) {
        checkEffect(example, option, dir, weights);
      }
    }
  }

  private static void checkEffect(
      String example, String option, Path dir, Map<String, Tensor> weights) {
    String value = option.equals("--unit-range") ? "" : " " + value(example, option);
    String without =
        example
            .replace(option + value, "")
            .replace("--output " + value(example, "--output"), "--overwrite --output without.ckpt")
            .replaceAll("--best \\S+", "--best other.ckpt")
            .replaceAll("--(log|tensorboard|threads|picture) \\S+|--profile", "");
    if (option.equals("--ema")) {
      without = without.replaceAll("--ema-overwrite \\S+", "");
    }
    List<Object> words = new ArrayList<>();
    for (String word : without.split(" +")) {
      int name = word.indexOf('=') + 1;
      boolean isFile = word.matches(".*\\.(npy|ckpt|png|json|keras)|demo/train|films|features");
      words.add(isFile ? word.substring(0, name) + dir.resolve(word.substring(name)) : word);
    }
    if (option.equals("--validation-split")) {
      words.removeIf(w -> w.equals("--restore-best") || w.equals("--early-stopping"));
      words.remove(":5");
    }
    Cli cli = Cli.run(words.subList(1, words.size()).toArray());
    if (option.startsWith("--clip") && cli.err().contains("is NaN or infinite")) {
      return; // what the limit is there to prevent
    }
    assertEquals(0, cli.code(), cli::toString);
    try (Model model = Checkpoint.load(dir.resolve("without.ckpt"))) {
      boolean same =
          weights.entrySet().stream()
              .allMatch(
                  e ->
                      Arrays.equals(
                          e.getValue().floats(), model.weights().get(e.getKey()).floats()));
      assertFalse(same, option + " changes nothing in: " + example);
    }
  }
}
