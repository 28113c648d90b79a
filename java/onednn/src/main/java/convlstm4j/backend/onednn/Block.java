package convlstm4j.backend.onednn;

import java.nio.FloatBuffer;

/**
 * Memory of a buffer: 64 bytes of guard, data at a multiple of 64 bytes, and room for the guard
 * after the data. Java sees it as segments that overlap by {@link #OVERLAP} floats, since a {@link
 * FloatBuffer} ends at 2^29 floats; so a run of up to that many floats lies in one segment.
 */
final class Block {
  /** Floats before and after the data that nobody may write. */
  static final int GUARD = 16;

  /** Most floats that are read or written in one piece. */
  static final int OVERLAP = 1 << 20;

  private static final int SEGMENT_BITS = 28;

  /** A float that no computation is likely to leave: bits 0x5AFE5AFE. */
  private static final float MARK = Float.intBitsToFloat(0x5AFE5AFE);

  private final Arena.Range range;
  private final FloatBuffer[] segments;

  Block(Arena.Range range) {
    this.range = range;
    long floats = range.bytes() / Float.BYTES;
    this.segments = new FloatBuffer[(int) ((floats - 1) >> SEGMENT_BITS) + 1];
    for (int s = 0; s < segments.length; s++) {
      long from = (long) s << SEGMENT_BITS;
      int count = (int) Math.min(floats - from, (1L << SEGMENT_BITS) + OVERLAP);
      segments[s] = Address.floats(range.address() + from * Float.BYTES, count);
    }
  }

  /** Size of the range for so many bytes of data. */
  static long rangeBytes(long bytes) {
    return bytes + 2L * GUARD * Float.BYTES;
  }

  Arena.Range range() {
    return range;
  }

  /** Address of the first float of data. */
  long address() {
    return range.address() + GUARD * Float.BYTES;
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
}
