package convlstm4j.backend.onednn;

import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.Pointer;

/** A pointer to any address that can be moved, so that binding memory allocates nothing. */
final class Address extends Pointer {
  Address() {
    super((Pointer) null);
  }

  Address(long bytes) {
    super((Pointer) null);
    address = bytes;
  }

  /** Moves the pointer. */
  Address at(long bytes) {
    address = bytes;
    return this;
  }

  /** The memory at an address as floats; at most 2^29-1 of them. */
  static FloatBuffer floats(long address, int count) {
    Address a = new Address(address);
    a.capacity((long) count * Float.BYTES);
    return a.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /** The memory at an address as doubles; at most 2^28-1 of them. */
  static DoubleBuffer doubles(long address, int count) {
    Address a = new Address(address);
    a.capacity((long) count * Double.BYTES);
    return a.asByteBuffer().order(ByteOrder.nativeOrder()).asDoubleBuffer();
  }
}
