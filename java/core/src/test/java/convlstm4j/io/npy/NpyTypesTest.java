package convlstm4j.io.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Unsigned and large types, what is rounded in them, and what is refused (make_golden.py). */
class NpyTypesTest {
  private static final List<BigInteger> WHOLE =
      Stream.of("0", "1", "1000000", "1000001", "1000002", "20000000000000", "20000000000001")
          .map(s -> new BigInteger(s, 16))
          .toList();

  @TempDir Path dir;

  /** The numbers of make_golden.py, cut to so many bytes. */
  private static List<BigInteger> whole(int bytes) {
    BigInteger high = BigInteger.ONE.shiftLeft(63);
    BigInteger step = BigInteger.ONE.shiftLeft(39);
    List<BigInteger> all = new ArrayList<>(WHOLE);
    all.add(high);
    all.add(high.add(step));
    all.add(high.add(step).add(BigInteger.ONE));
    all.add(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE));
    BigInteger mask = BigInteger.ONE.shiftLeft(8 * bytes).subtract(BigInteger.ONE);
    return all.stream().map(v -> v.and(mask)).toList();
  }

  /** BigInteger rounds as IEEE 754 does. */
  private static void holds(List<BigInteger> expected, NpyFile file) {
    Tensor single = file.read(DType.FLOAT32);
    Tensor exact = file.read(DType.FLOAT64);
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i).floatValue(), single.floats()[i], file + " " + i);
      assertEquals(expected.get(i).doubleValue(), exact.doubles()[i], file + " " + i);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "le_u2, UINT16, uint16",
    "be_u2, UINT16, uint16",
    "le_u4, UINT32, uint32",
    "be_u4, UINT32, uint32",
    "le_u8, UINT64, uint64",
    "be_u8, UINT64, uint64"
  })
  void readsUnsigned(String name, NpyType type, String numpy) throws Exception {
    NpyFile file = NpyGoldenTest.open(name + ".npy");
    assertEquals(type, file.type());
    assertEquals(numpy, file.type().numpyName());
    holds(whole(type.bytes()), file);
  }

  @Test
  void readsLargeSigned() throws Exception {
    BigInteger range = BigInteger.ONE.shiftLeft(64);
    holds(
        whole(8).stream().map(v -> v.bitLength() > 63 ? v.subtract(range) : v).toList(),
        NpyGoldenTest.open("large_i8.npy"));
  }

  @ParameterizedTest
  @CsvSource({
    "le_u2, FLOAT32, ",
    "le_u4, FLOAT32, 16777217",
    "le_u4, FLOAT64, ",
    "large_i4, FLOAT32, 16777217",
    "large_i4, FLOAT64, ",
    "large_i8, FLOAT32, 16777217",
    "large_i8, FLOAT64, 9007199254740993",
    "be_u8, FLOAT64, 9007199254740993",
    "le_i4, FLOAT32, "
  })
  void saysWhatItRounds(String name, DType dtype, String number) throws Exception {
    List<String> notes = new ArrayList<>();
    NpyGoldenTest.open(name + ".npy").notes(notes::add).read(dtype);
    String words = dtype == DType.FLOAT32 ? ", which float32 rounds" : ", which float64 rounds";
    assertEquals(
        number == null ? List.of() : List.of(name + ".npy: holds " + number + words), notes);
  }

  /** The first that is rounded may be the last of the file, with the highest bit set. */
  @Test
  void saysThatNegativeAndUnsignedAreRounded() throws Exception {
    List<String> notes = new ArrayList<>();
    NpyFile signed = NpyGoldenTest.open("large_i4.npy").notes(notes::add);
    signed.readFrames(3, 4, DType.FLOAT32);
    assertEquals(List.of(), notes, "-2^31 is a float32");
    signed.readFrames(2, 3, DType.FLOAT32);
    NpyGoldenTest.open("le_u8.npy").notes(notes::add).readFrames(10, 11, DType.FLOAT64);
    assertEquals(
        List.of(
            "large_i4.npy: holds -16777217, which float32 rounds",
            "le_u8.npy: holds 18446744073709551615, which float64 rounds"),
        notes);
  }

  /** What is refused: the file, its type, the numbers that are in it. */
  private static final List<List<String>> REFUSED =
      List.of(
          List.of("complex64", "complex64 '<c8'", "[1.0, 3.0]"),
          List.of("complex128", "complex128 '>c16'", "[1.0, 3.0]"),
          List.of("unicode", "string '<U3'", "[0.0, 1.0, 0.0]"),
          List.of("bytes", "string '|S3'", "[0.0, 1.0, 0.0]"),
          List.of("object", "object '|O'", "[1.0, 2.5]"),
          List.of("datetime64", "datetime64 '<M8[D]'", "[20455.0, 20456.0]"),
          List.of("timedelta64", "timedelta64 '<m8[s]'", "[3.0, 4.0]"),
          List.of("longdouble", "longdouble '<f16'", "[1.5, 2.5]"),
          List.of("structured", "structured", "[1.0, 2.5, 3.0, 4.5]"),
          List.of("void2", "void (bfloat16?) '|V2'", "[1.5, -2.0]"),
          List.of("void3", "void '|V3'", "[97.0, 98.0, 99.0]"));

  /** One Python runs all lines, each in a folder of its own. */
  private static final String EACH =
      """
      import os, sys
      for folder, line in zip(sys.argv[1::2], sys.argv[2::2]):
        os.chdir(folder)
        exec(line, {})
      """;

  @Test
  void theLineOfPythonConvertsWhatIsRefused() throws Exception {
    List<String> command = new ArrayList<>(List.of(python(), "-c", EACH));
    for (List<String> refused : REFUSED) {
      String file = "refused_" + refused.get(0) + ".npy";
      String message =
          assertThrows(NpyException.class, () -> NpyGoldenTest.open(file)).getMessage();
      assertTrue(
          message.startsWith(file + ": element type " + refused.get(1) + " is not"), message);
      Path folder = Files.createDirectory(dir.resolve(refused.get(0)));
      try (InputStream in = NpyTypesTest.class.getResourceAsStream(file)) {
        Files.write(folder.resolve(file), in.readAllBytes());
      }
      command.add(folder.toString());
      command.add(message.substring(message.indexOf("in Python: ") + "in Python: ".length()));
    }
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("out.txt").toFile())
            .start();
    assertEquals(0, process.waitFor(), () -> command + "\n" + read(dir.resolve("out.txt")));
    for (List<String> refused : REFUSED) {
      Path converted = dir.resolve(refused.get(0)).resolve("converted.npy");
      double[] values = NpyFile.open(converted).read(DType.FLOAT64).doubles();
      assertEquals(refused.get(2), Arrays.toString(values), refused.get(0));
    }
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Debian's has NumPy as a package of its own. One before it on the path may start slowly. */
  private static String python() throws Exception {
    for (String python : List.of("/usr/bin/python3", "python3")) {
      try {
        Process process =
            new ProcessBuilder(
                    python, "-c", "import importlib.util as u; assert u.find_spec('numpy')")
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/null"))
                .start();
        if (process.waitFor() == 0) {
          return python;
        }
      } catch (IOException e) {
        // There is no such program; perhaps there is the other.
      }
    }
    return Assumptions.abort("there is no python3 with numpy (Debian: python3-numpy)");
  }

  @Test
  void readsFromMemoryToo() {
    byte[] bytes = NpyFileTest.file("{'descr':'>u2','fortran_order':False,'shape':(3,)}", 6);
    assertEquals(
        List.of(1.0, 515.0, 1029.0),
        Arrays.stream(NpyFile.of("a", ByteBuffer.wrap(bytes)).read(DType.FLOAT64).doubles())
            .boxed()
            .toList());
  }
}
