package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyType;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.Input;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code predict} with little memory ends well or is refused with what it needs, whatever the limit
 * is: it never runs out of memory half way, and nothing is left behind.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MemoryLimitTest {
  private static final int SAMPLES = 12;
  private static final Shape VIDEO = Shape.of(8, 256, 256, 1);

  @TempDir static Path dir;

  /** 2 MiB of floats a sample in, as much out; in between 8 MiB, of the wide model 128. */
  @BeforeAll
  static void write() throws Exception {
    write("m.ckpt", 4, 3);
    write("wide.ckpt", 64, 1); // where there are so many, a larger kernel computes for long
    Symbol x = Input.named("video", 8, 256, 256, 1);
    Symbol y = new Conv3D(64, 3).padding(Padding.SAME).apply(x); // wants all frames
    y = new Conv3D(1, 3).padding(Padding.SAME).apply(y);
    try (Model model = Model.of(x, y).backend("reference")) {
      Checkpoint.save(model, dir.resolve("whole.ckpt"));
    }
    for (int samples = 1; samples <= SAMPLES; samples++) {
      byte[] video = new byte[(int) VIDEO.elements()];
      try (NpyWriter videos = NpyWriter.create(input(samples), NpyType.UINT8, videos(samples))) {
        for (int i = 0; i < samples; i++) {
          video[i] = 1;
          videos.write(video);
        }
        videos.commit();
      }
    }
  }

  private static Path input(int samples) {
    return dir.resolve("x-" + samples + ".npy");
  }

  private static Shape videos(int samples) {
    return Shape.of(samples, 8, 256, 256, 1);
  }

  /** Enough for a batch that is computed and two that are loaded ahead. */
  private static int samples(int batch) {
    return Math.min(3 * batch, SAMPLES);
  }

  private static void write(String file, int filters, int kernel) throws Exception {
    Symbol x = Input.named("video", 8, 256, 256, 1);
    Symbol y =
        new TimeDistributed(new Conv2D(filters, kernel).padding(Padding.SAME).named("c")).apply(x);
    y = new TimeDistributed(new Conv2D(1, kernel).padding(Padding.SAME).named("d")).apply(y);
    try (Model model = Model.of(x, y).backend("reference")) {
      Checkpoint.save(model, dir.resolve(file));
    }
  }

  private record Run(Cli cli, int batch) {}

  private static Run withHeap(String heap, String backend, int batch) throws Exception {
    return predict("", heap, "m.ckpt", backend, batch);
  }

  private static Run predict(String ulimit, String heap, String model, String backend, int batch)
      throws Exception {
    Path out = dir.resolve("y.npy");
    Files.deleteIfExists(out);
    List<Object> all = new ArrayList<>(List.of("predict", "--model", dir.resolve(model)));
    all.addAll(List.of("--input", input(samples(batch)), "--output", out));
    all.addAll(List.of("--backend", backend, "--batch-size", batch));
    List<String> command =
        Cli.process(List.of("sh", "-c", ulimit + "exec \"$@\"", "sh"), all.toArray());
    int at = command.indexOf("-Xmx512m");
    command.remove(at);
    Cli.smallPages(command);
    command.addAll(at, List.of(("-Xmx" + heap).split(" ", -1)));
    Path err = dir.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectError(err.toFile())
            .redirectOutput(dir.resolve("out.txt").toFile());
    builder.environment().put("OMP_NUM_THREADS", "2");
    Process process = builder.start();
    return new Run(new Cli(process.waitFor(), "", Files.readString(err)), batch);
  }

  /**
   * Either all is there or the one line says why not; 137 would be a kill, 1 a failure half way.
   */
  private static boolean endsWell(Run run) throws Exception {
    Cli cli = run.cli;
    assertFalse(cli.err().contains("OutOfMemoryError"), cli::toString);
    assertFalse(cli.err().contains("out of memory"), cli::toString);
    assertTrue(cli.code() == 0 || cli.code() == 2, cli::toString);
    Path out = dir.resolve("y.npy");
    if (cli.code() == 0) {
      assertEquals(videos(samples(run.batch)), NpyFile.open(out).shape());
    } else {
      assertFalse(Files.exists(out), cli::toString);
      assertTrue(cli.err().contains("need") && cli.err().contains("smaller"), cli::toString);
    }
    return cli.code() == 0;
  }

  private static void refused(Run run, String... words) throws Exception {
    Cli cli = run.cli;
    assertFalse(endsWell(run), cli::toString);
    for (String word : words) {
      assertTrue(cli.err().contains(word), cli::toString);
    }
  }

  /** {@link RandomLimitsTest} has one by default. */
  @EnabledIfSystemProperty(named = "full", matches = "true")
  @ParameterizedTest
  @CsvSource({
    "onednn, 1",
    "onednn, 3",
    "onednn, 4",
    "onednn, 6",
    "onednn, 12",
    "reference, 1",
    "reference, 3",
    "reference, 4"
  })
  void aSmallHeap(String backend, int batch) throws Exception {
    endsWell(withHeap("24m", backend, batch));
  }

  @Test
  void aHeapThatIsLargeEnough() throws Exception {
    for (String backend : List.of("onednn", "reference")) {
      assertTrue(endsWell(withHeap("96m", backend, 1)));
    }
  }

  @Test
  void theHeapOfOneDnnHoldsWhatComesAndWhatGoes() throws Exception {
    refused(
        withHeap("24m", "onednn", 4),
        "onednn: a step on inputs of shape [[4, 8, 256, 256, 1]] needs",
        "of Java heap for copies and results and 2 batches loaded ahead",
        "are left of the Java heap (-Xmx)",
        "give Java more memory (-Xmx)");
  }

  @Test
  void theMemoryOfTheReferenceIsTheHeap() throws Exception {
    refused(
        withHeap("48m", "reference", 6),
        "reference: a step on inputs of shape",
        "are left of the Java heap (-Xmx)",
        "give Java more memory (-Xmx)");
  }

  /** Java alone takes some 1.5 GiB of addresses here, a batch of 12 of the wide model as much. */
  private static Run addresses(int mib, int batch) throws Exception {
    return addresses("wide.ckpt", mib, batch);
  }

  private static Run addresses(String model, int mib, int batch) throws Exception {
    return predict(
        "ulimit -v " + mib * 1024 + " && ",
        "128m -XX:CompressedClassSpaceSize=64m -XX:ReservedCodeCacheSize=64m",
        model,
        "onednn",
        batch);
  }

  @Test
  void aLimitOfAddresses() throws Exception {
    refused(
        addresses("whole.ckpt", 2600, 12),
        "onednn: a step on inputs of shape [[12, 8, 256, 256, 1]] needs",
        "are left of the limit of this process (ulimit -v 2662400)",
        "or raise ulimit -v");
    assertTrue(endsWell(addresses(2600, 12))); // some frames at a time
  }

  @EnabledIfSystemProperty(named = "full", matches = "true")
  @Test
  void aLimitOfAddressesIsEnoughForOneSample() throws Exception {
    assertTrue(endsWell(addresses(2600, 1)));
  }

  @EnabledIfSystemProperty(named = "full", matches = "true")
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9})
  void whatJustFitsUnderALimitOfAddresses(int batch) throws Exception {
    endsWell(addresses(2600, batch));
  }
}
