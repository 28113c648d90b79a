package convlstm4j.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TensorTest {
  private static byte[] all() {
    byte[] pixels = new byte[256];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) i;
    }
    return pixels;
  }

  @Test
  void pixelsAreFloatsFromZeroToOne() {
    Tensor t = Tensor.ofPixels(all(), Shape.of(16, 16));
    assertEquals(DType.FLOAT32, t.dtype());
    assertEquals(256, t.size());
    assertTrue(t.isFinite());
    for (int i = 0; i < 256; i++) {
      assertEquals(i / 255f, t.get(i));
      assertEquals(i / 255f, t.cast(DType.FLOAT64).get(i));
    }
    assertTrue(t.isPixels());
    assertSame(t, t.cast(DType.FLOAT32));
    Tensor copy = t.copy();
    assertEquals(1, t.floats()[255]);
    assertFalse(t.isPixels());
    assertTrue(copy.isPixels());
    assertThrows(IllegalStateException.class, t::pixels);
    assertThrows(IllegalStateException.class, copy::doubles);
  }

  @Test
  void anotherShapeSharesTheElements() {
    Tensor t = Tensor.ofPixels(all(), Shape.of(256));
    Tensor other = t.reshape(Shape.of(2, 128));
    other.set(200, 5);
    assertEquals(5, t.get(200));
    assertEquals(7 / 255f, t.get(7));
    t.floats()[3] = -1;
    assertEquals(-1, other.get(3));
  }

  @Test
  void readsFloatsOfPixelsThatStayPixels() {
    Tensor t = Tensor.ofPixels(all(), Shape.of(256));
    float[] some = new float[4];
    t.read(250, FloatBuffer.wrap(some, 0, 3));
    assertArrayEquals(new float[] {250 / 255f, 251 / 255f, 252 / 255f, 0}, some);
    assertTrue(t.isPixels());
    Tensor numbers = Tensor.of(new float[] {3, 4, 5}, 3);
    numbers.read(1, FloatBuffer.wrap(some, 0, 2));
    assertArrayEquals(new float[] {4, 5, 252 / 255f, 0}, some);
    Tensor exact = Tensor.of(new double[] {1}, 1);
    assertThrows(IllegalStateException.class, () -> exact.read(0, FloatBuffer.wrap(some)));
  }

  /** Counts how many were asked for. */
  private static Tensor elsewhere(AtomicInteger asked, Shape shape) {
    ByteBuffer pixels = ByteBuffer.wrap(all());
    return Tensor.ofPixels(
        (from, target) -> {
          asked.addAndGet(target.remaining());
          target.put(pixels.slice(from, target.remaining()));
        },
        shape);
  }

  @Test
  void pixelsThatAreElsewhereAreReadWhenTheyAreWanted() {
    AtomicInteger asked = new AtomicInteger();
    Tensor t = elsewhere(asked, Shape.of(256)).reshape(Shape.of(2, 128));
    assertTrue(t.isPixels());
    assertTrue(t.isFinite());
    assertEquals(256, t.size());
    assertEquals(0, asked.get());
    byte[] some = new byte[14];
    t.readPixels(120, ByteBuffer.wrap(some, 1, 12));
    float[] floats = new float[13];
    t.read(120, FloatBuffer.wrap(floats, 1, 12));
    for (int i = 0; i < 12; i++) {
      assertEquals((byte) (120 + i), some[1 + i]);
      assertEquals((120 + i) / 255f, floats[1 + i]);
    }
    assertEquals(0, some[13]);
    assertEquals(24, asked.getAndSet(0));
    Tensor whole = Tensor.ofPixels(all(), Shape.of(2, 128));
    assertArrayEquals(whole.slice(1, 3, 30).pixels(), t.slice(1, 3, 30).pixels());
    assertArrayEquals(whole.rows(1, 0).pixels(), t.rows(1, 0).pixels());
    Tensor joined = Tensor.joined(List.of(t, whole), Shape.of(4, 128));
    assertArrayEquals(joined.rows(0, 1).pixels(), joined.rows(2, 3).pixels());
    assertEquals(2 * 27 + 256 + 256, asked.getAndSet(0));
    assertEquals(7 / 255f, t.get(7));
    assertArrayEquals(all(), t.pixels());
    assertArrayEquals(all(), t.copy().pixels());
    assertEquals(256, asked.getAndSet(0), "read once");
    Tensor decoded = elsewhere(asked, Shape.of(256));
    assertEquals(1, decoded.floats()[255]);
    assertFalse(decoded.isPixels());
    assertThrows(IllegalStateException.class, decoded::pixels);
    assertThrows(IllegalStateException.class, () -> decoded.readPixels(0, ByteBuffer.allocate(1)));
    assertEquals(256, asked.get());
  }

  @Test
  void sourcesAreJoined() {
    List<String> asked = new ArrayList<>();
    List<PixelSource> parts = new ArrayList<>();
    for (int k = 0; k < 3; k++) {
      int part = k;
      parts.add(
          new PixelSource() {
            @Override
            public void read(int from, ByteBuffer target) {
              asked.add(part + ": " + from + "+" + target.remaining());
              target.position(target.limit());
            }

            @Override
            public void load() {
              asked.add("load " + part);
            }
          });
    }
    PixelSource all = PixelSource.joined(parts, 10);
    all.load();
    ByteBuffer to = ByteBuffer.allocate(40).position(3).limit(25);
    all.read(4, to);
    assertEquals(25, to.position());
    assertEquals(25, to.limit());
    all.read(10, to.limit(35));
    all.read(30, to);
    assertEquals(
        List.of("load 0", "load 1", "load 2", "0: 4+6", "1: 0+10", "2: 0+6", "1: 0+10"), asked);
    assertThrows(IndexOutOfBoundsException.class, () -> all.read(26, to.limit(40)));
  }

  @Test
  void joinsPixelsAsPixelsAndOthersAsNumbers() {
    Tensor pixels = Tensor.ofPixels(all(), Shape.of(256));
    Tensor two = Tensor.joined(List.of(pixels, pixels), Shape.of(2, 256));
    assertTrue(two.isPixels());
    assertEquals(9 / 255f, two.get(256 + 9));
    float[] numbers = {3, 4};
    Tensor mixed = Tensor.joined(List.of(pixels, Tensor.of(numbers, 2)), Shape.of(258));
    assertFalse(mixed.isPixels());
    assertEquals(1, mixed.get(255));
    assertEquals(4, mixed.get(257));
    double[] exact = {0.1, 0.2};
    Tensor d = Tensor.of(exact, 2);
    assertArrayEquals(
        new double[] {0.1, 0.2, 0.1, 0.2}, Tensor.joined(List.of(d, d), Shape.of(4)).doubles());
    assertThrows(IllegalArgumentException.class, () -> Tensor.joined(List.of(d, d), Shape.of(5)));
    assertThrows(IllegalArgumentException.class, () -> Tensor.ofPixels(new byte[3], Shape.of(4)));
  }

  @Test
  void anElementIsFoundByItsPlaceAlongEachAxis() {
    Tensor t = Tensor.of(new double[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 2, 3, 2);
    assertEquals(9, t.at(1, 1, 1));
    assertEquals(4, t.at(0, 2, 0));
    for (long[] wrong : new long[][] {{0, 0}, {0, 0, 0, 0}, {2, 0, 0}, {0, 3, 0}, {0, 0, -1}}) {
      String message = assertThrows(IllegalArgumentException.class, () -> t.at(wrong)).getMessage();
      assertTrue(message.endsWith(" in tensor float64[2, 3, 2]"), message);
    }
  }

  @Test
  void slicesAndRowsAreCopiesOfTheSameKind() {
    Tensor t = Tensor.of(new double[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 2, 3, 2);
    assertEquals(Shape.of(2, 2, 2), t.slice(1, 1, 3).shape());
    assertArrayEquals(new double[] {2, 3, 4, 5, 8, 9, 10, 11}, t.slice(1, 1, 3).doubles());
    assertArrayEquals(new double[] {1, 3, 5, 7, 9, 11}, t.slice(2, 1, 2).doubles());
    assertArrayEquals(new double[] {6, 7, 8, 9, 10, 11}, t.slice(0, 1, 2).doubles());
    assertEquals(0, t.slice(1, 2, 2).size());
    assertArrayEquals(new double[] {6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5}, t.rows(1, 0).doubles());
    Tensor pixels = Tensor.ofPixels(all(), Shape.of(2, 128));
    assertTrue(pixels.slice(1, 3, 5).isPixels());
    assertArrayEquals(new byte[] {3, 4, (byte) 131, (byte) 132}, pixels.slice(1, 3, 5).pixels());
    assertTrue(pixels.rows(1).isPixels());
    assertThrows(IllegalArgumentException.class, () -> t.slice(3, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> t.slice(1, 2, 4));
    assertThrows(IllegalArgumentException.class, () -> t.slice(1, 2, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> t.rows(2));
    assertThrows(IllegalArgumentException.class, () -> t.reshape(Shape.of(12)).slice(1, 0, 1));
  }
}
