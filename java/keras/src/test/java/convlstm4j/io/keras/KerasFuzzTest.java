package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import convlstm4j.data.Batch;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.objective.CustomMetrics;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files load, or give a {@link KerasException}, nothing else, and take no more memory than
 * ten times the file beside what a small model takes. {@code -Dfuzz.files} says how many in all;
 * {@code -Dseed} replays.
 */
class KerasFuzzTest {
  private static final int FILES = Integer.getInteger("fuzz.files", 1_500);
  private static final int HDF5 = FILES * 70 / 100;
  private static final int ZIP = FILES * 8 / 100;
  private static final int JSON = FILES * 22 / 100;

  /** What parsing a model of this size and an exception take. */
  private static final long SMALL = 4 << 20;

  private static final List<String> WORDS =
      List.of(
          "\"",
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "-1",
          "0",
          "9999999999999999999",
          "1e999",
          "null",
          "true",
          "false",
          "[]",
          "{}",
          "[0]",
          "2147483647",
          "\"Lambda\"",
          "\"ConvLSTM2D\"",
          "\"java.lang.Runtime\"",
          "\"Functional\"",
          "[\"clip\",0,0]",
          "\\",
          "NaN",
          "\"\"",
          "1.5",
          "1000000000",
          "\"layer\"",
          "\"config\"",
          "\"Sequential\"");

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path dir;
  private byte[] h5;
  private byte[] keras;
  private final long seed = Long.getLong("seed", 20261124L);
  private final Random random = new Random(seed);
  private int taken;
  private int tried;

  @BeforeEach
  void makeOriginals() throws IOException {
    Symbol x = Input.named("clip", 2, 3, 3, 1);
    Symbol y = new ConvLSTM2D(1, 2).returnSequences(true).apply(x);
    y = new TimeDistributed(new BatchNormalization()).apply(y);
    y = new Flatten().apply(y);
    y = new Dense(1).named("yes").apply(y);
    try (Model model = SampleModels.weighted(Model.of(x, y))) {
      model.compile(new Adam(), Loss.meanSquaredError());
      model.trainOnBatch(
          new Batch(
              List.of(SampleModels.filled(Shape.of(2, 2, 3, 3, 1), 1)),
              List.of(SampleModels.filled(Shape.of(2, 1), 2)),
              List.of(),
              "first"));
      KerasModels.save(model, dir.resolve("a.h5"));
      KerasModels.save(model, dir.resolve("a.keras"));
    }
    h5 = Files.readAllBytes(dir.resolve("a.h5"));
    keras = Files.readAllBytes(dir.resolve("a.keras"));
  }

  @Test
  void hdf5() throws IOException {
    byte[] weights = entry("model.weights.h5");
    byte[] few = fewWeights();
    for (int i = 0; i < HDF5; i++) {
      int which = random.nextInt(4); // the smaller file is soon read, so more often
      check(mutate(which == 0 ? h5 : which == 1 ? weights : few), ".h5", which == 0);
    }
    assertTrue(taken > tried / 200 && taken < tried * 19 / 20, taken + " of " + tried);
  }

  /** A file of the weights of two layers, in the form of .h5. */
  private static byte[] fewWeights() throws IOException {
    Group root = new Group();
    root.texts().put("keras_version", Keras2Form.VERSION);
    root.lists().put("layer_names", List.of("a", "none", "b"));
    for (String layer : List.of("a", "none", "b")) {
      Group g = root.make(layer);
      g.lists().put("weight_names", layer.equals("none") ? List.of() : List.of("w:0"));
      if (!layer.equals("none")) {
        g.arrays().put("w:0", new Data.Floats(SampleModels.filled(Shape.of(2, 3), 1)));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Hdf5Writer(root).writeTo(Channels.newChannel(out));
    return out.toByteArray();
  }

  @Test
  void zip() throws IOException {
    byte[] metadata = entry("metadata.json");
    byte[] config = entry("config.json");
    byte[] weights = entry("model.weights.h5");
    for (int i = 0; i < ZIP; i++) {
      byte[] file =
          switch (random.nextInt(4)) {
            case 0 -> mutate(keras);
            case 1 -> zip(mutate(metadata), config, weights);
            case 2 -> zip(metadata, mutateText(config), weights);
            default -> zip(metadata, config, mutate(weights));
          };
      check(file, ".keras", true);
    }
    assertTrue(taken > tried / 200 && taken < tried * 19 / 20, taken + " of " + tried);
  }

  @Test
  void json() throws IOException {
    Group root = writable(Hdf5Reader.read("a.h5", ByteBuffer.wrap(h5)));
    for (int i = 0; i < JSON; i++) {
      String key = random.nextInt(4) == 0 ? "training_config" : "model_config";
      String text = root.texts().get(key);
      root.texts().put(key, new String(mutateText(Meta.utf8(text)), StandardCharsets.UTF_8));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      new Hdf5Writer(root).writeTo(Channels.newChannel(out));
      root.texts().put(key, text);
      check(out.toByteArray(), ".h5", true);
    }
    assertTrue(taken > tried / 200 && taken < tried * 19 / 20, taken + " of " + tried);
  }

  /** The same tree with arrays in memory. */
  private static Group writable(Group g) {
    g.arrays()
        .replaceAll(
            (name, d) ->
                name.equals("iteration") || name.equals("iteration:0")
                    ? new Data.Whole(d.integer())
                    : new Data.Floats(d.read(DType.FLOAT32)));
    g.groups().values().forEach(KerasFuzzTest::writable);
    return g;
  }

  private byte[] entry(String name) throws IOException {
    try (ZipFile zip = new ZipFile(dir.resolve("a.keras").toFile())) {
      return zip.getInputStream(zip.getEntry(name)).readAllBytes();
    }
  }

  private byte[] zip(byte[] metadata, byte[] config, byte[] weights) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean stored = random.nextBoolean();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      put(zip, "metadata.json", metadata, stored);
      put(zip, "config.json", config, stored);
      put(zip, "model.weights.h5", weights, stored);
    }
    return out.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] content, boolean stored)
      throws IOException {
    ZipEntry e = new ZipEntry(name);
    if (stored) {
      CRC32 crc = new CRC32();
      crc.update(content);
      e.setMethod(ZipEntry.STORED);
      e.setSize(content.length);
      e.setCrc(crc.getValue());
    }
    zip.putNextEntry(e);
    zip.write(content);
    zip.closeEntry();
  }

  private void check(byte[] file, String ending, boolean whole) throws IOException {
    Path path = dir.resolve("mutant" + ending);
    tried++;
    if (ending.equals(".keras") || tried % 8 == 0) {
      Files.write(path, file);
    }
    String label = "-Dseed=" + seed + ", mutant " + tried + " of " + ending;
    long allocated = 0;
    // Again if it took much: the first time may have loaded classes.
    for (int attempt = 0; attempt < 3; attempt++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      boolean good = load(path, file, whole, label);
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      if (allocated <= 10L * file.length + SMALL) {
        taken += good ? 1 : 0;
        return;
      }
    }
    throw new AssertionError(label + " took " + allocated + " bytes for " + file.length);
  }

  private boolean load(Path path, byte[] bytes, boolean whole, String label) {
    KerasOptions options =
        KerasOptions.defaults().notes(note -> {}).model(m -> m.backend("reference"));
    try {
      if (whole && tried % 8 == 0) {
        KerasModels.load(path, options).close();
      } else { // all of it but the model, whose making takes the longest
        KerasFile file =
            path.toString().endsWith(".keras")
                ? KerasFile.open(path)
                : KerasFile.hdf5(path.toString(), ByteBuffer.wrap(bytes));
        if (!whole) {
          Describer.describe(file, options);
          return true;
        }
        Network network = KerasModels.network(file, options);
        WeightPlan.byName(file, network, options).read();
        TrainingReader.read(file, network, CustomMetrics.none(), note -> {});
      }
      return true;
    } catch (KerasException e) {
      assertTrue(e.getMessage().startsWith(path.toString()), e.getMessage());
      assertTrue(e.getMessage().length() < 5000, e.getMessage());
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(label, e);
    }
  }

  private byte[] mutate(byte[] original) {
    byte[] file = original.clone();
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(file.length);
      switch (file.length < 16 ? 1 : random.nextInt(7)) {
        case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> file[at] = (byte) random.nextInt();
        case 2 -> { // a number or an address
          int word = Math.max(0, Math.min(file.length - 8, at & -8));
          long[] values = {0, -1, 1, 255, file.length, Long.MAX_VALUE, 1L << 31, word, 96};
          ByteBuffer.wrap(file)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(word, values[random.nextInt(values.length)]);
        }
        case 3 -> { // a piece over another
          int to = random.nextInt(file.length);
          int length = random.nextInt(Math.min(256, file.length - Math.max(at, to)) + 1);
          System.arraycopy(file, at, file, to, length);
        }
        case 4 -> { // an address for another
          int from = Math.max(0, Math.min(file.length - 8, at & -8));
          int to = Math.max(0, Math.min(file.length - 8, random.nextInt(file.length) & -8));
          System.arraycopy(file, from, file, to, 8);
        }
        case 5 -> { // near the start, where structures are
          int near = random.nextInt(Math.min(file.length, 4096));
          file[near] ^= (byte) (1 << random.nextInt(8));
        }
        default -> {
          if (random.nextInt(4) == 0) {
            file = Arrays.copyOf(file, 1 + at);
          } else {
            file[at] = 0;
          }
        }
      }
    }
    return file;
  }

  private byte[] mutateText(byte[] original) {
    StringBuilder text = new StringBuilder(new String(original, StandardCharsets.UTF_8));
    for (int n = random.nextInt(2); n >= 0; n--) {
      List<Integer> tokens = new ArrayList<>();
      for (int i = 1; i < text.length(); i++) {
        if (Character.isLetterOrDigit(text.charAt(i))
            != Character.isLetterOrDigit(text.charAt(i - 1))) {
          tokens.add(i);
        }
      }
      int k = random.nextInt(tokens.size() - 1);
      int from = tokens.get(k);
      int to = tokens.get(k + 1);
      switch (random.nextInt(4)) {
        case 0 -> text.delete(from, to);
        case 1 -> text.insert(from, WORDS.get(random.nextInt(WORDS.size())));
        case 2 -> { // a value for another
          int j = random.nextInt(tokens.size() - 1);
          text.replace(from, to, text.substring(tokens.get(j), tokens.get(j + 1)));
        }
        default -> text.replace(from, to, WORDS.get(random.nextInt(WORDS.size())));
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
