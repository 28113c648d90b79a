package convlstm4j.backend.cuda;

import convlstm4j.backend.Closing;
import convlstm4j.backend.Recording;
import convlstm4j.tensor.Philox;
import java.util.List;
import java.util.function.Consumer;
import jcuda.driver.CUgraphExec;
import org.jspecify.annotations.Nullable;

/**
 * Work as one CUDA graph: done plainly the first time, captured the second and replayed from then
 * on. The blocks that it works on stay its own, for the graph's launches have their addresses; what
 * differs from run to run, the random numbers, lies in a table that its kernels read.
 */
final class CudaRecording implements Recording {
  private final Device device;
  private final DeviceMemory memory;
  private final Consumer<List<Philox>> work;
  private final DeviceMemory.Blocks blocks = new DeviceMemory.Blocks();
  private final RandomTable table;
  private @Nullable CUgraphExec graph;
  private boolean hasRun;
  private boolean closed;

  CudaRecording(Device device, DeviceMemory memory, Consumer<List<Philox>> work) {
    this.device = device;
    this.memory = memory;
    this.work = work;
    this.table = new RandomTable(memory);
  }

  @Override
  public void run(List<Philox> randoms) {
    Recording.checkOpen(closed);
    device.use();
    table.set(randoms);
    if (graph == null) {
      device.within(table, () -> runOrCapture(randoms));
    }
    if (graph != null) {
      GraphCapture.launch(device, graph);
    }
    hasRun = true;
  }

  private void runOrCapture(List<Philox> randoms) {
    memory.within(
        blocks,
        () -> {
          if (hasRun && Settings.graphs()) {
            graph = GraphCapture.capture(device, () -> work.accept(randoms));
          } else {
            work.accept(randoms);
          }
        });
  }

  @Override
  public void close() {
    closed = true;
    table.close();
    memory.share(blocks);
    if (graph != null) {
      CUgraphExec g = graph;
      graph = null;
      device.use();
      // Its last launch may be under way.
      Closing.all(device::synchronize, () -> GraphCapture.destroy(g));
    }
  }
}
