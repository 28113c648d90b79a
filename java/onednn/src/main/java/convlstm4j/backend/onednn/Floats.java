package convlstm4j.backend.onednn;

import convlstm4j.formula.Code;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;

/**
 * Moves floats between native buffers and arrays. Loops of our own work on arrays of {@link
 * Parallel#PIECE} floats that stay in the core's cache: the JVM vectorises loops over arrays, not
 * those over native memory.
 */
final class Floats {
  private static final int SLOTS = 24 + Code.MOST_REGISTERS;

  private static final ThreadLocal<float[][]> SCRATCH =
      ThreadLocal.withInitial(() -> new float[SLOTS][]);

  private Floats() {}

  /** An array of this thread's own, of {@link Parallel#PIECE} floats or more; one per slot. */
  static float[] scratch(int slot) {
    return scratch(slot, Parallel.PIECE);
  }

  /** An array of this thread's own of at least so many floats; one per slot. */
  static float[] scratch(int slot, int least) {
    float[][] slots = SCRATCH.get();
    if (slots[slot] == null || slots[slot].length < least) {
      slots[slot] = new float[Math.max(least, Parallel.PIECE)];
    }
    return slots[slot];
  }

  /** Reads into the start of an array. */
  static float[] read(NativeBuffer source, long from, float[] target, int n) {
    read(source, from, target, 0, n);
    return target;
  }

  /** Reads into an array. */
  static void read(NativeBuffer source, long from, float[] target, int at, int n) {
    for (int k = 0; k < n; k += Block.OVERLAP) {
      source
          .segment(from + k)
          .get(source.position(from + k), target, at + k, Math.min(Block.OVERLAP, n - k));
    }
  }

  /** Writes the start of an array. */
  static void write(float[] source, NativeBuffer target, long from, int n) {
    write(source, 0, target, from, n);
  }

  /** Writes from an array. */
  static void write(float[] source, int at, NativeBuffer target, long from, int n) {
    for (int k = 0; k < n; k += Block.OVERLAP) {
      target
          .segment(from + k)
          .put(target.position(from + k), source, at + k, Math.min(Block.OVERLAP, n - k));
    }
  }

  /** One element. */
  static float get(NativeBuffer source, long index) {
    return source.segment(index).get(source.position(index));
  }

  /** Sets one element. */
  static void set(NativeBuffer target, long index, float value) {
    target.segment(index).put(target.position(index), value);
  }

  /** Adds an array to a buffer; {@code slot} is scratch. */
  static void add(float[] source, int at, NativeBuffer target, long from, int n, int slot) {
    float[] sum = read(target, from, scratch(slot, n), n);
    for (int k = 0; k < n; k++) {
      sum[k] += source[at + k];
    }
    write(sum, target, from, n);
  }

  /** Adds an array to a buffer, or writes it; {@code slot} is scratch. */
  static void give(
      boolean write, float[] source, int at, NativeBuffer target, long from, int n, int slot) {
    if (write) {
      write(source, at, target, from, n);
    } else {
      add(source, at, target, from, n, slot);
    }
  }

  /** Reads an array on all cores. */
  static void get(NativeBuffer source, long from, float[] target, int n) {
    Parallel.ranges(
        n, Block.OVERLAP, (k, length) -> read(source, from + k, target, (int) k, length));
  }

  /** Writes an array on all cores. */
  static void put(NativeBuffer target, long from, float[] source, int n) {
    Parallel.ranges(
        n, Block.OVERLAP, (k, length) -> write(source, (int) k, target, from + k, length));
  }

  /** Copies between buffers. */
  static void copy(NativeBuffer source, long from, NativeBuffer target, long to, long n) {
    Parallel.ranges(
        n,
        Block.OVERLAP,
        (k, length) ->
            Pointer.memcpy(
                new Address(target.address(to + k)),
                new Address(source.address(from + k)),
                (long) length * Float.BYTES));
  }

  /** Sets elements to zero. */
  static void zero(NativeBuffer target, long from, long n) {
    Parallel.ranges(
        n,
        Block.OVERLAP,
        (k, length) ->
            Pointer.memset(new Address(target.address(from + k)), 0, (long) length * Float.BYTES));
  }

  /** Sets elements to a value. */
  static void fill(NativeBuffer target, long from, long n, float value) {
    if (Float.floatToRawIntBits(value) == 0) {
      zero(target, from, n);
      return;
    }
    Parallel.ranges(
        n,
        (k, length) -> {
          float[] v = scratch(0);
          Arrays.fill(v, 0, length, value);
          write(v, target, from + k, length);
        });
  }

  /** Whether all elements are zero. */
  static boolean isZero(NativeBuffer buffer) {
    return Parallel.sum(
            buffer.size(),
            (from, length) -> {
              float[] v = read(buffer, from, scratch(0), length);
              int others = 0;
              for (int k = 0; k < length; k++) {
                others += v[k] == 0 ? 0 : 1;
              }
              return others;
            })
        == 0;
  }
}
