package convlstm4j.backend.onednn;

import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** Slabs of the system. */
final class SystemSlabs implements Arena.Slabs {
  @Override
  public @Nullable Pointer take(long bytes) {
    Pointer slab = Pointer.malloc(bytes);
    return Pointer.isNull(slab) ? null : slab;
  }

  @Override
  public void giveBack(Pointer slab) {
    Pointer.free(slab);
  }

  @Override
  public boolean areReused() {
    return true;
  }
}
