package convlstm4j.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
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
    t.read(250, some, 3);
    assertArrayEquals(new float[] {250 / 255f, 251 / 255f, 252 / 255f, 0}, some);
    assertTrue(t.isPixels());
    Tensor numbers = Tensor.of(new float[] {3, 4, 5}, 3);
    numbers.read(1, some, 2);
    assertArrayEquals(new float[] {4, 5, 252 / 255f, 0}, some);
    Tensor exact = Tensor.of(new double[] {1}, 1);
    assertThrows(IllegalStateException.class, () -> exact.read(0, some, 1));
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
