package convlstm4j.backend.onednn;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.Pointer;

/**
 * A piece of native memory: 64 bytes of guard, data at a multiple of 64 bytes, and room for the
 * guard after the data. Java sees it as segments that overlap by {@link #OVERLAP} floats, since a
 * {@link FloatBuffer} ends at 2^29 floats; so a run of up to that many floats lies in one segment.
 */
final class Block {
  /** Floats before and after the data that nobody may write. */
  static final int GUARD = 16;

  /** Most floats that are read or written in one piece. */
  static final int OVERLAP = 1 << 20;

  private static final int SEGMENT_BITS = 28;
  private static final int ALIGN = 64;

  /** A float that no computation is likely to leave: bits 0x5AFE5AFE. */
  private static final float MARK = Float.intBitsToFloat(0x5AFE5AFE);

  private final Pointer raw;
  private final long size;
  private final long base;
  private final FloatBuffer[] segments;

  Block(Pointer raw, long size) {
    this.raw = raw;
    this.size = size;
    this.base = (raw.address() + ALIGN - 1) / ALIGN * ALIGN;
    long floats = size / Float.BYTES + 2 * GUARD;
    this.segments = new FloatBuffer[(int) ((floats - 1) >> SEGMENT_BITS) + 1];
    for (int s = 0; s < segments.length; s++) {
      long from = (long) s << SEGMENT_BITS;
      int count = (int) Math.min(floats - from, (1L << SEGMENT_BITS) + OVERLAP);
      segments[s] = Address.floats(base + from * Float.BYTES, count);
    }
  }

  /** Sizes are rounded up by at most an eighth, so that blocks fit buffers of about their size. */
  static long roundUp(long bytes) {
    long step = Math.max(ALIGN, Long.highestOneBit(Math.max(1, bytes)) / 8);
    return Math.max(step, (bytes + step - 1) / step * step);
  }

  static long rawBytes(long size) {
    return size + 2L * GUARD * Float.BYTES + ALIGN;
  }

  /** Bytes for data. */
  long size() {
    return size;
  }

  /** Address of the first float of data. */
  long address() {
    return base + GUARD * Float.BYTES;
  }

  /** The segment that holds a run of data from an index on. */
  FloatBuffer segment(long index) {
    return segments[(int) ((index + GUARD) >> SEGMENT_BITS)];
  }

  /** Position of an index in its segment. */
  static int position(long index) {
    return (int) ((index + GUARD) & ((1 << SEGMENT_BITS) - 1));
  }

  /** Writes the guards of a buffer of so many floats. */
  void mark(long floats) {
    for (int g = 1; g <= GUARD; g++) {
      segment(-g).put(position(-g), MARK);
      segment(floats + g - 1).put(position(floats + g - 1), MARK);
    }
  }

  /** Whether the guards are as {@link #mark} left them. */
  boolean isIntact(long floats) {
    for (int g = 1; g <= GUARD; g++) {
      if (segment(-g).get(position(-g)) != MARK
          || segment(floats + g - 1).get(position(floats + g - 1)) != MARK) {
        return false;
      }
    }
    return true;
  }

  void free() {
    Pointer.free(raw);
  }
}
