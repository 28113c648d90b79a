package convlstm4j.io.npy;

import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What precedes the elements: 6 bytes of magic, 2 of version, the length of the text (2 bytes in
 * version 1, else 4, little-endian), the text.
 *
 * @param type element type
 * @param order byte order of an element
 * @param fortran whether the first axis is the innermost in the file
 * @param shape sizes of the axes
 * @param dataOffset bytes before the first element
 */
record NpyHeader(NpyType type, ByteOrder order, boolean fortran, Shape shape, long dataOffset) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int PREFIX = 12;

  /** The text of a supported type has at most some hundred bytes; this leaves room for padding. */
  static final int MAX_TEXT = 1 << 16;

  private static final int ALIGNMENT = 64;

  /**
   * Reads and checks a file's header, and the file's size against it.
   *
   * @throws NpyException if either is wrong
   */
  static NpyHeader read(Source source) throws IOException {
    NpyHeader header = parse(source);
    header.checkSize(source.name(), source.size());
    return header;
  }

  /**
   * Reads and checks a header, whatever follows it.
   *
   * @throws NpyException if it is wrong
   */
  static NpyHeader parse(Source source) throws IOException {
    String file = source.name();
    long size = source.size();
    ByteBuffer prefix = source.get(0, Math.min(size, PREFIX));
    checkMagic(file, prefix);
    int major = prefix.remaining() > 6 ? prefix.get(6) & 0xFF : 0;
    int minor = prefix.remaining() > 7 ? prefix.get(7) & 0xFF : 0;
    if (prefix.remaining() >= 8 && (major < 1 || major > 3 || minor != 0)) {
      throw new NpyException(
          file, "npy version " + major + "." + minor + ", expected 1.0, 2.0 or 3.0");
    }
    int before = major == 1 ? 10 : 12;
    if (size < before) {
      throw new NpyException(
          file, "cut: has " + size + " bytes, an npy header starts with " + before);
    }
    prefix.order(ByteOrder.LITTLE_ENDIAN);
    long length = major == 1 ? prefix.getShort(8) & 0xFFFF : prefix.getInt(8) & 0xFFFFFFFFL;
    if (length > MAX_TEXT) {
      throw new NpyException(
          file, "header of " + length + " bytes, expected at most " + MAX_TEXT + ": damaged?");
    }
    if (length > size - before) {
      throw new NpyException(
          file, "cut: has " + size + " bytes, the header alone ends at byte " + (before + length));
    }
    ByteBuffer bytes = source.get(before, length);
    String text = StandardCharsets.ISO_8859_1.decode(bytes).toString();
    return new NpyHeaderParser(file, text, major < 3).parse(before + length);
  }

  private static void checkMagic(String file, ByteBuffer prefix) {
    for (int i = 0; i < MAGIC.length; i++) {
      if (i >= prefix.remaining()) {
        throw new NpyException(
            file,
            prefix.remaining() == 0
                ? "is empty, expected an npy file"
                : "has " + prefix.remaining() + " bytes, too few for an npy file");
      }
      if (prefix.get(i) != MAGIC[i]) {
        StringBuilder came = new StringBuilder();
        for (int j = 0; j < Math.min(MAGIC.length, prefix.remaining()); j++) {
          came.append(String.format(" %02x", prefix.get(j)));
        }
        throw new NpyException(
            file, "is no npy file: starts with" + came + ", expected 93 4e 55 4d 50 59");
      }
    }
  }

  private void checkSize(String file, long size) {
    long expected;
    try {
      // Over the sizes that are not 0: the product of all would hide an overflow behind a 0.
      long n = 1;
      for (long d : shape.dims()) {
        n = Math.multiplyExact(n, Math.max(1, d));
      }
      Math.addExact(Math.multiplyExact(n, type.bytes()), dataOffset);
      expected = shape.elements() * type.bytes() + dataOffset;
    } catch (ArithmeticException e) {
      throw new NpyException(
          file,
          "shape " + shape + " of " + type.descr() + " has more than 2^63 bytes: damaged?",
          e);
    }
    if (size != expected) {
      throw new NpyException(
          file,
          (size < expected ? "cut" : "bytes after the last element")
              + ": has "
              + size
              + " bytes, expected "
              + expected
              + " for shape "
              + shape
              + " of "
              + type.descr());
    }
  }

  /** The header of a little-endian, row-major file, its elements aligned as NumPy aligns them. */
  static ByteBuffer write(NpyType type, Shape shape) {
    String axes =
        LongStream.of(shape.dims()).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String text =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
            .formatted(type.descr(), axes, shape.rank() == 1 ? "," : "");
    int unpadded = 10 + text.length() + 1;
    int total = (unpadded + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer bytes = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (total - 10));
    bytes.put((text + " ".repeat(total - unpadded) + "\n").getBytes(StandardCharsets.US_ASCII));
    return bytes.flip();
  }
}
