package convlstm4j.io.npy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import convlstm4j.tensor.DType;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damaged files give an {@link NpyException} or an array, nothing else, soon, and take no more
 * memory than ten times the file and what an exception takes.
 */
class NpyFuzzTest {
  private static final int MUTANTS = 150_000;
  private static final long EXCEPTION_BYTES = 64 << 10;

  /** Bits of headers that a mutation splices in. */
  private static final List<String> WORDS =
      List.of(
          "'descr'",
          "'shape'",
          "'fortran_order'",
          "True",
          "False",
          "(",
          ")",
          ",",
          "{",
          "}",
          ":",
          "'",
          "\"",
          "99999999999999",
          "0",
          "-1",
          "<f8",
          "|u1",
          ">f2",
          "\n",
          "None",
          "1L",
          "\\");

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES) // hung
  void survivesMutants() throws Exception {
    long seed = Long.getLong("seed", 20261124L);
    Random random = new Random(seed);
    List<byte[]> seeds = new ArrayList<>();
    for (String name :
        List.of(
            "le_f4",
            "be_f8",
            "le_f2",
            "u1",
            "b1",
            "le_i8",
            "be_i2_fortran",
            "u1_fortran",
            "version2",
            "version3",
            "scalar",
            "vector",
            "empty")) {
      seeds.add(NpyFuzzTest.class.getResourceAsStream(name + ".npy").readAllBytes());
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int read = 0;
    for (int i = 0; i < MUTANTS; i++) {
      byte[] file = mutate(seeds, random);
      String mutant = "-Dseed=" + seed + ", mutant " + i;
      long most = 2 * (10L * file.length) + EXCEPTION_BYTES;
      long before = threads.getCurrentThreadAllocatedBytes();
      if (reads(file, mutant)) {
        read++;
      }
      long middle = threads.getCurrentThreadAllocatedBytes();
      if (middle - before > most) { // the first of its kind loads classes, which the second has
        reads(file, mutant);
        long again = threads.getCurrentThreadAllocatedBytes() - middle;
        assertTrue(again <= most, () -> mutant + " took " + again + " bytes");
      }
    }
    // Mutants must reach both ends of the parser, or the test says little.
    assertTrue(read > MUTANTS / 100 && read < MUTANTS / 2, "read " + read);
  }

  /** Whether a file is taken; anything but a refusal in one message fails. */
  private static boolean reads(byte[] file, String mutant) {
    try {
      NpyFile npy = NpyFile.of("mutant", ByteBuffer.wrap(file));
      npy.read(DType.FLOAT64);
      npy.unitRange().read(DType.FLOAT32);
      return true;
    } catch (NpyException e) {
      assertTrue(e.getMessage().startsWith("mutant: "), e.getMessage());
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(mutant + ": " + Arrays.toString(file), e);
    }
  }

  private static byte[] mutate(List<byte[]> seeds, Random random) {
    byte[] file = seeds.get(random.nextInt(seeds.size())).clone();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      // Mostly in the first hundred bytes, where the header is.
      int at = file.length == 0 ? 0 : random.nextInt(Math.min(file.length, 110));
      switch (random.nextInt(6)) {
        case 0 -> {
          if (file.length > 0) {
            file[at] ^= (byte) (1 << random.nextInt(8));
          }
        }
        case 1 -> {
          if (file.length > 0) {
            file[at] = (byte) random.nextInt(256);
          }
        }
        case 2 -> file = Arrays.copyOf(file, random.nextInt(file.length + 1));
        case 3 -> file = Arrays.copyOf(file, file.length + random.nextInt(40));
        case 4 -> {
          // Written over, so that the lengths still agree.
          byte[] word =
              WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.ISO_8859_1);
          System.arraycopy(word, 0, file, at, Math.min(word.length, file.length - at));
        }
        default -> {
          byte[] other = seeds.get(random.nextInt(seeds.size()));
          byte[] joined = Arrays.copyOf(file, at + Math.max(0, other.length - at));
          if (other.length > at) {
            System.arraycopy(other, at, joined, at, other.length - at);
          }
          file = joined;
        }
      }
    }
    return file;
  }
}
