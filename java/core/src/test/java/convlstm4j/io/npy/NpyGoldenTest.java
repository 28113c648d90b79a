package convlstm4j.io.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that NumPy wrote (make_golden.py beside them). */
class NpyGoldenTest {
  private static final double[] FLOATS = {
    0.0,
    -0.0,
    1.5,
    -2.25,
    65504,
    0x1p-24,
    3 * 0x1p-20,
    -0x1p-14,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN
  };
  private static final double[] SIGNED = {0, 1, -1, 100, -128, 127, 55};
  private static final double[] UNSIGNED = {0, 1, 127, 128, 254, 255, 7};
  private static final double[] BOOLS = {0, 1, 1};

  static NpyFile open(String name) throws Exception {
    try (InputStream in = NpyGoldenTest.class.getResourceAsStream(name)) {
      return NpyFile.of(name, ByteBuffer.wrap(in.readAllBytes()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "le_f4, FLOAT32",
    "le_f8, FLOAT64",
    "le_f2, FLOAT16",
    "u1, UINT8",
    "i1, INT8",
    "le_i2, INT16",
    "le_i4, INT32",
    "le_i8, INT64",
    "b1, BOOL",
    "be_f4, FLOAT32",
    "be_f8, FLOAT64",
    "be_f2, FLOAT16",
    "be_i2, INT16",
    "be_i4, INT32",
    "be_i8, INT64",
    "le_f4_fortran, FLOAT32",
    "be_i2_fortran, INT16",
    "u1_fortran, UINT8",
    "version2, FLOAT32",
    "version3, FLOAT32"
  })
  void readsEveryTypeAndOrder(String name, NpyType type) throws Exception {
    NpyFile file = open(name + ".npy");
    assertEquals(Shape.of(3, 2, 5), file.shape());
    assertEquals(type, file.type());
    double[] values =
        type.isFloat()
            ? FLOATS
            : type == NpyType.UINT8 ? UNSIGNED : type == NpyType.BOOL ? BOOLS : SIGNED;
    double[] all = new double[30];
    float[] floats = new float[30];
    for (int i = 0; i < 30; i++) {
      all[i] = values[i % values.length];
      floats[i] = (float) all[i];
    }
    // Bitwise, so that -0.0 and NaN count.
    assertArrayEquals(all, file.read(DType.FLOAT64).doubles());
    assertArrayEquals(floats, file.read(DType.FLOAT32).floats());
    Tensor middle = file.readFrames(1, 3, DType.FLOAT64);
    assertEquals(Shape.of(2, 2, 5), middle.shape());
    assertArrayEquals(java.util.Arrays.copyOfRange(all, 10, 30), middle.doubles());
    assertEquals(Shape.of(0, 2, 5), file.readFrames(2, 2, DType.FLOAT32).shape());
  }

  @Test
  void dividesPixelsOnly() throws Exception {
    Tensor read = open("u1.npy").unitRange().read(DType.FLOAT32);
    assertTrue(read.isPixels());
    float[] pixels = read.floats();
    assertArrayEquals(
        new float[] {0, 1 / 255f, 127 / 255f, 128 / 255f, 254 / 255f, 1, 7 / 255f},
        java.util.Arrays.copyOf(pixels, 7));
    double[] exact = open("u1_fortran.npy").unitRange().read(DType.FLOAT64).doubles();
    assertEquals(127 / 255.0, exact[2]);
    assertEquals(100, open("i1.npy").unitRange().read(DType.FLOAT32).floats()[3]);
  }

  @Test
  void readsScalarsVectorsAndNothing() throws Exception {
    NpyFile scalar = open("scalar.npy");
    assertEquals(Shape.of(), scalar.shape());
    assertEquals(4.5, scalar.read(DType.FLOAT32).get(0));
    assertArrayEquals(
        new float[] {0, 1, 2, 3, 4, 5, 6}, open("vector.npy").read(DType.FLOAT32).floats());
    assertEquals(Shape.of(0, 3), open("empty.npy").read(DType.FLOAT64).shape());
  }

  /** Every one of the 65536 halves, against the definition. */
  @Test
  void halvesAreExact() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      int exponent = (bits >> 10) & 31;
      double fraction = (bits & 1023) / 1024.0;
      double magnitude =
          exponent == 0
              ? fraction * 0x1p-14
              : exponent < 31
                  ? (1 + fraction) * Math.pow(2, exponent - 15)
                  : fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
      float expected = (float) (bits >= 1 << 15 ? -magnitude : magnitude);
      assertEquals(
          Float.floatToIntBits(expected),
          Float.floatToIntBits(Decoder.half((short) bits)),
          Integer.toHexString(bits));
    }
  }
}
