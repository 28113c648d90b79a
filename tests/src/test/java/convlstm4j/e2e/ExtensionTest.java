package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.InMemoryDataset;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.checkpoint.CheckpointException;
import convlstm4j.io.checkpoint.CheckpointOptions;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.model.Compile;
import convlstm4j.model.Extension;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.objective.CustomMetrics;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Metric;
import convlstm4j.optim.SGD;
import convlstm4j.option.Config;
import convlstm4j.tensor.DType;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A user's own layer and metric, in a jar and outside the project's packages. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExtensionTest {
  @TempDir static Path dir;
  private Path jar;
  private Extension mine;

  @BeforeAll
  void prepare() throws IOException {
    SmallModels.writeArrays(dir);
    jar = ExtensionJar.write(dir.resolve("jar"));
    Files.write(dir.resolve("mix.json"), ExtensionJar.json());
    mine =
        ServiceLoader.load(Extension.class, new URLClassLoader(new URL[] {jar.toUri().toURL()}))
            .findFirst()
            .orElseThrow();
  }

  private Object[] words(String call) {
    return Stream.of(call.split(" "))
        .map(w -> w.equals("JAR") ? jar.toString() : w.replace("@", dir + "/"))
        .toArray();
  }

  private Cli good(String call) {
    return Cli.good(words(call));
  }

  private void refused(String call, String... parts) {
    Cli cli = Cli.run(words(call));
    assertEquals(2, cli.code(), cli::toString);
    assertEquals(1, cli.errLines().size(), cli::toString);
    for (String part : parts) {
      assertTrue(cli.err().contains(part.replace("@", dir + "/")), cli.err());
    }
  }

  private float[] numbers(String name) {
    return NpyFile.open(dir.resolve(name)).read(DType.FLOAT32).floats();
  }

  @Test
  void trainsSavesPredictsAndGoesOnFromTheCommandLine() {
    String train =
        "train --backend reference --x @x.npy --y @y.npy --loss mse --optimizer sgd --classpath JAR ";
    good(train + "--model @mix.json --epochs 2 --output @whole.ckpt");
    good(train + "--model @mix.json --epochs 1 --output @half.ckpt");
    good(
        "train --backend reference --x @x.npy --y @y.npy --classpath JAR --model @half.ckpt --epochs"
            + " 2 --output @on.ckpt");
    String predict = "predict --backend reference --input @x.npy --classpath JAR --model ";
    good(predict + "@whole.ckpt --output @whole.npy");
    good(predict + "@on.ckpt --output @on.npy");
    assertArrayEquals(numbers("whole.npy"), numbers("on.npy"));
    good("evaluate --x @x.npy --y @y.npy --classpath JAR --model @on.ckpt");
    assertTrue(good("summary --classpath JAR @on.ckpt").out().contains("mix (Mix)"));
    assertTrue(good("inspect --classpath JAR @on.ckpt").out().contains("mix (Mix)"));
    assertTrue(
        good("inspect --classpath JAR @mix.json").out().contains("can be taken whole"), "with it");
    for (String ending : new String[] {"h5", "keras"}) {
      good("convert --classpath JAR --model @on.ckpt --output @on." + ending);
      good(predict + "@on." + ending + " --output @" + ending + ".npy");
      assertArrayEquals(numbers("on.npy"), numbers(ending + ".npy"));
    }
    refused(
        "predict --model @on.ckpt --input @x.npy --output @no.npy",
        "on.ckpt: ",
        "layer \"mix\" is of the kind Mix, which there is not here",
        "--classpath JAR");
    Cli missing = Cli.run(words("inspect @on.ckpt"));
    assertEquals(2, missing.code(), missing::toString);
    assertTrue(
        missing.out().contains("cannot be taken: 1 of 4 layers (mix: Mix)"), missing::toString);
    assertTrue(missing.out().contains("240 parameters"), missing::toString);
  }

  @Test
  void aLayerThatIsNotThereIsLeftOutWhereverTheMessageAdvisesIt() {
    String train = "train --x @x.npy --y @y.npy --loss mse --classpath JAR --epochs 1 ";
    good(train + "--model @mix.json --output @skip.ckpt");
    for (String file : new String[] {"skip.ckpt", "mix.json"}) {
      refused("summary @" + file, "--skip-layer NAME");
      Cli cli = good("summary --skip-layer mix @" + file);
      assertTrue(cli.err().contains("left out: "), cli::toString);
      assertFalse(cli.out().contains("(Mix)"), cli::toString);
    }
  }

  @Test
  void classpathsThatDoNotDo() throws IOException {
    refused(
        "summary --classpath @absent.jar @mix.json", "--classpath @absent.jar: there is no file");
    Files.createDirectories(dir.resolve("empty"));
    refused("summary --classpath @empty @mix.json", "META-INF/services/convlstm4j.model.Extension");
    Path broken = Files.createDirectories(dir.resolve("broken/META-INF/services"));
    Files.writeString(broken.resolve(Extension.class.getName()), "my.Absent\n");
    refused("summary --classpath @broken @mix.json", "cannot be loaded", "my.Absent");
  }

  /** Trained with a metric of the user's own, which nothing but measuring needs. */
  private Path measured(String name) {
    Path path = dir.resolve(name);
    try (Model model = SmallModels.forecast()) {
      model.compile(
          Compile.with(new SGD()).loss(Loss.meanSquaredError()).metrics(largest().named("top")));
      model.fit(data(), Fit.epochs(1));
      Checkpoint.save(model, path);
    }
    return path;
  }

  private Metric largest() {
    return Metric.fromConfig(new Config("Largest", Map.of()), mine.metrics());
  }

  private InMemoryDataset data() {
    return InMemoryDataset.of(
            NpyFile.open(dir.resolve("x.npy")).read(DType.FLOAT32),
            NpyFile.open(dir.resolve("y.npy")).read(DType.FLOAT32))
        .batch(2);
  }

  @Test
  void toUseAModelItsMetricsNeedNotBeKnown() {
    Path path = measured("top.ckpt");
    Map<String, Double> expected;
    try (Model model = Checkpoint.load(path, options().customMetrics(mine.metrics()))) {
      expected = model.evaluate(data());
      assertTrue(expected.containsKey("top"), expected::toString);
      model.fit(data(), Fit.epochs(2));
    }
    Path again = dir.resolve("again.ckpt");
    try (Model model = Checkpoint.load(path, options())) {
      model.predict(NpyFile.open(dir.resolve("x.npy")).read(DType.FLOAT32));
      assertEquals(List.of("top"), model.compilation().orElseThrow().unregistered());
      for (var measure :
          new Executable[] {() -> model.fit(data(), Fit.epochs(2)), () -> model.evaluate(data())}) {
        String message = assertThrows(IllegalArgumentException.class, measure).getMessage();
        assertTrue(message.contains("metric \"top\" is of the kind Largest"), message);
        assertTrue(message.contains("CustomMetrics"), message);
      }
      Checkpoint.save(model, again);
    }
    try (Model model = Checkpoint.load(again, options().customMetrics(mine.metrics()))) {
      assertEquals(expected, model.evaluate(data()), "the metric was kept");
    }
    String file = "@top.ckpt";
    good("predict --model " + file + " --input @x.npy --output @top.npy");
    good("summary " + file);
    good("inspect " + file);
    Cli evaluated = good("evaluate --x @x.npy --y @y.npy --model " + file);
    assertTrue(evaluated.err().contains("not measured"), evaluated::toString);
    assertTrue(evaluated.out().contains("loss"), evaluated::toString);
    assertFalse(evaluated.out().contains("top"), evaluated::toString);
    String with = good("evaluate --x @x.npy --y @y.npy --classpath JAR --model " + file).out();
    assertTrue(with.contains("top"), with);
    String on = "train --x @x.npy --y @y.npy --epochs 2 --output @top2.ckpt --model " + file;
    refused(on, "metric \"top\" is of the kind Largest", "--classpath JAR");
    good(on + " --classpath JAR");
    good("convert --model " + file + " --output @top.keras");
    try (Model model =
        KerasModels.load(
            dir.resolve("top.keras"),
            KerasOptions.defaults()
                .customMetrics(mine.metrics())
                .model(m -> m.backend("reference")))) {
      assertTrue(model.evaluate(data()).containsKey("top"));
    }
    good("predict --model @top.keras --input @x.npy --output @top.npy");
  }

  private static CheckpointOptions options() {
    return CheckpointOptions.defaults().model(m -> m.backend("reference"));
  }

  @Test
  void aLayerOfTheUsersOwnInACheckpoint() {
    good("convert --model @mix.json --classpath JAR --output @copy.json");
    good(
        "train --x @x.npy --y @y.npy --loss mse --classpath JAR --epochs 1 --model @mix.json --output"
            + " @mix.ckpt");
    Path path = dir.resolve("mix.ckpt");
    String message =
        assertThrows(CheckpointException.class, () -> Checkpoint.load(path)).getMessage();
    assertTrue(message.contains("of the kind Mix"), message);
    try (Model model = Checkpoint.load(path, options().customLayers(mine.layers()))) {
      assertEquals(1, model.progress().epoch());
      assertTrue(model.weights().containsKey("mix/mix"), model.weights().keySet()::toString);
    }
    assertThrows(IllegalArgumentException.class, () -> mine.layers().and(mine.layers()));
    assertThrows(IllegalArgumentException.class, () -> mine.metrics().and(mine.metrics()));
    assertFalse(CustomMetrics.none().and(mine.metrics()).has("Smallest"));
  }
}
