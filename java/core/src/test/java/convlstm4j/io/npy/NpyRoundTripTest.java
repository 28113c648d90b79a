package convlstm4j.io.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyRoundTripTest {
  private Path scratch;

  @BeforeProperty
  void makeScratch() throws IOException {
    scratch = Files.createTempFile("npy", ".npy");
  }

  @AfterProperty
  void removeScratch() throws IOException {
    Files.delete(scratch);
  }

  @Provide
  Arbitrary<List<Integer>> shapes() {
    return Arbitraries.integers().between(0, 5).list().ofMaxSize(5);
  }

  private static Shape shape(List<Integer> dims) {
    return Shape.of(dims.stream().mapToLong(d -> d).toArray());
  }

  @Property(tries = 100)
  void floats(@ForAll("shapes") List<Integer> dims, @ForAll long seed, @ForAll boolean wide) {
    Tensor tensor = Tensor.zeros(wide ? DType.FLOAT64 : DType.FLOAT32, shape(dims));
    Random random = new Random(seed);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(
          i,
          wide
              ? Double.longBitsToDouble(random.nextLong())
              : Float.intBitsToFloat(random.nextInt()));
    }
    NpyWriter.write(scratch, tensor);
    Tensor back = NpyFile.open(scratch).read(tensor.dtype());
    assertEquals(tensor.shape(), back.shape());
    if (wide) {
      assertArrayEquals(tensor.doubles(), back.doubles());
    } else {
      assertArrayEquals(tensor.floats(), back.floats());
    }
  }

  @Property(tries = 50)
  void integers(@ForAll("shapes") List<Integer> dims, @ForAll long seed) {
    Shape shape = shape(dims);
    int n = (int) shape.elements();
    byte[] bytes = new byte[n];
    int[] ints = new int[n];
    Random random = new Random(seed);
    random.nextBytes(bytes);
    for (int i = 0; i < n; i++) {
      ints[i] = random.nextInt();
    }
    NpyWriter.write(scratch, bytes, shape);
    Tensor pixels = NpyFile.open(scratch).read(DType.FLOAT32);
    NpyWriter.write(scratch, ints, shape);
    Tensor back = NpyFile.open(scratch).read(DType.FLOAT64);
    for (int i = 0; i < n; i++) {
      assertEquals(bytes[i] & 0xFF, pixels.get(i));
      assertEquals(ints[i], back.get(i));
    }
  }

  /**
   * A file in Fortran order and one in C order hold the same array, read whole or in part, and with
   * mappings so small that reading crosses their borders.
   */
  @Property(tries = 200)
  void orders(
      @ForAll("shapes") List<Integer> dims,
      @ForAll @IntRange(min = 1, max = 9) int piece,
      @ForAll long seed)
      throws IOException {
    Shape shape = shape(dims);
    int n = (int) shape.elements();
    double[] values = new Random(seed).doubles(n).toArray();
    ByteBuffer fortran = ByteBuffer.allocate(8 * n).order(ByteOrder.BIG_ENDIAN);
    for (int at = 0; at < n; at++) {
      // The index of the element at place `at` in Fortran order, and its place in C order.
      int rest = at;
      int place = 0;
      for (int axis = 0; axis < shape.rank(); axis++) {
        int inner = (int) shape.from(axis + 1).elements();
        place += (int) (rest % shape.dim(axis)) * inner;
        rest /= (int) shape.dim(axis);
      }
      fortran.putDouble(values[place]);
    }
    String axes = dims.toString().replace('[', '(').replace("]", dims.isEmpty() ? ")" : ",)");
    byte[] file =
        NpyFileTest.file(
            "{'descr': '>f8', 'fortran_order': True, 'shape': " + axes + "}", fortran.capacity());
    System.arraycopy(fortran.array(), 0, file, file.length - 8 * n, 8 * n);
    Files.write(scratch, file);
    NpyFile read = NpyFile.open(scratch, piece);
    assertArrayEquals(values, read.read(DType.FLOAT64).doubles());
    NpyWriter.write(scratch, Tensor.of(values, shape));
    NpyFile plain = NpyFile.open(scratch, piece);
    assertArrayEquals(values, plain.read(DType.FLOAT64).doubles());
    Files.write(scratch, file);
    if (shape.rank() > 0 && shape.dim(0) > 0) {
      int row = n / (int) shape.dim(0);
      int from = (int) Math.floorMod(seed, shape.dim(0));
      assertArrayEquals(
          Arrays.copyOfRange(values, from * row, n),
          read.readFrames(from, shape.dim(0), DType.FLOAT64).doubles());
    }
  }

  @Test
  void writesFrameByFrame(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("video.npy");
    try (NpyWriter writer = NpyWriter.create(path, NpyType.UINT8, Shape.of(3, 2, 2))) {
      writer.write(new byte[] {1, 2, 3, 4});
      writer.write(Tensor.of(new float[] {5, 6, 7, 255}, 2, 2));
      assertFalse(Files.exists(path));
      assertThrows(IllegalStateException.class, writer::commit);
      assertThrows(IllegalArgumentException.class, () -> writer.write(new byte[5]));
      writer.write(new byte[] {9, 10, 11, 12});
      writer.commit();
    }
    assertArrayEquals(
        new float[] {1, 2, 3, 4, 5, 6, 7, 255, 9, 10, 11, 12},
        NpyFile.open(path).read(DType.FLOAT32).floats());
    byte[] bytes = Files.readAllBytes(path);
    assertEquals(128 + 12, bytes.length);
    assertEquals(
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 2), }",
        new String(bytes, 10, 118, StandardCharsets.US_ASCII).strip());
  }

  @Test
  void refusesValuesThatTheTypeCannotHold(@TempDir Path folder) {
    for (double value : new double[] {256, -1, 0.5, Double.NaN}) {
      try (NpyWriter writer =
          NpyWriter.create(folder.resolve("a.npy"), NpyType.UINT8, Shape.of(1))) {
        assertThrows(
            IllegalArgumentException.class, () -> writer.write(Tensor.of(new double[] {value}, 1)));
      }
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> NpyWriter.create(folder.resolve("a.npy"), NpyType.FLOAT16, Shape.of(1)));
    assertEquals(0, folder.toFile().list().length);
  }

  /** What was there stays, and nothing else is left, whenever the disk is full. */
  @Test
  void survivesAFullDisk(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("a.npy");
    Tensor old = Tensor.of(new float[] {1, 2}, 2);
    NpyWriter.write(path, old);
    for (int room : new int[] {0, 64, 127, 128, 130, 65535, 99999}) {
      UncheckedIOException e =
          assertThrows(
              UncheckedIOException.class,
              () -> {
                try (NpyWriter writer =
                    NpyWriter.create(
                        path, NpyType.FLOAT64, Shape.of(50_000), c -> new Full(c, room))) {
                  writer.write(Tensor.zeros(DType.FLOAT64, Shape.of(50_000)));
                  writer.commit();
                }
              });
      assertTrue(e.getMessage().contains("No space left on device"), e.getMessage());
      assertArrayEquals(old.floats(), NpyFile.open(path).read(DType.FLOAT32).floats());
      try (Stream<Path> files = Files.list(folder)) {
        assertEquals(List.of(path), files.toList());
      }
    }
  }

  /** A disk with room for some bytes. */
  private static final class Full implements WritableByteChannel {
    private final WritableByteChannel channel;
    private int room;

    Full(WritableByteChannel channel, int room) {
      this.channel = channel;
      this.room = room;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      if (bytes.remaining() > room) {
        throw new IOException("No space left on device");
      }
      room -= bytes.remaining();
      return channel.write(bytes);
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
