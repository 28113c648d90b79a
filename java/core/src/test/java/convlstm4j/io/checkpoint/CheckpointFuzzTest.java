package convlstm4j.io.checkpoint;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Damaged checkpoints give a {@link CheckpointException}, nothing else, soon, and take no more
 * memory than ten times the file and what an exception takes.
 */
class CheckpointFuzzTest {
  private static final int MUTANTS = Boolean.getBoolean("full") ? 120_000 : 30_000;
  private static final int ARCHITECTURES = Boolean.getBoolean("full") ? 2_000 : 500;
  private static final long EXCEPTION_BYTES = 96 << 10;

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
          "9999999999999999999",
          "1e999",
          "null",
          "true",
          "\\u0000",
          "\"weight\"",
          "\"callback\"",
          "\"float64\"",
          "\"offset\":0",
          "[0]",
          "[]",
          "[4294967296]",
          "\\",
          "NaN");

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Reads a file; true if it was taken. */
  private static boolean read(byte[] file, String label) throws Exception {
    long allocated = 0;
    // Again if it took much: the first time may have loaded classes.
    for (int attempt = 0; attempt < 2; attempt++) {
      boolean taken = false;
      long before = THREADS.getCurrentThreadAllocatedBytes();
      try {
        CheckpointFileTest.read(file);
        taken = true;
      } catch (CheckpointException e) {
        assertTrue(e.getMessage().startsWith("a.ckpt: "), e.getMessage());
        assertTrue(e.getMessage().length() < 1000, e.getMessage());
      } catch (RuntimeException e) {
        throw new AssertionError(label + ": " + Base64.getEncoder().encodeToString(file), e);
      }
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      if (allocated <= 10L * file.length + EXCEPTION_BYTES) {
        return taken;
      }
    }
    throw new AssertionError(label + " took " + allocated + " bytes for " + file.length);
  }

  @Test
  void survivesMutants() throws Exception {
    long seed = Long.getLong("seed", 20261125L);
    Random random = new Random(seed);
    List<byte[]> seeds =
        List.of(
            CheckpointFileTest.write(CheckpointFileTest.contents(1, DType.FLOAT32)),
            CheckpointFileTest.write(CheckpointFileTest.contents(2, DType.FLOAT32)),
            CheckpointFileTest.write(CheckpointFileTest.contents(3, DType.FLOAT64)));
    int repaired = 0;
    int read = 0;
    for (int i = 0; i < MUTANTS; i++) {
      byte[] original = seeds.get(random.nextInt(seeds.size()));
      // With a right checksum a mutant gets past it, to the checks behind.
      boolean repair = random.nextInt(3) == 0;
      byte[] file =
          repair
              ? CheckpointFileTest.withHeader(
                  original, mutateHeader(CheckpointFileTest.header(original), random))
              : mutate(original, seeds, random);
      if (seeds.stream().anyMatch(s -> Arrays.equals(s, file))) {
        continue;
      }
      String label = "-Dseed=" + seed + ", mutant " + i;
      boolean taken = read(file, label);
      assertTrue(
          repair || !taken, label + " was taken: " + Base64.getEncoder().encodeToString(file));
      read += taken ? 1 : 0;
      repaired += repair && !taken ? 1 : 0;
    }
    // A changed name or seed with a right checksum is a good checkpoint; most else is not.
    assertTrue(repaired > MUTANTS / 6, repaired + " repaired mutants refused");
    assertTrue(read > MUTANTS / 1000 && read < MUTANTS / 6, read + " mutants read");
  }

  private static byte[] mutate(byte[] original, List<byte[]> seeds, Random random) {
    byte[] file = original.clone();
    int at = random.nextInt(file.length);
    switch (random.nextInt(5)) {
      case 0 -> {
        for (int n = random.nextInt(4); n >= 0; n--) {
          file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 1 -> file = Arrays.copyOf(file, at);
      case 2 -> {
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        int from = random.nextInt(other.length);
        int n = random.nextInt(Math.min(other.length - from, file.length - at) + 1);
        System.arraycopy(other, from, file, at, n);
      }
      case 3 -> {
        // The start of one, the end of another.
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        file = Arrays.copyOf(file, Math.max(at, other.length));
        System.arraycopy(
            other,
            Math.min(at, other.length),
            file,
            Math.min(at, other.length),
            Math.max(0, other.length - at));
      }
      default -> {
        byte[] noise = new byte[random.nextInt(Math.min(64, file.length - at) + 1)];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, file, at, noise.length);
      }
    }
    return file;
  }

  private static String mutateHeader(String header, Random random) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    int at = random.nextInt(text.length);
    return switch (random.nextInt(4)) {
      case 0 -> {
        text[at] = (byte) random.nextInt(256);
        yield new String(text, StandardCharsets.ISO_8859_1);
      }
      case 1 -> header.substring(0, at) + header.substring(Math.min(text.length, at + 1));
      case 2 -> {
        String word = WORDS.get(random.nextInt(WORDS.size()));
        int skip = random.nextInt(word.length() + 1);
        yield header.substring(0, at) + word + header.substring(Math.min(text.length, at + skip));
      }
      default -> {
        // A piece of the header once more, such as an entry or a bracket.
        int end = Math.min(text.length, at + random.nextInt(60));
        int to = random.nextInt(text.length);
        yield header.substring(0, to) + header.substring(at, end) + header.substring(to);
      }
    };
  }

  /**
   * Checkpoints with right checksums whose architecture or options of training are damaged: a model
   * or a {@link CheckpointException}.
   */
  @Test
  void survivesMutatedArchitectures() throws Exception {
    long seed = Long.getLong("seed", 20261127L);
    Random random = new Random(seed);
    Contents good;
    try (Model model = SmallNet.compiled(DType.FLOAT32)) {
      model.trainOnBatch(SmallNet.data(DType.FLOAT32).open(0, 0).next());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      CheckpointFile.write(Channels.newChannel(out), Checkpoint.contents(model, model.snapshot()));
      good = CheckpointFileTest.read(out.toByteArray());
    }
    int refused = 0;
    for (int i = 0; i < ARCHITECTURES; i++) {
      boolean options = i % 4 == 0;
      Contents mutant =
          new Contents(
              good.library(),
              options ? good.architecture() : mutateHeader(good.architecture(), random),
              options ? mutateHeader(good.compile(), random) : good.compile(),
              good.dtype(),
              i % 4 == 1 ? mutateHeader("[{\"factor\":0.5,\"offset\":0}]", random) : null,
              good.snapshot());
      try {
        Checkpoint.load(
                "a.ckpt", mutant, CheckpointOptions.defaults().model(m -> m.backend("reference")))
            .close();
      } catch (CheckpointException e) {
        assertTrue(e.getMessage().startsWith("a.ckpt: "), e.getMessage());
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError(
            "-Dseed=" + seed + ", mutant " + i + ": " + mutant.architecture() + mutant.compile(),
            e);
      }
    }
    assertTrue(refused > ARCHITECTURES / 2, refused + " refused");
  }

  /** Headers that want much for little: a long index, deep nesting, long numbers. */
  @Test
  void takesLittleForMuchHeader() throws Exception {
    byte[] file = CheckpointFileTest.write(CheckpointFileTest.contents(1, DType.FLOAT32));
    int n = 300_000;
    for (String header :
        List.of(
            "{\"tensors\":" + "[".repeat(n),
            "{\"tensors\":[" + "0,".repeat(n) + "0]}",
            "{\"tensors\":[" + "[],".repeat(n) + "0]}",
            "{\"tensors\":[" + "{},".repeat(n) + "0]}",
            "{\"compile\":[" + "[0],".repeat(n) + "0]}",
            "{\"tensors\":[{\"section\":\"weight\",\"owner\":\"\",\"name\":\"a\",\"dtype\":"
                + "\"float32\",\"shape\":["
                + "1,".repeat(n)
                + "1],\"offset\":0,\"crc32c\":0}]}",
            "{\"seed\":" + "9".repeat(n) + "}",
            "{\"library\":\"" + "x".repeat(n))) {
      byte[] bytes = CheckpointFileTest.withHeader(file, header);
      assertFalse(read(bytes, header.substring(0, 30)), header.substring(0, 30));
    }
  }
}
