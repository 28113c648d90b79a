package convlstm4j.io.keras;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;

/** The bytes of an HDF5 file, and what its structures are read and refused by. */
abstract class Hdf5Bytes {
  final ByteBuffer bytes;
  private final String file;
  private final Set<Long> met = new HashSet<>();

  Hdf5Bytes(String file, ByteBuffer bytes) {
    this.file = file;
    this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Counts a name's bytes. */
  abstract void countName(long length, long at);

  /** Walks the object whose header is there. */
  abstract void header(long address);

  KerasException damaged(long at, String what) {
    return new KerasException(file, "is a damaged HDF5 file: " + what + ", at byte " + at);
  }

  KerasException foreign(String what) {
    return new KerasException(
        file, "has " + what + ", which Keras does not write; save it with Keras's model.save");
  }

  /** A place in the file, with room for so many bytes. */
  int place(long address, long length, String what) {
    if (address < 0 || length < 0 || address > bytes.limit() - length) {
      throw damaged(address, what + " of " + length + " bytes lies outside the file");
    }
    return (int) address;
  }

  void once(long address, String what) {
    if (!met.add(address)) {
      throw damaged(address, what + " belongs to two others, or to itself");
    }
  }

  int u8(int at) {
    return bytes.get(at) & 0xff;
  }

  int u16(int at) {
    return bytes.getShort(at) & 0xffff;
  }

  long i64(int at) {
    return bytes.getLong(at);
  }

  /** A whole number of 1 to 8 bytes, which must not be negative. */
  long number(int at, int width) {
    long n = 0;
    for (int i = width - 1; i >= 0; i--) {
      n = n << 8 | u8(at + i);
    }
    if (n < 0) {
      throw damaged(at, "a negative number");
    }
    return n;
  }

  /** Fails unless a piece of so many bytes has what is read of it. */
  void room(int at, int size, long needed, String what) {
    if (needed > size) {
      throw damaged(at, what + " does not fit its place");
    }
  }

  long u32(int at) {
    return bytes.getInt(at) & 0xffffffffL;
  }

  void signature(int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (bytes.get(at + i) != text.charAt(i)) {
        throw damaged(at, "expected " + text);
      }
    }
  }
}
