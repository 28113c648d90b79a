package convlstm4j.io.npy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.PixelSource;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyFileTest {
  private static final String GOOD = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }";

  @TempDir Path folder;

  /** A version 1 file with a header text and some bytes of elements. */
  static byte[] file(String header, int elementBytes) {
    byte[] text = header.getBytes(ISO_8859_1);
    ByteBuffer b = ByteBuffer.allocate(10 + text.length + elementBytes);
    b.put("\u0093NUMPY\1\0".getBytes(ISO_8859_1));
    b.put((byte) text.length).put((byte) (text.length >> 8)).put(text);
    for (int i = 0; i < elementBytes; i++) {
      b.put((byte) i);
    }
    return b.array();
  }

  private static NpyFile of(byte[] bytes) {
    return NpyFile.of("a.npy", ByteBuffer.wrap(bytes));
  }

  private static String refused(byte[] bytes) {
    return assertThrows(NpyException.class, () -> of(bytes)).getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        GOOD,
        "{'shape':(2,3),'fortran_order':False,'descr':'|u1'}",
        "{\"descr\": \"<u1\", 'shape' : ( 2 , 3 , ) , 'fortran_order':\tFalse ,\n}   \n",
        "  {'descr': '=u1', 'fortran_order': False, 'shape': (2L, 3L)}",
        "{'descr': '>u1', 'fortran_order': False, 'shape': (2, 3), }\n\n"
      })
  void readsWhatPythonWouldRead(String header) {
    NpyFile file = of(file(header, 6));
    assertEquals(Shape.of(2, 3), file.shape());
    assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, file.read(DType.FLOAT32).floats());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "'descr'# character 0, at ''descr'': expected {",
        "{# its end: expected a key in quotes",
        "{'descr': '|u1', 'fortran_order': False}# lacks the key shape",
        "{'fortran_order': False, 'shape': (2, 3)}# lacks the key descr",
        "{'shape': (2, 3), 'descr': '|u1'}# lacks the key fortran_order",
        "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)}# the key descr is there twice",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), 'x': 1}# keys descr, fortran_order and shape only",
        "{'descr': '|u1' 'fortran_order': False, 'shape': (2, 3)}# expected ,",
        "{'descr': '|u1',, 'fortran_order': False, 'shape': (2, 3)}# expected a key",
        "{'descr': '|u1', 'fortran_order': false, 'shape': (2, 3)}# expected True or False",
        "{'descr': '|u1', 'fortran_order': 0, 'shape': (2, 3)}# expected True or False",
        "{'descr': '|u1', 'fortran_order': False, 'shape': [2, 3]}# expected (",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (6)}# (6) is a number, expected (6,)",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-2, 3)}# expected the size of an axis",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2, None)}# expected the size of an axis",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (02, 3)}# leading zero",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2.0, 3)}# expected ,",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2 3)}# expected ,",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (,)}# expected the size of an axis",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999999999999, 3)}# more than 18 digits",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 99999999999)}# more than 2^63 bytes",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (0, 99999999999, 99999999999)}# more than 2^63 bytes",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)} x# nothing but spaces after",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)# expected ,",
        "{'descr: '|u1'}# keys descr, fortran_order and shape only",
        "{'descr': '|u1}# quote is not closed",
        "{'descr' '|u1'}# expected :",
        "{'descr': 'u1', 'fortran_order': False, 'shape': (2, 3)}# 'u1' is not supported",
        "{'descr': '|f4', 'fortran_order': False, 'shape': (2, 3)}# '|f4' is not supported",
        "{'descr': '<u3', 'fortran_order': False, 'shape': (2, 3)}# '<u3' is not supported, expected numbers: <f2 <f4",
        "{'descr': '|O', 'fortran_order': False, 'shape': (2, 3)}# object '|O' is not supported",
        "{'descr': '', 'fortran_order': False, 'shape': (2, 3)}# '' is not supported",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3)}# structured",
        "{'descr': '\\x', 'fortran_order': False, 'shape': (2, 3)}# escapes"
      })
  void refusesDamagedHeaders(String header, String problem) {
    String message = refused(file(header, 6));
    assertTrue(message.startsWith("a.npy: "), message);
    assertTrue(message.contains(problem.strip()), message);
  }

  @Test
  void refusesManyAxes() {
    String header = GOOD.replace("2, 3", "1, ".repeat(65));
    assertTrue(refused(file(header, 1)).contains("more than 64 axes"));
    assertEquals(64, of(file(header.replaceFirst("1, ", ""), 1)).shape().rank());
  }

  @Test
  void suffixOfPython2EndsWithVersion2() {
    byte[] bytes = file(" " + GOOD.replace("3", "3L") + " ", 6);
    ByteBuffer three = ByteBuffer.allocate(bytes.length + 2).put(bytes, 0, 8);
    three.put(6, (byte) 3).put(bytes[8]).put(bytes[9]).putShort((short) 0);
    three.put(bytes, 10, bytes.length - 10);
    assertTrue(refused(three.array()).contains("expected ,"));
    three.put(6, (byte) 2);
    assertEquals(Shape.of(2, 3), of(three.array()).shape());
  }

  @Test
  void refusesEveryLengthButTheRightOne() {
    byte[] good = file(GOOD, 6);
    for (int n = 0; n < good.length; n++) {
      String message = refused(Arrays.copyOf(good, n));
      assertTrue(message.contains(n == 0 ? "is empty" : "has " + n + " bytes"), message);
    }
    assertEquals(
        "a.npy: bytes after the last element: has "
            + (good.length + 1)
            + " bytes, expected "
            + good.length
            + " for shape [2, 3] of |u1",
        refused(Arrays.copyOf(good, good.length + 1)));
  }

  @Test
  void refusesForeignFilesAndVersions() {
    assertTrue(refused("PK\3\4 zip file".getBytes(ISO_8859_1)).contains("50 4b 03 04 20 7a"));
    byte[] bytes = file(GOOD, 6);
    bytes[6] = 4;
    assertTrue(refused(bytes).contains("npy version 4.0, expected 1.0, 2.0 or 3.0"));
    bytes[6] = 2;
    bytes[11] = 127;
    assertTrue(refused(bytes).contains("header of 21"), refused(bytes));
  }

  @Test
  void saysWhatIsThere() {
    Path absent = folder.resolve("absent.npy");
    assertEquals(
        absent + ": there is no such file",
        assertThrows(NpyException.class, () -> NpyFile.open(absent)).getMessage());
    assertTrue(
        assertThrows(NpyException.class, () -> NpyFile.open(folder))
            .getMessage()
            .endsWith("is a folder, expected an npy file"));
  }

  @Test
  void refusesWrongStretches() {
    NpyFile file = of(file(GOOD, 6));
    for (long[] r : new long[][] {{-1, 1}, {0, 3}, {2, 1}}) {
      assertThrows(
          IndexOutOfBoundsException.class, () -> file.readFrames(r[0], r[1], DType.FLOAT32));
    }
    NpyFile scalar = of(file(GOOD.replace("2, 3", ""), 1));
    assertThrows(IllegalArgumentException.class, () -> scalar.readFrames(0, 1, DType.FLOAT32));
  }

  @Test
  void noticesAChangedFile() throws Exception {
    Path path = folder.resolve("changing.npy");
    NpyWriter.write(path, Tensor.zeros(DType.FLOAT32, Shape.of(2, 3)));
    NpyFile file = NpyFile.open(path);
    try (RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
      raw.setLength(140);
    }
    assertTrue(
        assertThrows(NpyException.class, () -> file.read(DType.FLOAT32))
            .getMessage()
            .endsWith("has 140 bytes, had 152 when it was opened"));
  }

  @Test
  void pixelsStayInTheFileUntilTheyAreRead() throws Exception {
    for (int frame : new int[] {7, 70_000}) {
      Path path = folder.resolve(frame + ".npy");
      byte[] bytes = new byte[5 * frame];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (31 * i + i / 251);
      }
      NpyWriter.write(path, bytes, Shape.of(5, frame));
      NpyFile file = NpyFile.open(path);
      assertEquals(Optional.empty(), file.pixels(0, 5), "not read as pixels");
      PixelSource pixels = file.unitRange().pixels(1, 4).orElseThrow();
      pixels.load();
      ByteBuffer got = ByteBuffer.allocate(2 * frame);
      pixels.read(frame / 2, got);
      assertArrayEquals(
          Arrays.copyOfRange(bytes, frame + frame / 2, 3 * frame + frame / 2), got.array());
      assertThrows(IndexOutOfBoundsException.class, () -> pixels.read(frame + 1, got.clear()));
      assertThrows(IndexOutOfBoundsException.class, () -> file.unitRange().pixels(4, 6));
    }
  }

  private static long mappedKib() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(l -> l.startsWith("RssFile:"))
        .mapToLong(l -> Long.parseLong(l.replaceAll("\\D+", "")))
        .sum();
  }

  /** The system has them, and may forget them. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void pixelsThatAreLoadedAreNoMemoryOfTheProcess() throws Exception {
    Path path = folder.resolve("pixels.npy");
    NpyWriter.write(path, new byte[64 << 20], Shape.of(64, 1 << 20));
    PixelSource pixels = NpyFile.open(path).unitRange().pixels(0, 64).orElseThrow();
    long before = mappedKib();
    pixels.load();
    long more = mappedKib() - before;
    assertTrue(more < 16 << 10, more + " KiB");
  }

  @Test
  void aFileThatIsCutBeforeItsPixelsAreReadIsNamed() throws Exception {
    Path path = folder.resolve("pixels.npy");
    NpyWriter.write(path, new byte[1 << 20], Shape.of(4, 1 << 18));
    PixelSource pixels = NpyFile.open(path).unitRange().pixels(0, 4).orElseThrow();
    pixels.load();
    try (RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
      raw.setLength(1 << 12);
    }
    ByteBuffer to = ByteBuffer.allocate(1 << 20);
    String message = assertThrows(NpyException.class, () -> pixels.read(0, to)).getMessage();
    assertTrue(message.contains("pixels.npy: cannot be read: has 4096 bytes, had "), message);
  }

  /** 5 GiB, of which the file system keeps only the few bytes that are not 0. */
  @Test
  void readsFilesBeyond4GiB() throws Exception {
    Path path = folder.resolve("large.npy");
    long frames = 5 * 1024;
    long frame = 1 << 20;
    String header = GOOD.replace("2, 3", frames + ", 1024, 1024");
    Files.write(path, file(header, 0));
    long start = 10L + header.length();
    try (RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
      raw.setLength(start + frames * frame);
      for (long element : new long[] {3, (1L << 31) - 1, 1L << 31, (1L << 32) - 1, 1L << 32}) {
        raw.seek(start + element);
        raw.write(200);
      }
      raw.seek(start + frames * frame - 1);
      raw.write(201);
    }
    NpyFile file = NpyFile.open(path);
    for (long border : new long[] {1L << 31, 1L << 32}) {
      float[] two = file.readFrames(border / frame - 1, border / frame + 1, DType.FLOAT32).floats();
      for (int i = 0; i < two.length; i++) {
        assertEquals(i == frame - 1 || i == frame ? 200 : 0, two[i]);
      }
    }
    float[] last = file.unitRange().readFrames(frames - 1, frames, DType.FLOAT32).floats();
    assertEquals(201 / 255f, last[last.length - 1]);
    String message = assertThrows(NpyException.class, () -> file.read(DType.FLOAT32)).getMessage();
    assertTrue(message.contains("large.npy: shape [5120, 1024, 1024] has 5368709120"), message);
  }
}
