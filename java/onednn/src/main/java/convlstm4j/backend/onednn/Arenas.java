package convlstm4j.backend.onednn;

import org.jspecify.annotations.Nullable;

/**
 * Arenas of what comes and goes, of what stays meanwhile and so lies nowhere between, and of what
 * stays as long as a model. What one of the first two does not use the other may have; but both
 * keep what they need again and again.
 */
final class Arenas {
  /** How long something stays. */
  enum Stay {
    PASSING,
    LASTING,
    PERMANENT
  }

  /** Part of what has been in use at most that may be held beside it. */
  private static final int SLACK = 20;

  private final Arena passing;
  private final Arena lasting;
  private final Arena permanent;
  private long live;
  private long mostLive;
  private long permanentLive;

  Arenas(Arena passing, Arena lasting, Arena permanent) {
    this.passing = passing;
    this.lasting = lasting;
    this.permanent = permanent;
    passing.whenGrowing(bytes -> giveBack(lasting, bytes));
    lasting.whenGrowing(bytes -> giveBack(passing, bytes));
  }

  private void giveBack(Arena other, long bytes) {
    if (passing.heldBytes() + lasting.heldBytes() + bytes > mostLive + mostLive / SLACK) {
      other.trim();
    }
  }

  private Arena arena(Stay stay) {
    return switch (stay) {
      case PASSING -> passing;
      case LASTING -> lasting;
      case PERMANENT -> permanent;
    };
  }

  /**
   * Memory for a buffer.
   *
   * @return null if the system has no more
   */
  Arena.@Nullable Range take(long bytes, Stay stay) {
    if (stay != Stay.PERMANENT) {
      mostLive = Math.max(mostLive, live + bytes);
    }
    Arena.Range range = arena(stay).take(Block.rangeBytes(bytes));
    if (range != null) {
      count(bytes, stay);
    }
    return range;
  }

  void release(Arena.Range range, long bytes, Stay stay) {
    count(-bytes, stay);
    arena(stay).release(range);
  }

  private void count(long bytes, Stay stay) {
    if (stay == Stay.PERMANENT) {
      permanentLive += bytes;
    } else {
      live += bytes;
    }
  }

  /** Bytes of buffers. */
  long liveBytes() {
    return live + permanentLive;
  }

  /** What the system has given and not got back. */
  long heldBytes() {
    return passing.heldBytes() + lasting.heldBytes() + permanent.heldBytes();
  }

  /** What of this has ever been in a buffer. */
  long touchedBytes() {
    return passing.touchedBytes() + lasting.touchedBytes() + permanent.touchedBytes();
  }

  /**
   * A run begins and finds what the first one found, so that all is cut from slabs in the same way.
   * From the slabs that a run before has left, best fit cuts it otherwise and needs more.
   */
  void begin() {
    passing.trim();
    lasting.trim();
    mostLive = live;
  }

  /** Gives what nobody uses back to the system. */
  void trim() {
    passing.trim();
    lasting.trim();
    permanent.trim();
  }
}
