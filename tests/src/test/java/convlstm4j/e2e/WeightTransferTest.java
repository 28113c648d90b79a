package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.model.WeightTransfer;
import convlstm4j.model.WeightTransfer.Match;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights of one network in another: by name, by order, all but the head. */
class WeightTransferTest {
  @TempDir Path dir;
  private Map<String, Tensor> source;

  /** As the forecast of {@link SmallModels}, with other names or another head. */
  private static Model like(String memory, String norm, String head, int outputs) {
    Symbol x = Input.named("frames", 4, 5, 6, 1);
    Symbol y = new ConvLSTM2D(2, 3).named(memory).apply(x);
    y = new Flatten().named("flat").apply(new BatchNormalization().axis(3).named(norm).apply(y));
    return Model.of(x, new Dense(outputs).named(head).apply(y)).backend("reference").seed(9);
  }

  @BeforeEach
  void prepare() throws IOException {
    try (Model model = SmallModels.forecast()) {
      source = model.weights();
      Checkpoint.save(model, dir.resolve("w.ckpt"));
    }
    for (String ending : List.of("h5", "keras")) {
      good("convert --model @w.ckpt --output @w." + ending);
    }
    write("same.json", like("memory", "norm", "numbers", 2));
    write("renamed.json", like("a", "b", "c", 2));
    write("head.json", like("memory", "norm", "numbers", 3));
    write("other.json", like("memory", "norm", "classes", 3));
  }

  private void write(String name, Model model) throws IOException {
    try (model) {
      Files.writeString(dir.resolve(name), Architecture.toJson(model.network()));
    }
  }

  private Object[] words(String call) {
    return Stream.of(call.split(" ")).map(w -> w.replace("@", dir + "/")).toArray();
  }

  private Cli good(String call) {
    return Cli.good(words(call));
  }

  private void refused(String call, String... parts) {
    Cli cli = Cli.run(words(call));
    assertEquals(2, cli.code(), cli::toString);
    assertEquals(1, cli.errLines().size(), cli::toString);
    for (String part : parts) {
      assertTrue(cli.err().contains(part), cli.err());
    }
    assertFalse(Files.exists(dir.resolve("no.ckpt")));
  }

  private static void row(Cli cli, String pattern) {
    assertTrue(
        cli.out().lines().anyMatch(l -> l.matches(pattern.replace(" ", " +"))),
        pattern + " in\n" + cli.out());
  }

  /** The first layers' weights, of 7 arrays, and the head's. */
  private void assertTaken(String file, boolean head) {
    try (Model model = Checkpoint.load(dir.resolve(file), m -> m.backend("reference"))) {
      List<Tensor> expected = List.copyOf(source.values());
      List<Tensor> actual = List.copyOf(model.weights().values());
      for (int i = 0; i < expected.size() - (head ? 0 : 2); i++) {
        assertArrayEquals(expected.get(i).floats(), actual.get(i).floats());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ckpt", "h5", "keras"})
  void byNameByOrderAndAllButTheHead(String ending) {
    String from = "--weights @w." + ending + " ";
    Cli all = good("convert --model @same.json " + from + "--match name --output @o.ckpt");
    row(all, "memory memory 224 taken");
    row(all, "numbers numbers 50 taken");
    assertTaken("o.ckpt", true);

    Cli renamed = good("convert --model @renamed.json " + from + "--match order --output @r.ckpt");
    row(renamed, "a memory 224 taken");
    row(renamed, "b norm 8 taken");
    assertTaken("r.ckpt", true);
    good("convert --model @renamed.json " + from + "--output @d.ckpt");
    assertTaken("d.ckpt", true);

    for (String match : List.of("name", "order")) {
      String call =
          "convert --overwrite --model @head.json " + from + "--match " + match + " --output ";
      refused(call + "@no.ckpt", "Dense \"numbers\" has weights of shapes", "--skip-layer numbers");
      Cli head = good(call + "@h.ckpt --skip-layer numbers");
      row(head, "memory memory 224 taken");
      row(head, "numbers - 75 left at its values: skipped");
      row(head, "- numbers 50 not taken: skipped");
      assertTrue(head.out().contains("left at initial values: numbers"), head::toString);
      assertTaken("h.ckpt", false);
    }
    Cli other = good("convert --model @other.json " + from + "--match name --output @x.ckpt");
    row(other, "classes - 75 left at its values: no layer of this name");
    row(other, "- numbers 50 not taken: no layer of this name");
    assertTaken("x.ckpt", false);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    refused(
        "convert --model @renamed.json --weights @w.ckpt --match name --output @no.ckpt",
        "w.ckpt: no layer has the name of one of the model",
        "--match order");
    refused(
        "convert --model @same.json --weights @w.ckpt --skip-layer hat --output @no.ckpt",
        "there is no layer \"hat\" to skip");
    refused(
        "convert --model @w.ckpt --match name --output @no.ckpt", "--match goes with --weights");
    refused(
        "convert --model @same.json --weights @renamed.json --output @no.ckpt",
        "renamed.json: holds an architecture, without weights");
    refused(
        "convert --model @same.json --weights @absent.ckpt --output @no.ckpt",
        "absent.ckpt: there is no such file");
  }

  @Test
  void namesOfLayersMayHaveASlash() {
    Path path = dir.resolve("slash.ckpt");
    try (Model model = like("block/memory", "block/norm", "block", 2)) {
      Checkpoint.save(model, path);
    }
    assertEquals(
        List.of("block/memory", "block/norm", "block"),
        Checkpoint.layerWeights(path).stream().map(WeightTransfer.Source::layer).toList());
  }

  @Test
  void theModelIsAsBeforeIfWeightsDoNotFit() {
    List<WeightTransfer.Source> weights = Checkpoint.layerWeights(dir.resolve("w.ckpt"));
    assertEquals(
        List.of("memory", "norm", "numbers"),
        weights.stream().map(WeightTransfer.Source::layer).toList());
    try (Model model = like("memory", "norm", "numbers", 3)) {
      Map<String, Tensor> before = model.weights();
      assertThrows(
          IllegalArgumentException.class,
          () -> WeightTransfer.by(Match.NAME).apply(weights, model));
      assertThrows(
          IllegalArgumentException.class,
          () -> WeightTransfer.by(Match.ORDER).apply(weights.subList(0, 2), model));
      Map<String, Tensor> after = model.weights();
      before.forEach((n, t) -> assertArrayEquals(t.floats(), after.get(n).floats(), n));
      WeightTransfer.Report report =
          WeightTransfer.by(Match.NAME).skipLayer("numbers").apply(weights, model);
      assertEquals(
          List.of(true, true, false, false),
          report.rows().stream().map(WeightTransfer.Row::isTaken).toList());
    }
  }
}
