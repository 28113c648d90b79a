package convlstm4j.backend.cuda;

import convlstm4j.backend.Closing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jcuda.driver.CUgraphExec;

/**
 * Stretches of launches outside of a {@link CudaRecording}, in inference above all, as CUDA graphs:
 * one launch instead of hundreds. A stretch is known by the addresses that its launches use. It
 * runs plainly the first time, is captured the second time and replayed from then on. Since {@link
 * DeviceMemory} hands out the same addresses in every run, one or two graphs serve all.
 */
final class StretchGraphs implements AutoCloseable {
  private static final int MOST = 8;
  private static final int MOST_SEEN = 64;

  private final Device device;
  private final Set<List<Long>> seen = new HashSet<>();
  private final Map<List<Long>, CUgraphExec> graphs = new LinkedHashMap<>(MOST, 1, true);

  StretchGraphs(Device device) {
    this.device = device;
  }

  /**
   * Runs a stretch, by its graph if there is one.
   *
   * @param addresses all that the launches depend on
   * @param stretch starts the launches; allocates and waits for nothing
   */
  void run(List<Long> addresses, Runnable stretch) {
    if (device.isRecording()) {
      stretch.run(); // part of a larger graph
      return;
    }
    CUgraphExec graph = graphs.get(addresses);
    if (graph == null) {
      if (seen.size() > MOST_SEEN) {
        seen.clear(); // addresses that never come again
      }
      if (!Settings.graphs() || seen.add(addresses)) {
        stretch.run();
        return;
      }
      graph = GraphCapture.capture(device, stretch);
      seen.remove(addresses);
      graphs.put(addresses, graph);
      dropOldest();
    }
    GraphCapture.launch(device, graph);
  }

  /** Forgets the least recently used one if there are too many. */
  private void dropOldest() {
    if (graphs.size() > MOST) {
      Iterator<CUgraphExec> i = graphs.values().iterator();
      CUgraphExec oldest = i.next();
      i.remove();
      GraphCapture.destroy(oldest);
    }
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>();
    graphs.values().forEach(g -> all.add(() -> GraphCapture.destroy(g)));
    graphs.clear();
    Closing.all(all);
  }
}
