package convlstm4j.backend;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The most memory that a sequence of allocations takes, counted without allocating. */
public final class Peak {
  /** A memory whose allocations are gone through without allocating. */
  public interface Played {
    /**
     * A buffer is allocated.
     *
     * @param bytes its size
     * @param stays whether by {@link Memory#allocateLasting}
     */
    void add(long bytes, boolean stays);

    /**
     * A buffer of a size is closed.
     *
     * @param bytes its size
     * @param stayed whether it was by {@link Memory#allocateLasting}
     */
    void remove(long bytes, boolean stayed);

    /**
     * What the system has given and not got back.
     *
     * @return bytes
     */
    long heldBytes();
  }

  private final boolean bySize;

  /** Null if it counts by itself. */
  private final @Nullable Played played;

  private final Map<Long, Long> live = new HashMap<>();
  private final Map<Long, Long> most = new HashMap<>();
  private long now;
  private long sinceMark;
  private long peak;

  private Peak(boolean bySize, @Nullable Played played) {
    this.bySize = bySize;
    this.played = played;
  }

  /**
   * Of a memory that uses for any buffer what others have given back.
   *
   * @return counts the bytes that are live at once
   */
  public static Peak ofLive() {
    return new Peak(false, null);
  }

  /**
   * Of a memory that keeps what is given back for the next buffers of the same size.
   *
   * @return counts for each size the blocks that are live at once
   */
  public static Peak bySize() {
    return new Peak(true, null);
  }

  /**
   * Of a memory that holds more than is in buffers.
   *
   * @param played goes through the allocations
   * @return counts what is held
   */
  public static Peak ofHeld(Played played) {
    return new Peak(false, played);
  }

  /**
   * Counts a buffer that is allocated.
   *
   * @param bytes its size
   */
  public void add(long bytes) {
    add(bytes, false);
  }

  /**
   * Counts a buffer that is allocated to stay.
   *
   * @param bytes its size
   */
  public void addLasting(long bytes) {
    add(bytes, true);
  }

  private void add(long bytes, boolean stays) {
    now += bytes;
    sinceMark = Math.max(sinceMark, now);
    if (played != null) {
      played.add(bytes, stays);
      peak = Math.max(peak, played.heldBytes());
    } else if (!bySize) {
      peak = Math.max(peak, now);
    } else {
      long alike = live.merge(bytes, 1L, Long::sum);
      if (alike > most.getOrDefault(bytes, 0L)) {
        most.put(bytes, alike);
        peak += bytes;
      }
    }
  }

  /**
   * Counts a buffer that is closed.
   *
   * @param bytes its size
   */
  public void remove(long bytes) {
    remove(bytes, false);
  }

  /**
   * Counts a buffer that is closed and was allocated to stay.
   *
   * @param bytes its size
   */
  public void removeLasting(long bytes) {
    remove(bytes, true);
  }

  private void remove(long bytes, boolean stayed) {
    now -= bytes;
    if (played != null) {
      played.remove(bytes, stayed);
    } else if (bySize) {
      live.merge(bytes, -1L, Long::sum);
    }
  }

  /**
   * The bytes that were live at once since the last call, and starts to count them anew.
   *
   * @return bytes
   */
  public long sinceMark() {
    long most = sinceMark;
    sinceMark = now;
    return most;
  }

  /**
   * What the buffers so far take of the system.
   *
   * @return bytes
   */
  public long bytes() {
    return peak;
  }
}
