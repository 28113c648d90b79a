package convlstm4j.backend.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import jcuda.Pointer;

/**
 * The one parameter of a kernel, a C struct: its size first, then members in natural alignment.
 * Built anew for each launch in the same memory, since the driver copies it at the launch.
 */
final class Arguments {
  private static final int MOST = 8192;

  private final ByteBuffer bytes = ByteBuffer.allocateDirect(MOST).order(ByteOrder.nativeOrder());
  private final Pointer parameters = Pointer.to(Pointer.to(bytes));
  private final Map<Long, Divisor> divisors = new HashMap<>();
  private int alignment;

  /** Starts a new struct. */
  Arguments clear() {
    bytes.clear();
    bytes.putInt(0);
    alignment = Integer.BYTES;
    return this;
  }

  /** A device address; 0 is a null pointer. */
  Arguments address(long address) {
    return put64(address);
  }

  /** {@code long long}. */
  Arguments put64(long value) {
    align(Long.BYTES);
    bytes.putLong(value);
    return this;
  }

  /** {@code long long[]}, filled up with a value to a length. */
  Arguments put64(long[] values, int length, long filler) {
    for (int i = 0; i < length; i++) {
      put64(i < values.length ? values[i] : filler);
    }
    return this;
  }

  /** {@code int} or {@code unsigned}. */
  Arguments put32(int value) {
    align(Integer.BYTES);
    bytes.putInt(value);
    return this;
  }

  /** {@code Divisor} of cuda/include/index.h. */
  Arguments divisor(long by) {
    Divisor d = divisors.computeIfAbsent(by, Divisor::of);
    return put64(d.by()).put64(d.magic()).put32(d.shift()).put32(0);
  }

  /** {@code float}. */
  Arguments put(float value) {
    align(Float.BYTES);
    bytes.putFloat(value);
    return this;
  }

  /** {@code double}. */
  Arguments putDouble(double value) {
    align(Double.BYTES);
    bytes.putDouble(value);
    return this;
  }

  private void align(int size) {
    alignment = Math.max(alignment, size);
    while (bytes.position() % size != 0) {
      bytes.put((byte) 0);
    }
  }

  /** The finished struct as the driver takes it. */
  Pointer parameters() {
    struct();
    return parameters;
  }

  /** The bytes of the finished struct. */
  ByteBuffer struct() {
    align(alignment);
    bytes.putInt(0, bytes.position());
    return bytes.flip();
  }
}
