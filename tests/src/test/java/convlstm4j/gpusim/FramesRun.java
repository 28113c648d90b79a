package convlstm4j.gpusim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

/** {@code frames_to_float}, the one kernel that the backend never captures, as a CUDA graph. */
public final class FramesRun {
  private static final int STRUCT = 32;
  private static final int BLOCK = 256;
  private static final int BLOCKS = 32;

  /** What the simulated driver knows a fatbin by. */
  private static final byte[] IMAGE = {0x50, (byte) 0xed, 0x55, (byte) 0xba};

  private FramesRun() {}

  /** A pointer whose number can be read. */
  private static final class Address extends CUdeviceptr {
    long value() {
      return getNativePointer();
    }
  }

  /**
   * Converts bytes by a graph.
   *
   * @param frames bytes
   * @return what the kernel makes of them
   */
  public static float[] inGraph(byte[] frames) {
    JCudaDriver.setExceptionsEnabled(true);
    JCudaDriver.cuInit(0);
    CUdevice device = new CUdevice();
    CUcontext context = new CUcontext();
    CUmodule module = new CUmodule();
    CUfunction function = new CUfunction();
    CUstream stream = new CUstream();
    Address x = new Address();
    Address y = new Address();
    JCudaDriver.cuDeviceGet(device, 0);
    JCudaDriver.cuDevicePrimaryCtxRetain(context, device);
    JCudaDriver.cuCtxSetCurrent(context);
    JCudaDriver.cuModuleLoadData(module, IMAGE);
    JCudaDriver.cuModuleGetFunction(function, module, "frames_to_float");
    JCudaDriver.cuStreamCreate(stream, 1);
    JCudaDriver.cuMemAlloc(x, frames.length);
    JCudaDriver.cuMemAlloc(y, (long) frames.length * Float.BYTES);
    JCudaDriver.cuMemcpyHtoD(x, Pointer.to(frames), frames.length);
    ByteBuffer struct = ByteBuffer.allocateDirect(STRUCT).order(ByteOrder.nativeOrder());
    struct.putInt(STRUCT).putInt(0).putLong(x.value()).putLong(y.value()).putLong(frames.length);
    struct.flip();
    CUgraph graph = new CUgraph();
    CUgraphExec exec = new CUgraphExec();
    JCudaDriver.cuStreamBeginCapture(
        stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
    int blocks = Math.min(BLOCKS, (frames.length + BLOCK - 1) / BLOCK);
    JCudaDriver.cuLaunchKernel(
        function, blocks, 1, 1, BLOCK, 1, 1, 0, stream, Pointer.to(Pointer.to(struct)), null);
    JCudaDriver.cuStreamEndCapture(stream, graph);
    JCudaDriver.cuGraphInstantiate(exec, graph, 0L);
    JCudaDriver.cuGraphLaunch(exec, stream);
    JCudaDriver.cuStreamSynchronize(stream);
    float[] values = new float[frames.length];
    JCudaDriver.cuMemcpyDtoH(Pointer.to(values), y, (long) values.length * Float.BYTES);
    JCudaDriver.cuGraphExecDestroy(exec);
    JCudaDriver.cuGraphDestroy(graph);
    JCudaDriver.cuMemFree(x);
    JCudaDriver.cuMemFree(y);
    JCudaDriver.cuStreamDestroy(stream);
    JCudaDriver.cuModuleUnload(module);
    JCudaDriver.cuDevicePrimaryCtxRelease(device);
    return values;
  }
}
