package convlstm4j.backend;

import java.util.HashMap;
import java.util.Map;

/** The most memory that a sequence of allocations takes, counted without allocating. */
public final class Peak {
  private final boolean bySize;
  private final Map<Long, Long> live = new HashMap<>();
  private final Map<Long, Long> most = new HashMap<>();
  private long now;
  private long sinceMark;
  private long peak;

  private Peak(boolean bySize) {
    this.bySize = bySize;
  }

  /**
   * Of a memory that uses for any buffer what others have given back.
   *
   * @return counts the bytes that are live at once
   */
  public static Peak ofLive() {
    return new Peak(false);
  }

  /**
   * Of a memory that keeps what is given back for the next buffers of the same size.
   *
   * @return counts for each size the blocks that are live at once
   */
  public static Peak bySize() {
    return new Peak(true);
  }

  /**
   * Counts a buffer that is allocated.
   *
   * @param bytes its size
   */
  public void add(long bytes) {
    now += bytes;
    sinceMark = Math.max(sinceMark, now);
    if (!bySize) {
      peak = Math.max(peak, now);
    } else if (live.merge(bytes, 1L, Long::sum) > most.getOrDefault(bytes, 0L)) {
      most.put(bytes, live.get(bytes));
      peak += bytes;
    }
  }

  /**
   * Counts a buffer that is closed.
   *
   * @param bytes its size
   */
  public void remove(long bytes) {
    now -= bytes;
    if (bySize) {
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
