package convlstm4j.io.npy;

import java.nio.ByteBuffer;

/** Turns the elements of a file into float32 or float64. */
final class Decoder {
  private static final float SUBNORMAL_STEP = 0x1p-24f;

  private final NpyType type;

  /** What each byte stands for; nothing for types of more than one. */
  private final float[] byByte;

  private final double[] byByte64;

  private long rounded;

  /**
   * Makes a decoder.
   *
   * @param unit whether uint8 is divided by 255
   */
  Decoder(NpyType type, boolean unit) {
    this.type = type;
    if (type.bytes() > 1) {
      byByte = new float[0];
      byByte64 = new double[0];
      return;
    }
    byByte = new float[256];
    byByte64 = new double[256];
    for (int b = 0; b < 256; b++) {
      int value =
          switch (type) {
            case INT8 -> (byte) b;
            case BOOL -> b == 0 ? 0 : 1;
            default -> b;
          };
      boolean scaled = unit && type == NpyType.UINT8;
      byByte[b] = scaled ? value / 255f : value;
      byByte64[b] = scaled ? value / 255.0 : value;
    }
  }

  /** Decodes n elements from position 0 of a buffer, which has the elements' byte order. */
  void decode(ByteBuffer from, float[] to, int at, int n) {
    switch (type) {
      case FLOAT32 -> from.asFloatBuffer().get(to, at, n);
      case FLOAT64 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = (float) from.getDouble(8 * i);
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = half(from.getShort(2 * i));
        }
      }
      case INT16 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = from.getShort(2 * i);
        }
      }
      case UINT16 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = from.getShort(2 * i) & 0xFFFF;
        }
      }
      case INT32, UINT32, INT64, UINT64 -> {
        for (int i = 0; i < n; i++) {
          long v = whole(from, i);
          note(v, 24);
          to[at + i] = toFloat(v);
        }
      }
      case UINT8, INT8, BOOL -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = byByte[from.get(i) & 0xFF];
        }
      }
    }
  }

  /** Decodes n elements from position 0 of a buffer, which has the elements' byte order. */
  void decode(ByteBuffer from, double[] to, int at, int n) {
    switch (type) {
      case FLOAT64 -> from.asDoubleBuffer().get(to, at, n);
      case FLOAT32 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = from.getFloat(4 * i);
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = half(from.getShort(2 * i));
        }
      }
      case INT16 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = from.getShort(2 * i);
        }
      }
      case UINT16 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = from.getShort(2 * i) & 0xFFFF;
        }
      }
      case INT32, UINT32, INT64, UINT64 -> {
        for (int i = 0; i < n; i++) {
          long v = whole(from, i);
          note(v, 53);
          to[at + i] = toDouble(v);
        }
      }
      case UINT8, INT8, BOOL -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = byByte64[from.get(i) & 0xFF];
        }
      }
    }
  }

  private long whole(ByteBuffer from, int i) {
    return switch (type) {
      case INT32 -> from.getInt(4 * i);
      case UINT32 -> from.getInt(4 * i) & 0xFFFFFFFFL;
      default -> from.getLong(8 * i);
    };
  }

  /** Remembers a whole number that has more digits than {@code bits} of them hold. */
  private void note(long v, int bits) {
    if (rounded == 0 && v >>> bits != 0) {
      // As unsigned, the sign apart: from the highest bit that is set to the lowest.
      long magnitude = v < 0 && type != NpyType.UINT64 ? -v : v;
      int digits =
          Long.SIZE - Long.numberOfLeadingZeros(magnitude) - Long.numberOfTrailingZeros(magnitude);
      rounded = digits > bits ? v : 0;
    }
  }

  private float toFloat(long v) {
    // Halved, the lowest bit kept for rounding, since a long has no room for 2^63 and above.
    return v < 0 && type == NpyType.UINT64 ? (float) ((v >>> 1) | (v & 1)) * 2 : (float) v;
  }

  private double toDouble(long v) {
    return v < 0 && type == NpyType.UINT64 ? (double) ((v >>> 1) | (v & 1)) * 2 : (double) v;
  }

  /** The first whole number that was rounded, in words; empty if none was. */
  String rounded() {
    return rounded == 0
        ? ""
        : type == NpyType.UINT64 ? Long.toUnsignedString(rounded) : Long.toString(rounded);
  }

  /** IEEE 754 binary16 as a float, exactly: every half is a float. */
  static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >>> 10) & 0x1F;
    int fraction = bits & 0x3FF;
    if (exponent == 0) {
      float magnitude = fraction * SUBNORMAL_STEP;
      return sign == 0 ? magnitude : -magnitude;
    }
    // 31 marks infinity and NaN, 255 does in a float; the biases are 15 and 127.
    int wide = exponent == 31 ? 255 : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }
}
