package convlstm4j.backend.onednn;

import convlstm4j.backend.Peak;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.bytedeco.javacpp.Pointer;

/** What {@link NativeMemory} would hold of the system: its arenas, of slabs that nobody has. */
final class PlayedMemory implements Peak.Played {
  /** Addresses of no memory, one slab after the other. */
  private static final class Nowhere implements Arena.Slabs {
    private long next = Arena.ALIGN;

    @Override
    public Pointer take(long bytes) {
      long from = next;
      next += (bytes + Arena.ALIGN) / Arena.ALIGN * Arena.ALIGN;
      return new At(from);
    }

    @Override
    public void giveBack(Pointer slab) {}

    @Override
    public boolean areReused() {
      return true;
    }
  }

  private static final class At extends Pointer {
    At(long place) {
      address = place;
    }
  }

  private record Size(long bytes, boolean stays) {}

  private final Arenas arenas;
  private final Map<Size, Queue<Arena.Range>> taken = new HashMap<>();

  PlayedMemory() {
    Nowhere nowhere = new Nowhere();
    this.arenas = new Arenas(new Arena(false, nowhere), new Arena(false, nowhere));
  }

  @Override
  public void add(long bytes, boolean stays) {
    taken
        .computeIfAbsent(new Size(bytes, stays), s -> new ArrayDeque<>())
        .add(arenas.take(bytes, stays));
  }

  @Override
  public void remove(long bytes, boolean stays) {
    arenas.release(taken.get(new Size(bytes, stays)).remove(), bytes, stays);
  }

  /** Pages that nobody has touched are no memory. */
  @Override
  public long heldBytes() {
    return arenas.touchedBytes();
  }
}
