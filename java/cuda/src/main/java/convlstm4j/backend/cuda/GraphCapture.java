package convlstm4j.backend.cuda;

import convlstm4j.backend.Closing;
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
      device.capturing(work);
      end(device, graph);
    } catch (RuntimeException e) {
      // So that the stream works again.
      Closing.after(
          e,
          () -> {
            end(device, graph);
            destroy(graph);
          });
      throw e;
    }
    CUgraphExec exec = new CUgraphExec();
    try {
      Driver.call("cuGraphInstantiate", () -> JCudaDriver.cuGraphInstantiate(exec, graph, 0L));
    } catch (RuntimeException e) {
      Closing.after(e, () -> destroy(graph));
      throw e;
    }
    try {
      destroy(graph);
    } catch (RuntimeException e) {
      Closing.after(e, () -> destroy(exec));
      throw e;
    }
    return exec;
  }

  private static void end(Device device, CUgraph graph) {
    Driver.call("cuStreamEndCapture", () -> JCudaDriver.cuStreamEndCapture(device.stream(), graph));
  }

  private static void destroy(CUgraph graph) {
    Driver.call("cuGraphDestroy", () -> JCudaDriver.cuGraphDestroy(graph));
  }

  static void launch(Device device, CUgraphExec graph) {
    Driver.call("cuGraphLaunch", () -> JCudaDriver.cuGraphLaunch(graph, device.stream()));
  }

  static void destroy(CUgraphExec graph) {
    Driver.call("cuGraphExecDestroy", () -> JCudaDriver.cuGraphExecDestroy(graph));
  }
}
