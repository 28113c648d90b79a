package convlstm4j.backend.cuda;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

/**
 * Stretches of launches as CUDA graphs: one launch instead of hundreds. A stretch is known by the
 * addresses that its launches use. It runs plainly the first time, is captured the second time and
 * replayed from then on. Since {@link DeviceMemory} hands out the same addresses in every training
 * step, one or two graphs serve a whole training.
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
    CUgraphExec graph = graphs.get(addresses);
    if (graph == null) {
      if (seen.size() > MOST_SEEN) {
        seen.clear(); // addresses that never come again
      }
      if (!Settings.graphs() || seen.add(addresses)) {
        stretch.run();
        return;
      }
      graph = capture(stretch);
      seen.remove(addresses);
      graphs.put(addresses, graph);
      drop(MOST);
    }
    CUgraphExec g = graph;
    Driver.call("cuGraphLaunch", () -> JCudaDriver.cuGraphLaunch(g, device.stream()));
  }

  private CUgraphExec capture(Runnable stretch) {
    CUgraph graph = new CUgraph();
    Driver.call(
        "cuStreamBeginCapture",
        () ->
            JCudaDriver.cuStreamBeginCapture(
                device.stream(), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    try {
      stretch.run();
      end(graph);
    } catch (RuntimeException e) {
      abandon(graph, e);
      throw e;
    }
    try {
      CUgraphExec exec = new CUgraphExec();
      Driver.call("cuGraphInstantiate", () -> JCudaDriver.cuGraphInstantiate(exec, graph, 0L));
      return exec;
    } finally {
      destroy(graph);
    }
  }

  private void end(CUgraph graph) {
    Driver.call("cuStreamEndCapture", () -> JCudaDriver.cuStreamEndCapture(device.stream(), graph));
  }

  private static void destroy(CUgraph graph) {
    Driver.call("cuGraphDestroy", () -> JCudaDriver.cuGraphDestroy(graph));
  }

  /** Ends a capture that has failed, so that the stream works again. */
  private void abandon(CUgraph graph, RuntimeException why) {
    try {
      end(graph);
      destroy(graph);
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
  }

  /** Forgets the least recently used ones beyond a number. */
  private void drop(int most) {
    Iterator<CUgraphExec> i = graphs.values().iterator();
    while (graphs.size() > most) {
      CUgraphExec oldest = i.next();
      i.remove();
      Driver.call("cuGraphExecDestroy", () -> JCudaDriver.cuGraphExecDestroy(oldest));
    }
  }

  @Override
  public void close() {
    drop(0);
  }
}
