package convlstm4j.backend.cuda;

import convlstm4j.backend.Closing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Workspace for algorithms of cuDNN that no plan has counted on, because another one has refused.
 * One for all, since everything runs on one stream in order. It grows by another block; the smaller
 * ones stay, for graphs may have their addresses.
 */
final class ExtraWorkspace implements AutoCloseable {
  private final BooleanSupplier capturing;
  private final Runnable synchronize;
  private final List<Long> blocks = new ArrayList<>();
  private long bytes;

  /**
   * Allocates nothing yet.
   *
   * @param capturing whether the device's work is being captured
   * @param synchronize waits for it
   */
  ExtraWorkspace(BooleanSupplier capturing, Runnable synchronize) {
    this.capturing = capturing;
    this.synchronize = synchronize;
  }

  /**
   * The address of so many bytes; 0 if there is no room for them, or if a graph is being captured,
   * while nothing can be allocated.
   */
  long of(long wanted) {
    if (wanted > bytes) {
      Address a = new Address();
      if (capturing.getAsBoolean() || !RawMemory.allocated(a, wanted)) {
        return 0;
      }
      blocks.add(a.value());
      bytes = wanted;
    }
    return blocks.get(blocks.size() - 1);
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>();
    if (!blocks.isEmpty()) {
      all.add(synchronize::run);
    }
    blocks.forEach(b -> all.add(() -> RawMemory.free(b)));
    blocks.clear();
    bytes = 0;
    Closing.all(all);
  }
}
