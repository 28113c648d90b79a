package convlstm4j.backend.onednn;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Memory of the system in a few large slabs, handed out in ranges that are cut from them and become
 * one again when they come back. A training run takes and returns the same sizes step after step:
 * soon the system is asked for nothing more and no page is touched for the first time, which would
 * cost more than computing with it.
 */
final class Arena {
  /**
   * If true, each range is a slab of its own and goes back to the system when it is released, so
   * that AddressSanitizer sees every overrun.
   */
  static final String SEPARATE = "convlstm4j.onednn.separate";

  /** Of the addresses and sizes of ranges. */
  static final int ALIGN = 64;

  /**
   * Small ranges share slabs of this size: pages that nobody touches are no memory yet, and what
   * becomes free becomes one range again within a slab only.
   */
  private static final long LEAST_SLAB = 32 << 20;

  /** Memory of the system. */
  private static final class Slab {
    private final Pointer memory;

    /** The older has the smaller one. */
    private final long number;

    private final long address;

    /** How far anything was ever handed out: pages behind are no memory yet. */
    private long touched;

    Slab(Pointer memory, long number) {
      this.memory = memory;
      this.number = number;
      this.address = roundUp(memory.address());
    }
  }

  /** A part of a slab, free or in use; its neighbours are those of the same slab. */
  static final class Range {
    /** Null for one that only says how much is looked for. */
    private final @Nullable Slab slab;

    private final long address;
    private long bytes;
    private @Nullable Range before;
    private @Nullable Range after;
    private boolean free = true;

    private Range(@Nullable Slab slab, long address, long bytes) {
      this.slab = slab;
      this.address = address;
      this.bytes = bytes;
    }

    long address() {
      return address;
    }

    private Slab slab() {
      return Objects.requireNonNull(slab, "a range of no slab");
    }

    /** At least as many as were asked for. */
    long bytes() {
      return bytes;
    }

    private long slabNumber() {
      return slab == null ? -1 : slab.number;
    }

    private boolean isWholeSlab() {
      return before == null && after == null;
    }
  }

  /** Where slabs are from. */
  interface Slabs {
    /** Memory of a size; null if there is none. */
    @Nullable Pointer take(long bytes);

    void giveBack(Pointer slab);

    /** Whether what is given back is another's at once. */
    boolean areReused();
  }

  private final boolean separate;
  private final Slabs source;

  /** The smallest first, of equal ones the oldest: where the system puts slabs changes nothing. */
  private final TreeSet<Range> free =
      new TreeSet<>(
          Comparator.comparingLong(Range::bytes)
              .thenComparingLong(Range::slabNumber)
              .thenComparingLong(Range::address));

  private long heldBytes;
  private long touchedBytes;
  private long slabs;
  private LongConsumer growing = bytes -> {};

  Arena(Slabs source) {
    this(Boolean.getBoolean(SEPARATE), source);
  }

  Arena(boolean separate, Slabs source) {
    this.separate = separate;
    this.source = source;
  }

  /** Has somebody told how much the system is about to be asked for, who may give back other. */
  void whenGrowing(LongConsumer told) {
    growing = told;
  }

  /** What the system has given and not got back. */
  long heldBytes() {
    return heldBytes;
  }

  /** What of this has ever been handed out. */
  long touchedBytes() {
    return touchedBytes;
  }

  /** How many slabs the system has given so far. */
  long slabs() {
    return slabs;
  }

  /**
   * Hands out the smallest free range that is large enough, or one of a new slab.
   *
   * @return null if the system has no more memory
   */
  @Nullable Range take(long bytes) {
    long wanted = roundUp(bytes);
    Range range = free.ceiling(new Range(null, Long.MIN_VALUE, wanted));
    if (range == null) {
      range = grow(wanted);
    }
    if (range == null) {
      return null;
    }
    free.remove(range);
    range.free = false;
    if (range.bytes > wanted) {
      cut(range, wanted);
    }
    touch(range);
    return range;
  }

  private void touch(Range range) {
    Slab slab = range.slab();
    long more = range.address + range.bytes - slab.address - slab.touched;
    if (more > 0) {
      slab.touched += more;
      touchedBytes += more;
    }
  }

  private static long roundUp(long bytes) {
    return Math.max(ALIGN, (bytes + ALIGN - 1) / ALIGN * ALIGN);
  }

  /**
   * A new slab takes the place of those that nobody uses: many small ones cannot hold what one of
   * their size can.
   */
  private @Nullable Range grow(long wanted) {
    long spare = source.areReused() ? trim() : 0;
    growing.accept(Math.max(wanted, spare));
    long size = separate ? wanted : Math.max(wanted, Math.max(spare, LEAST_SLAB));
    Pointer slab = source.take(size + ALIGN);
    if (slab == null && size > wanted) {
      size = wanted;
      slab = source.take(size + ALIGN);
    }
    if (slab == null) {
      return null;
    }
    slabs++;
    heldBytes += size;
    Slab made = new Slab(slab, slabs);
    return new Range(made, made.address, size);
  }

  private void cut(Range range, long bytes) {
    Range rest = new Range(range.slab, range.address + bytes, range.bytes - bytes);
    range.bytes = bytes;
    rest.before = range;
    rest.after = range.after;
    if (rest.after != null) {
      rest.after.before = rest;
    }
    range.after = rest;
    free.add(rest);
  }

  /** Takes a range back, which is then nobody's. */
  void release(Range range) {
    Range whole = range;
    if (range.after != null && range.after.free) {
      free.remove(range.after);
      absorb(range, range.after);
    }
    if (range.before != null && range.before.free) {
      whole = range.before;
      free.remove(whole);
      absorb(whole, range);
    }
    whole.free = true;
    free.add(whole);
    if (separate) {
      giveBack(whole);
    }
  }

  /** Makes a range and the one after it one. */
  private static void absorb(Range range, Range gone) {
    range.bytes += gone.bytes;
    range.after = gone.after;
    if (range.after != null) {
      range.after.before = range;
    }
  }

  /**
   * Gives the slabs that nobody uses back to the system.
   *
   * @return how many bytes they had
   */
  long trim() {
    List<Range> unused = free.stream().filter(Range::isWholeSlab).toList();
    unused.forEach(this::giveBack);
    return unused.stream().mapToLong(Range::bytes).sum();
  }

  private void giveBack(Range slab) {
    free.remove(slab);
    heldBytes -= slab.bytes;
    touchedBytes -= slab.slab().touched;
    source.giveBack(slab.slab().memory);
  }
}
