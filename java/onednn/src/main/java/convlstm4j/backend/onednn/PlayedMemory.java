package convlstm4j.backend.onednn;

import convlstm4j.backend.Peak;
import convlstm4j.backend.onednn.Arenas.Stay;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
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

  private record Size(long bytes, Stay stay) {}

  private final Arenas arenas;
  private final Map<Size, Queue<Arena.Range>> taken = new HashMap<>();

  PlayedMemory() {
    Nowhere nowhere = new Nowhere();
    this.arenas =
        new Arenas(new Arena(false, nowhere), new Arena(false, nowhere), new Arena(false, nowhere));
  }

  @Override
  public void add(long bytes, boolean stays) {
    Size size = size(bytes, stays);
    taken.computeIfAbsent(size, s -> new ArrayDeque<>()).add(arenas.take(bytes, size.stay));
  }

  @Override
  public void remove(long bytes, boolean stayed) {
    Size size = size(bytes, stayed);
    arenas.release(
        Objects.requireNonNull(taken.get(size), "none of the size").remove(), bytes, size.stay);
  }

  private static Size size(long bytes, boolean stays) {
    return new Size(bytes, stays ? Stay.LASTING : Stay.PASSING);
  }

  /** Pages that nobody has touched are no memory. */
  @Override
  public long heldBytes() {
    return arenas.touchedBytes();
  }
}
