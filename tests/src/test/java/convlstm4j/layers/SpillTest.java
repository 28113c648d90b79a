package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.SpillFolder;
import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Input;
import convlstm4j.model.Callback;
import convlstm4j.model.Compile;
import convlstm4j.model.Fit;
import convlstm4j.model.InputPlace;
import convlstm4j.model.Model;
import convlstm4j.model.Run;
import convlstm4j.model.RunPlan;
import convlstm4j.model.Stretch;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training steps that keep arrays in files: the same numbers, files that are gone, clear refusals.
 */
class SpillTest {
  private static final Shape VIDEO = Shape.of(2, 24, 16, 16, 3);
  private static final int FRAMES = 4;

  @TempDir Path dir;

  private static ConvLSTM2D memory(int filters) {
    return new ConvLSTM2D(filters, 3).padding(Padding.SAME).returnSequences(true);
  }

  /** With phases at once and in stretches, random numbers and statistics. */
  private static Model model() {
    Symbol v = Input.named("x", Input.ANY, 16, 16, 3);
    Symbol x = new Dropout(0.2).apply(memory(4).apply(v));
    x = new BatchNormalization().apply(memory(4).apply(x));
    x = new Bidirectional(memory(1)).apply(x);
    Model m = Model.of(v, memory(1).apply(x)).backend("onednn").seed(7);
    return m.compile(Compile.with(new Adam(0.01)).loss(Loss.meanSquaredError())).stretch(FRAMES);
  }

  private static InMemoryDataset data() {
    Tensor x = random(VIDEO, 1);
    Tensor y = random(Shape.of(2, 24, 16, 16, 1), 2);
    return InMemoryDataset.of(new Batch(List.of(x), List.of(y), List.of(), "videos"));
  }

  private static Tensor random(Shape shape, int seed) {
    Tensor t = Tensor.zeros(convlstm4j.tensor.DType.FLOAT32, shape);
    java.util.Random random = new java.util.Random(seed);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, random.nextGaussian());
    }
    return t;
  }

  /** Less than without files is needed with the same plan otherwise. */
  private long budget(Model m) {
    long without = m.memory(1).plan(true, VIDEO).smallest();
    long with = m.spill(dir).plan(true, VIDEO).smallest();
    assertTrue(with < without, with + " of " + without);
    return (with + without) / 2;
  }

  private static Map<String, float[]> weights(Model m) {
    Map<String, float[]> all = new TreeMap<>();
    m.weights().forEach((name, t) -> all.put(name, t.floats().clone()));
    return all;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(dir)) {
      return all.toList();
    }
  }

  /** Looks at the files while a step is under way. */
  private final class Looking implements Callback {
    private boolean mapped;
    private int names;

    @Override
    public void onStretch(Run run, Stretch stretch) {
      try {
        names = Math.max(names, files().size());
        String real = dir.toRealPath() + "/";
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
          mapped |= maps.anyMatch(l -> l.contains(real) && l.contains(".spill"));
        }
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theNumbersAreThoseInMemoryToTheBit() throws IOException {
    Map<String, float[]> expected;
    try (Model m = model()) {
      RunPlan plan = m.plan(true, VIDEO);
      assertTrue(plan.isStretched() && plan.spilled() == 0, plan.toString());
      m.fit(data(), Fit.epochs(2));
      expected = weights(m);
    }
    try (Model m = model()) {
      m.memory(budget(m));
      RunPlan plan = m.plan(true, VIDEO);
      assertTrue(plan.spilled() > 0 && plan.refusal().isEmpty(), plan.toString());
      assertTrue(plan.toString().contains("in files"), plan.toString());
      assertEquals(FRAMES, plan.frames());
      assertFalse(plan.again(), plan.toString());
      Looking looking = new Looking();
      m.fit(data(), Fit.epochs(2).callbacks(looking));
      assertTrue(looking.mapped, "nothing was in files");
      assertEquals(0, looking.names, "files keep their names");
      Map<String, float[]> got = weights(m);
      assertEquals(expected.keySet(), got.keySet());
      expected.forEach((name, w) -> assertArrayEquals(w, got.get(name), name));
    }
    assertEquals(List.of(), files());
  }

  @Test
  void whatAKilledProcessLeftIsDeletedAndNothingElse() throws IOException {
    Path left = Files.writeString(dir.resolve("convlstm4j-1234.spill"), "half");
    Path other = Files.writeString(dir.resolve("mine.spill"), "mine");
    Path folder = Files.createDirectory(dir.resolve("convlstm4j-5.spill"));
    try (Model m = model()) {
      m.spill(dir);
    }
    assertFalse(Files.exists(left));
    assertTrue(Files.exists(other) && Files.isDirectory(folder));
  }

  @Test
  void aFolderThatCannotBeUsedIsRefusedInOneLine() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "");
    try (Model m = model()) {
      refused(m, dir.resolve("missing"), "there is no such folder");
      refused(m, file, "is no folder");
      refused(m, Path.of("/proc"), "cannot write to the folder");
      assertEquals(0, m.plan(true, VIDEO).spilled());
    }
    try (Model m = model().memory(1)) {
      m.plan(true, VIDEO); // a backend
    }
  }

  private static void refused(Model m, Path folder, String why) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> m.spill(folder));
    assertTrue(e.getMessage().startsWith("spill=" + folder + ": "), e.getMessage());
    assertTrue(e.getMessage().contains(why) && !e.getMessage().contains("\n"), e.getMessage());
  }

  @Test
  void aBackendThatCannotIsRefused() {
    Symbol v = Input.named("x", Input.ANY, 8, 8, 1);
    try (Model m = Model.of(v, memory(1).apply(v)).backend("reference")) {
      m.compile(Compile.with(new Adam(0.01)).loss(Loss.meanSquaredError())).spill(dir).stretch(2);
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> m.planTraining(InputPlace.FILES, Shape.of(1, 6, 8, 8, 1)));
      assertTrue(e.getMessage().contains("use the backend onednn"), e.getMessage());
    }
  }

  @Test
  void whatIsLargerThanAFileIsRefused() {
    var e =
        assertThrows(
            convlstm4j.backend.BackendException.class, () -> new SpillFolder(dir).map(3L << 30));
    assertTrue(e.isNoRoom() && e.getMessage().contains("3072 MiB"), e.getMessage());
  }
}
