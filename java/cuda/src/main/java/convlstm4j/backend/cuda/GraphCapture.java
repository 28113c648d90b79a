package convlstm4j.backend.cuda;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

/** Turns launches into a CUDA graph. */
final class GraphCapture {
  private GraphCapture() {}

  /**
   * Captures what is started on the device's stream instead of doing it.
   *
   * @param work starts launches; allocates and waits for nothing
   * @return the graph, to be {@linkplain #destroy destroyed}
   */
  static CUgraphExec capture(Device device, Runnable work) {
    CUgraph graph = new CUgraph();
    Driver.call(
        "cuStreamBeginCapture",
        () ->
            JCudaDriver.cuStreamBeginCapture(
                device.stream(), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    try {
      work.run();
      end(device, graph);
    } catch (RuntimeException e) {
      abandon(device, graph, e);
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

  private static void end(Device device, CUgraph graph) {
    Driver.call("cuStreamEndCapture", () -> JCudaDriver.cuStreamEndCapture(device.stream(), graph));
  }

  private static void destroy(CUgraph graph) {
    Driver.call("cuGraphDestroy", () -> JCudaDriver.cuGraphDestroy(graph));
  }

  /** Ends a capture that has failed, so that the stream works again. */
  private static void abandon(Device device, CUgraph graph, RuntimeException why) {
    try {
      end(device, graph);
      destroy(graph);
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
  }

  static void launch(Device device, CUgraphExec graph) {
    Driver.call("cuGraphLaunch", () -> JCudaDriver.cuGraphLaunch(graph, device.stream()));
  }

  static void destroy(CUgraphExec graph) {
    Driver.call("cuGraphExecDestroy", () -> JCudaDriver.cuGraphExecDestroy(graph));
  }
}
