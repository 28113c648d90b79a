package convlstm4j.io.keras;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** Bytes of an HDF5 file but for its arrays: a growing space, and the pieces that recur. */
final class Meta {
  /** Types as in section IV.A.2.d: class and version, bits, size, and what the class needs. */
  static final byte[] FLOAT32 =
      bytesOf(0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0);

  static final byte[] FLOAT64 =
      bytesOf(0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3, 0, 0);

  static final byte[] INT64 = bytesOf(0x10, 8, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0);

  /** Text of variable length in UTF-8, made of unsigned bytes. */
  static final byte[] TEXT =
      bytesOf(0x19, 1, 1, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0);

  private byte[] bytes = new byte[1 << 12];
  private int size;

  int size() {
    return size;
  }

  /** Takes space, a multiple of 8 bytes, filled with zeros. */
  long allocate(int length) {
    int at = size;
    size = Math.addExact(size, (length + 7) & -8);
    if (size > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size, Math.multiplyExact(bytes.length, 2)));
    }
    return at;
  }

  ByteBuffer content() {
    return ByteBuffer.wrap(bytes, 0, size);
  }

  void putLong(int at, long value) {
    at(at).u64(value);
  }

  At at(long position) {
    return new At(
        ByteBuffer.wrap(bytes).position(Math.toIntExact(position)).order(ByteOrder.LITTLE_ENDIAN));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytesOf(int... values) {
    byte[] b = new byte[values.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = (byte) values[i];
    }
    return b;
  }

  /** A header message: type, length, content of at most so many bytes, padded to 8. */
  static byte[] message(int type, int most, Consumer<At> content) {
    ByteBuffer data = ByteBuffer.allocate(most).order(ByteOrder.LITTLE_ENDIAN);
    content.accept(new At(data));
    int length = (data.position() + 7) & -8;
    ByteBuffer all = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
    new At(all).u16(type).u16(length).u32(0);
    all.put(data.array(), 0, data.position());
    return all.array();
  }

  /** IV.A.2.b: the sizes of an array; none for a single value. */
  static byte[] dataspace(long... dims) {
    ByteBuffer b = ByteBuffer.allocate(8 + 8 * dims.length).order(ByteOrder.LITTLE_ENDIAN);
    At at = new At(b).bytes(1, dims.length, 0, 0).u32(0);
    for (long d : dims) {
      at.u64(d);
    }
    return b.array();
  }

  /** A place to write at, which moves on. */
  record At(ByteBuffer to) {
    At bytes(int... values) {
      to.put(bytesOf(values));
      return this;
    }

    At bytes(byte[] values) {
      to.put(values);
      return this;
    }

    At ascii(String text) {
      return bytes(utf8(text));
    }

    At u16(int value) {
      to.putShort((short) value);
      return this;
    }

    At u32(int value) {
      to.putInt(value);
      return this;
    }

    At u64(long value) {
      to.putLong(value);
      return this;
    }

    /** Bytes, then zeros up to a multiple of 8. */
    At padded(byte[] values) {
      return bytes(values).bytes(new byte[-values.length & 7]);
    }
  }
}
