package convlstm4j.io.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Frames;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frames of files and streams, some at a time, are those of the whole array. */
class NpyFramesTest {
  private static final Shape SHAPE = Shape.of(3, 5, 2, 2);

  @TempDir Path dir;

  private static Tensor numbers() {
    Tensor t = Tensor.zeros(DType.FLOAT32, SHAPE);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, i);
    }
    return t;
  }

  private Path file() {
    Path file = dir.resolve("x.npy");
    NpyWriter.write(file, numbers());
    return file;
  }

  private static void same(Tensor expected, Tensor got) {
    assertEquals(expected.shape(), got.shape());
    assertArrayEquals(expected.floats(), got.floats());
  }

  @Test
  void someFramesOfSomeSamples() {
    NpyFile file = NpyFile.open(file());
    Frames all = Frames.of(numbers());
    Frames frames = NpyFrames.samples(file, 0, 3, DType.FLOAT32);
    same(all.read(1, 4), frames.read(1, 4));
    same(numbers(), frames.all());
    Frames last = NpyFrames.samples(file, 1, 3, DType.FLOAT32);
    assertEquals(SHAPE.with(0, 2), last.shape());
    same(Frames.of(last.all()).read(2, 5), last.read(2, 5));
    assertThrows(IndexOutOfBoundsException.class, () -> last.read(3, 6));
    Frames video = NpyFrames.video(file, DType.FLOAT32);
    assertEquals(SHAPE.prepend(1), video.shape());
    same(Frames.of(numbers().reshape(SHAPE.prepend(1))).read(1, 3), video.read(1, 3));
  }

  @Test
  void aFileInFortranOrderIsReadAsWell() throws IOException {
    byte[] header =
        "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }"
            .getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes = ByteBuffer.allocate(10 + header.length + 12);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length, 0});
    bytes.put(header);
    for (int i = 0; i < 12; i++) {
      bytes.put((byte) i);
    }
    Path path = dir.resolve("f.npy");
    Files.write(path, bytes.array());
    NpyFile file = NpyFile.open(path);
    Frames frames = NpyFrames.samples(file, 0, 2, DType.FLOAT32);
    same(Frames.of(file.read(DType.FLOAT32)).read(1, 3), frames.read(1, 3));
    byte[] all = bytes.array();
    assertThrows(NpyException.class, () -> NpyStream.open("in", new ByteArrayInputStream(all)));
  }

  @Test
  void framesOfAStreamComeUntilItEnds() throws IOException {
    byte[] bytes = Files.readAllBytes(file());
    NpyStream stream = NpyStream.open("in", new ByteArrayInputStream(bytes));
    assertEquals(SHAPE.from(1), stream.frame());
    same(
        Frames.of(numbers().reshape(SHAPE.prepend(1))).read(0, 2).reshape(SHAPE.with(0, 2)),
        stream.next(2).orElseThrow().read(DType.FLOAT32));
    assertEquals(SHAPE.with(0, 1), stream.next(2).orElseThrow().shape());
    assertEquals(Optional.empty(), stream.next(2));
  }

  @Test
  void aStreamThatIsNoneOrIsCutIsRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(file());
    for (int length = 0; length < bytes.length; length++) {
      byte[] some = java.util.Arrays.copyOf(bytes, length);
      int frames = (length - 128) / 80;
      if (length >= 128 && (length - 128) % 80 == 0) {
        NpyStream whole = NpyStream.open("in", new ByteArrayInputStream(some));
        for (int k = 0; k < frames; k++) {
          assertTrue(whole.next(1).isPresent());
        }
        assertTrue(whole.next(1).isEmpty());
        continue;
      }
      NpyException e =
          assertThrows(
              NpyException.class,
              () -> {
                NpyStream s = NpyStream.open("in", new ByteArrayInputStream(some));
                while (s.next(1).isPresent()) {}
              });
      assertTrue(e.getMessage().startsWith("in"), e.getMessage());
    }
  }
}
