package convlstm4j.backend.onednn;

/**
 * Two arenas, of what comes and goes and of what stays meanwhile and so lies nowhere between. What
 * one does not use the other may have; but both keep what they need again and again.
 */
final class Arenas {
  /** Part of what has been in use at most that may be held beside it. */
  private static final int SLACK = 20;

  private final Arena passing;
  private final Arena lasting;
  private long live;
  private long mostLive;

  Arenas(Arena passing, Arena lasting) {
    this.passing = passing;
    this.lasting = lasting;
    passing.whenGrowing(bytes -> giveBack(lasting, bytes));
    lasting.whenGrowing(bytes -> giveBack(passing, bytes));
  }

  private void giveBack(Arena other, long bytes) {
    if (heldBytes() + bytes > mostLive + mostLive / SLACK) {
      other.trim();
    }
  }

  /**
   * Memory for a buffer.
   *
   * @return null if the system has no more
   */
  Arena.Range take(long bytes, boolean stays) {
    mostLive = Math.max(mostLive, live + bytes);
    Arena.Range range = (stays ? lasting : passing).take(Block.rangeBytes(bytes));
    live += range == null ? 0 : bytes;
    return range;
  }

  void release(Arena.Range range, long bytes, boolean stays) {
    live -= bytes;
    (stays ? lasting : passing).release(range);
  }

  /** Bytes of buffers. */
  long liveBytes() {
    return live;
  }

  /** What the system has given and not got back. */
  long heldBytes() {
    return passing.heldBytes() + lasting.heldBytes();
  }

  /** What of this has ever been in a buffer. */
  long touchedBytes() {
    return passing.touchedBytes() + lasting.touchedBytes();
  }

  /** Gives what nobody uses back to the system. */
  void trim() {
    passing.trim();
    lasting.trim();
  }
}
