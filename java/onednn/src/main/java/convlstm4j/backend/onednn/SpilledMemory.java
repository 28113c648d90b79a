package convlstm4j.backend.onednn;

import convlstm4j.backend.Spill;
import convlstm4j.backend.SpillFolder;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;

/** Arrays in mapped files, handed out like others: kernels see addresses. */
final class SpilledMemory implements Spill {
  private final Arena arena;
  private boolean closed;

  SpilledMemory(SpillFolder folder) {
    this.arena = new Arena(false, new Files(folder));
  }

  /** Slabs that are files. */
  private record Files(SpillFolder folder) implements Arena.Slabs {
    @Override
    public Pointer take(long bytes) {
      return new Pointer(folder.map(bytes)); // holds the mapping
    }

    @Override
    public void giveBack(Pointer slab) {
      slab.deallocate();
    }

    /** The mapping goes when Java looks for garbage. */
    @Override
    public boolean areReused() {
      return false;
    }
  }

  @Override
  public synchronized NativeBuffer allocate(DType dtype, Shape shape) {
    NativeBuffer.checkType(dtype);
    if (closed) {
      throw new IllegalStateException(
          "the files are closed, and what was in them is gone; spill anew (Memory.spill)");
    }
    long bytes = Math.multiplyExact(shape.elements(), (long) Float.BYTES);
    // Mapping throws where there is no room.
    Block block =
        new Block(Objects.requireNonNull(arena.take(Block.rangeBytes(bytes)), "no mapping"));
    return new NativeBuffer((b, n) -> release(b), block, shape);
  }

  private synchronized void release(Block block) {
    arena.release(block.range());
  }

  @Override
  public synchronized long heldBytes() {
    return arena.heldBytes();
  }

  @Override
  public synchronized void close() {
    closed = true;
    arena.trim();
  }
}
