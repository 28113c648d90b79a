package convlstm4j.backend.cuda;

import convlstm4j.backend.Closing;
import java.util.ArrayList;
import java.util.List;

/**
 * Workspace for algorithms of cuDNN that no plan has counted on, because another one has refused.
 * One for all, since everything runs on one stream in order. It grows by another block; the smaller
 * ones stay, for graphs may have their addresses.
 */
final class ExtraWorkspace implements AutoCloseable {
  private final Device device;
  private final List<Long> blocks = new ArrayList<>();
  private long bytes;

  /** Of a device; allocates nothing yet. */
  ExtraWorkspace(Device device) {
    this.device = device;
  }

  /**
   * The address of so many bytes; 0 if there is no room for them, or if a graph is being captured,
   * while nothing can be allocated.
   */
  long of(long wanted) {
    if (wanted > bytes) {
      Address a = new Address();
      if (device.isCapturing() || !DeviceMemory.allocated(a, wanted)) {
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
      all.add(device::synchronize);
    }
    blocks.forEach(b -> all.add(() -> DeviceMemory.free(b)));
    blocks.clear();
    bytes = 0;
    Closing.all(all);
  }
}
