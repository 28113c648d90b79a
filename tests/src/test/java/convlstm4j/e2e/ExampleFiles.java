package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Backends;
import convlstm4j.data.ByteScale;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** What the examples of the commands that do not train must have made and said. */
final class ExampleFiles {
  /** Another backend computed it. */
  private static final float NEAR = 1e-4f;

  private final List<String> words;
  private final Path dir;
  private final String output;

  private ExampleFiles(String example, Path dir, String output) {
    this.words = Arrays.asList(example.split(" +"));
    this.dir = dir;
    this.output = output;
  }

  /** Does nothing for {@code train} and {@code evaluate}, of which {@link ExampleResults} knows. */
  static void check(String example, Path dir, String output) throws Exception {
    ExampleFiles files = new ExampleFiles(example, dir, output);
    switch (files.words.get(1)) {
      case "predict" -> {
        if (example.contains("{}")) {
          ExamplePictures.checkSeveral(dir, output);
          return;
        }
        if (!files.values("--output").stream().allMatch(f -> f.matches("-|outputs|.*[.]npy"))
            || example.contains("film")) {
          ExamplePictures.check(files.words, dir, output);
          ExampleOptions.checkPictureRate(example, dir);
        } else {
          files.checkPredictions();
        }
      }
      case "explain" -> {
        BufferedImage heat = ImageIO.read(files.file("--output").toFile());
        assertTrue(heat.getWidth() > 600 && heat.getHeight() > 200, heat.toString());
        assertTrue(output.contains(files.values("--output").get(0) + ": "), output);
      }
      case "demo" -> files.checkDemo();
      case "convert" -> files.checkModel();
      case "inspect", "summary" -> {
        if (example.contains("mix.json")) {
          ExampleOptions.checkMix(example, output);
        } else {
          files.checkLayers();
        }
      }
      case "label-template" -> {
        String end = example.contains("--picture-rate 10") ? "2.000" : "0.800";
        assertEquals(
            List.of(
                "id,start,end,label",
                "moving/a,0,1.000,",
                "moving/pictures,0," + end + ",",
                "still/a,0,1.000,"),
            Files.readAllLines(files.file("--output")));
        // The process has said it at the example before.
        assertEquals(
            !example.contains("--picture-rate 10"),
            output.contains("[pictures/] are taken as a video each, beside 1 files"),
            output);
      }
      case "plan" -> files.checkPlan();
      case "info" -> {
        files.checkBackends();
        ExampleOptions.checkVerbose(dir);
      }
      case "cache" -> {
        boolean clear = example.contains("--clear");
        assertEquals(
            dir.resolve("cache") + ": " + (clear ? "removed " : "") + "3.0 MB", output.strip());
        assertEquals(!clear, Files.exists(dir.resolve("cache/javacpp/lib.so")));
      }
      case "completion" -> assertTrue(output.contains("complete -F _complete_convlstm4j"), output);
      case "man" -> assertTrue(output.startsWith(".TH \"CONVLSTM4J\\-PREDICT\" \"1\""), output);
      case "help" -> assertTrue(output.contains("label-template"), output);
      default -> {}
    }
  }

  private List<String> values(String option) {
    return Stream.iterate(0, i -> i < words.size() - 1, i -> i + 1)
        .filter(i -> words.get(i).equals(option))
        .map(i -> words.get(i + 1))
        .toList();
  }

  private Path file(String option) {
    return dir.resolve(values(option).get(0));
  }

  /** The numbers are the model's own, as Java gets them. */
  private void checkPredictions() throws Exception {
    try (Model model = Model.load(file("--model"))) {
      List<String> names = model.network().outputNames();
      List<Tensor> inputs =
          values(words.contains("<") ? "<" : "--input").stream()
              .takeWhile(word -> !word.startsWith("--"))
              .map(word -> dir.resolve(word.substring(word.indexOf('=') + 1)))
              .map(ExampleFiles::array)
              .toList();
      boolean video = inputs.get(0).shape().rank() == 4;
      List<Tensor> expected =
          model.predict(
              inputs.stream()
                  .map(t -> video ? t.reshape(t.shape().prepend(1)) : t)
                  .toArray(Tensor[]::new));
      if (video) {
        // One array, a column for each output.
        if (words.contains("<")) {
          checkRows(names, expected);
          return;
        }
        Tensor scores = array(file("--output"));
        int frames = (int) inputs.get(0).shape().dim(0);
        assertEquals(Shape.of(frames, names.size()), scores.shape());
        for (int k = 0; k < names.size(); k++) {
          for (int t = 0; t < frames; t++) {
            assertEquals(
                expected.get(k).get(t), scores.get(t * names.size() + k), NEAR, names.get(k));
          }
        }
        assertTrue(output.contains("columns " + String.join(", ", names)), output);
        return;
      }
      for (int k = 0; k < names.size(); k++) {
        Path to = file("--output");
        Tensor got = array(names.size() == 1 ? to : to.resolve(names.get(k) + ".npy"));
        assertEquals(expected.get(k).shape(), got.shape());
        assertArrayEquals(expected.get(k).floats(), got.floats(), NEAR, names.get(k));
      }
    }
  }

  /** The table on standard output. */
  private void checkRows(List<String> names, List<Tensor> expected) {
    List<String> rows = output.lines().dropWhile(l -> !l.startsWith("frame,")).toList();
    assertEquals("frame," + String.join(",", names), rows.get(0));
    assertEquals(expected.get(0).size() + 1, rows.size(), output);
    for (int t = 0; t < rows.size() - 1; t++) {
      String[] row = rows.get(t + 1).split(",", -1);
      assertEquals(t, Integer.parseInt(row[0]));
      for (int k = 0; k < names.size(); k++) {
        assertEquals(expected.get(k).get(t), Float.parseFloat(row[k + 1]), NEAR);
      }
    }
  }

  private static Tensor array(Path file) {
    NpyFile npy = NpyFile.open(file);
    return (npy.byteScale().isPresent() ? npy.scaled(ByteScale.UNIT) : npy).read(DType.FLOAT32);
  }

  /** The plan fits, and says what was asked. */
  private void checkPlan() {
    assertTrue(output.lines().anyMatch(l -> l.equals("fits")), output);
    assertTrue(output.lines().anyMatch(l -> l.matches("peak +[0-9.]+ GiB")), output);
    List<String> frames = values("--stretch");
    List<String> truncated = values("--truncate");
    String policy =
        !frames.isEmpty()
            ? frames.get(0) + " frames of 1000 at a time"
            : truncated.isEmpty()
                ? "all at once"
                : "10 frames of 30 at a time, gradients cut after every " + truncated.get(0);
    assertTrue(output.contains("policy      " + policy), output);
  }

  /** Layers are those of the model, weights those of the model or of {@code --weights}. */
  private void checkModel() throws Exception {
    Path made = file("--output");
    List<String> weights = values("--weights");
    Path from = weights.isEmpty() ? file("--model") : dir.resolve(weights.get(0));
    try (Model source = Model.load(from)) {
      if (made.toString().endsWith(".json")) {
        assertEquals(
            layers(source), layers(Model.of(Architecture.fromJson(Files.readString(made)))));
        return;
      }
      try (Model model = Model.load(made)) {
        assertEquals(layers(source), layers(model));
        List<String> skipped = values("--skip-layer");
        Map<String, Tensor> got = model.weights();
        for (Map.Entry<String, Tensor> e : source.weights().entrySet()) {
          boolean same =
              Arrays.equals(e.getValue().floats(), got.get(e.getKey()).floats())
                  || e.getKey().endsWith("/bias"); // zeros, whichever
          boolean skip = skipped.contains(e.getKey().substring(0, e.getKey().indexOf('/')));
          assertEquals(!skip || e.getKey().endsWith("/bias"), same, e.getKey());
        }
        assertEquals(source.weights().keySet(), got.keySet());
      }
    }
    if (made.toString().endsWith(".h5")) {
      String keras = values("--keras").contains("2") ? "2." : "3.";
      Cli seen = Cli.good("inspect", made);
      assertTrue(seen.out().contains("Keras " + keras), seen::toString);
    }
  }

  private static List<String> layers(Model model) {
    return model.network().nodes().stream().map(n -> n.layer().name()).toList();
  }

  /** Each layer but the inputs has its line, with the number of its weights. */
  private void checkLayers() throws IOException {
    if (words.contains("--picture")) {
      assertTrue(ImageIO.read(file("--picture").toFile()).getWidth() > 400, "two inputs");
    }
    try (Model model = Model.load(dir.resolve(words.get(2)))) {
      Map<String, Tensor> weights = model.weights();
      List<String> layers = new ArrayList<>(layers(model));
      layers.removeAll(model.network().inputNames());
      assertFalse(layers.isEmpty());
      for (String layer : layers) {
        long count =
            weights.entrySet().stream()
                .filter(e -> e.getKey().startsWith(layer + "/"))
                .mapToLong(e -> e.getValue().size())
                .sum();
        String number = String.format(Locale.ROOT, "%,d", count);
        assertTrue(
            output
                .lines()
                .map(l -> Arrays.asList(l.strip().split("[ ()]+")))
                .anyMatch(l -> l.get(0).equals(layer) && l.contains(number)),
            layer + " of " + number + " weights\n" + output);
      }
    }
  }

  /** Both tasks, and each network of them trained as far as was asked. */
  private void checkDemo() throws Exception {
    if (words.contains("--film")) {
      String page = Files.readString(file("--output").resolve("film.html"));
      assertTrue(page.contains("src=\"data:image/png;base64,"), page);
      // In a clip of a package there may be nothing.
      boolean any = !output.contains("\nnothing unusual\n");
      assertTrue(page.contains(any ? "<td>unusual</td>" : "<p>Never.</p>"), output);
      assertTrue(output.contains("film-demo/film.html"), output);
      if (output.contains("is generated")) {
        // Its colours turn over from second 30 to 33.
        assertTrue(output.contains("\nunusual from 30.00 to 3"), output);
        assertFalse(output.matches("(?s).*unusual from (.|[12].)[.].*"), output);
      }
      return;
    }
    assertTrue(output.contains("| two zeros | two ones | two twos | macro F1 |"), output);
    assertTrue(output.contains("| no memory "), output);
    assertTrue(Files.readString(file("--output").resolve("demo.txt")).contains("--seed 2"), output);
    for (String made :
        List.of("places/convlstm", "places/convolution_lstm", "convlstm", "no_memory")) {
      try (Model model = Model.load(file("--output").resolve(made + ".ckpt"))) {
        assertEquals(1, model.progress().epoch(), made);
        assertEquals(2, model.seed());
      }
    }
    assertTrue(ImageIO.read(file("--output").resolve("trailer.png").toFile()).getWidth() > 600);
    try (Stream<Path> trailers = Files.list(file("--output").resolve("train"))) {
      int videos = Integer.parseInt(words.get(words.indexOf("--videos") + 1));
      assertEquals(2 * videos + 1, trailers.count(), "trailers, labels, names");
    }
  }

  /** Every backend that there is is told of, and that one starts. */
  private void checkBackends() {
    for (String name : Backends.providers().stream().map(BackendProvider::name).toList()) {
      List<String> lines = output.lines().filter(l -> l.startsWith("  " + name + " ")).toList();
      assertEquals(1, lines.size(), output);
      assertTrue(lines.get(0).matches(".* (starts|does not start): \\S.*"), output);
    }
    assertTrue(output.lines().anyMatch(l -> l.matches("  reference +starts: .*")), output);
    assertFalse(output.contains("null"), output);
  }
}
