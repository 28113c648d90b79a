package convlstm4j.backend.onednn;

import org.bytedeco.javacpp.Pointer;

/**
 * Slabs of the system, of large pages where it has some to give: it finds a page of 2 MiB sooner
 * than 512 of 4 KiB, which passes over whole arrays are bound by.
 */
final class SystemSlabs implements Arena.Slabs {
  /** What {@link NativeKernels} asks for them; null without the C++ library. */
  private final NativeKernels kernels;

  SystemSlabs(NativeKernels kernels) {
    this.kernels = kernels;
  }

  @Override
  public Pointer take(long bytes) {
    Pointer slab = Pointer.malloc(bytes);
    if (Pointer.isNull(slab)) {
      return null;
    }
    if (kernels != null) {
      kernels.preferLargePages(slab.address(), bytes);
    }
    return slab;
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
