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
  private static final Shape VIDEOS = Shape.of(SAMPLES, 8, 256, 256, 1);

  @TempDir static Path dir;

  /** 2 MiB of floats a sample in, as much out; in between 8 MiB, of the wide model 128. */
  @BeforeAll
  static void write() throws Exception {
    write("m.ckpt", 4);
    write("wide.ckpt", 64);
    Symbol x = Input.named("video", 8, 256, 256, 1);
    Symbol y = new Conv3D(64, 3).padding(Padding.SAME).apply(x); // wants all frames
    y = new Conv3D(1, 3).padding(Padding.SAME).apply(y);
    try (Model model = Model.of(x, y).backend("reference")) {
      Checkpoint.save(model, dir.resolve("whole.ckpt"));
    }
    byte[] frame = new byte[(int) VIDEOS.from(2).elements()];
    try (NpyWriter videos = NpyWriter.create(dir.resolve("x.npy"), NpyType.UINT8, VIDEOS)) {
      for (int i = 0; i < SAMPLES * VIDEOS.dim(1); i++) {
        frame[i] = 1;
        videos.write(frame);
      }
      videos.commit();
    }
  }

  private static void write(String file, int filters) throws Exception {
    Symbol x = Input.named("video", 8, 256, 256, 1);
    Symbol y =
        new TimeDistributed(new Conv2D(filters, 3).padding(Padding.SAME).named("c")).apply(x);
    y = new TimeDistributed(new Conv2D(1, 3).padding(Padding.SAME).named("d")).apply(y);
    try (Model model = Model.of(x, y).backend("reference")) {
      Checkpoint.save(model, dir.resolve(file));
    }
  }

  private static Cli withHeap(String heap, Object... words) throws Exception {
    return predict("", heap, "m.ckpt", words);
  }

  private static Cli predict(String ulimit, String heap, String model, Object... words)
      throws Exception {
    Path out = dir.resolve("y.npy");
    Files.deleteIfExists(out);
    List<Object> all = new ArrayList<>(List.of("predict", "--model", dir.resolve(model)));
    all.addAll(List.of("--input", dir.resolve("x.npy"), "--output", out));
    all.addAll(List.of(words));
    List<String> command =
        Cli.process(List.of("sh", "-c", ulimit + "exec \"$@\"", "sh"), all.toArray());
    int at = command.indexOf("-Xmx512m");
    command.remove(at);
    command.addAll(at, List.of(("-Xmx" + heap).split(" ", -1)));
    Path err = dir.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectError(err.toFile())
            .redirectOutput(dir.resolve("out.txt").toFile());
    builder.environment().put("OMP_NUM_THREADS", "2");
    Process process = builder.start();
    return new Cli(process.waitFor(), "", Files.readString(err));
  }

  /**
   * Either all is there or the one line says why not; 137 would be a kill, 1 a failure half way.
   */
  private static boolean endsWell(Cli cli) throws Exception {
    assertFalse(cli.err().contains("OutOfMemoryError"), cli::toString);
    assertFalse(cli.err().contains("out of memory"), cli::toString);
    assertTrue(cli.code() == 0 || cli.code() == 2, cli::toString);
    Path out = dir.resolve("y.npy");
    if (cli.code() == 0) {
      assertEquals(VIDEOS, NpyFile.open(out).shape());
    } else {
      assertFalse(Files.exists(out), cli::toString);
      assertTrue(cli.err().contains("need") && cli.err().contains("smaller"), cli::toString);
    }
    return cli.code() == 0;
  }

  private static void refused(Cli cli, String... words) throws Exception {
    assertFalse(endsWell(cli), cli::toString);
    for (String word : words) {
      assertTrue(cli.err().contains(word), cli::toString);
    }
  }

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
    endsWell(withHeap("24m", "--backend", backend, "--batch-size", batch));
  }

  @Test
  void aHeapThatIsLargeEnough() throws Exception {
    for (String backend : List.of("onednn", "reference")) {
      assertTrue(endsWell(withHeap("96m", "--backend", backend, "--batch-size", 1)));
    }
  }

  @Test
  void theHeapOfOneDnnHoldsWhatComesAndWhatGoes() throws Exception {
    refused(
        withHeap("24m", "--backend", "onednn", "--batch-size", 4),
        "onednn: a step on inputs of shape [[4, 8, 256, 256, 1]] needs",
        "of Java heap for copies and results and 2 batches loaded ahead",
        "are left of the Java heap (-Xmx)",
        "give Java more memory (-Xmx)");
  }

  @Test
  void theMemoryOfTheReferenceIsTheHeap() throws Exception {
    refused(
        withHeap("48m", "--backend", "reference", "--batch-size", 6),
        "reference: a step on inputs of shape",
        "are left of the Java heap (-Xmx)",
        "give Java more memory (-Xmx)");
  }

  /** Java alone takes some 1.5 GiB of addresses here, a batch of 12 of the wide model as much. */
  private static Cli addresses(int mib, int batch) throws Exception {
    return addresses("wide.ckpt", mib, batch);
  }

  private static Cli addresses(String model, int mib, int batch) throws Exception {
    return predict(
        "ulimit -v " + mib * 1024 + " && ",
        "128m -XX:CompressedClassSpaceSize=64m -XX:ReservedCodeCacheSize=64m",
        model,
        "--backend",
        "onednn",
        "--batch-size",
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
    assertTrue(endsWell(addresses(2600, 1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 5, 6, 7, 8, 9})
  void whatJustFitsUnderALimitOfAddresses(int batch) throws Exception {
    endsWell(addresses(2600, batch));
  }
}
