package convlstm4j.gpusim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From JCuda through the simulated driver to one of our kernels and back. */
class DriverSmokeTest {
  private static final int COUNT = 1000;
  private static final int STRUCT = 32;
  private static final int BLOCK = 256;

  /** What the simulated driver knows a fatbin by. */
  private static final byte[] IMAGE = {0x50, (byte) 0xed, 0x55, (byte) 0xba};

  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final CUmodule module = new CUmodule();
  private final CUfunction function = new CUfunction();
  private final CUstream stream = new CUstream();
  private final Address x = new Address();
  private final Address y = new Address();

  @BeforeEach
  void open() {
    assumeTrue(Simulator.isPresent(), "no simulated GPU");
    JCudaDriver.setExceptionsEnabled(true);
    JCudaDriver.cuInit(0);
    JCudaDriver.cuDeviceGet(device, 0);
    JCudaDriver.cuDevicePrimaryCtxRetain(context, device);
    JCudaDriver.cuCtxSetCurrent(context);
    JCudaDriver.cuModuleLoadData(module, IMAGE);
    JCudaDriver.cuModuleGetFunction(function, module, "frames_to_float");
    JCudaDriver.cuStreamCreate(stream, 1);
    JCudaDriver.cuMemAlloc(x, COUNT);
    JCudaDriver.cuMemAlloc(y, COUNT * Float.BYTES);
    byte[] frames = new byte[COUNT];
    for (int i = 0; i < COUNT; i++) {
      frames[i] = (byte) (7 * i);
    }
    JCudaDriver.cuMemcpyHtoD(x, Pointer.to(frames), COUNT);
  }

  @AfterEach
  void close() {
    if (!Simulator.isPresent()) {
      return;
    }
    Simulator.schedule("forward", 1);
    JCudaDriver.setExceptionsEnabled(false); // a test may have stopped the context
    JCudaDriver.cuMemFree(x);
    JCudaDriver.cuMemFree(y);
    JCudaDriver.cuStreamDestroy(stream);
    JCudaDriver.cuModuleUnload(module);
    JCudaDriver.cuDevicePrimaryCtxRelease(device);
    JCudaDriver.setExceptionsEnabled(true);
  }

  private void launch(int bytes, long count) {
    ByteBuffer struct = ByteBuffer.allocateDirect(STRUCT).order(ByteOrder.nativeOrder());
    struct.putInt(bytes).putInt(0).putLong(x.value()).putLong(y.value()).putLong(count).flip();
    JCudaDriver.cuLaunchKernel(
        function, 3, 1, 1, BLOCK, 1, 1, 0, stream, Pointer.to(Pointer.to(struct)), null);
  }

  /** A pointer whose number can be read. */
  private static final class Address extends CUdeviceptr {
    long value() {
      return getNativePointer();
    }
  }

  private float[] values() {
    float[] values = new float[COUNT];
    JCudaDriver.cuMemcpyDtoH(Pointer.to(values), y, COUNT * Float.BYTES);
    return values;
  }

  @Test
  void kernelRunsInEveryOrder() {
    float[] expected = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      expected[i] = (7 * i % 256) / 255f;
    }
    for (String order : List.of("forward", "reverse", "random")) {
      Simulator.schedule(order, 7);
      Simulator.clearTrace();
      launch(STRUCT, COUNT);
      JCudaDriver.cuStreamSynchronize(stream);
      assertArrayEquals(expected, values());
      assertEquals(
          List.of("cuLaunchKernel", "cuStreamSynchronize", "cuMemcpyDtoH"),
          Simulator.trace().stream().map(c -> c.split(" ")[0]).collect(Collectors.toList()));
      assertEquals(
          List.of(new Simulator.KernelRun("frames_to_float", COUNT, 4 * COUNT, COUNT, 4 * COUNT)),
          Simulator.kernelBytes());
    }
  }

  @Test
  void kernelsInsideAreThoseOfTheJar() throws IOException {
    try (InputStream in =
        getClass().getResourceAsStream("/convlstm4j/backend/cuda/convlstm4j.sha256")) {
      assumeTrue(in != null, "built without nvcc");
      String hash = new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
      assertEquals(hash, Simulator.kernelHash());
    }
  }

  @Test
  void missingSynchroniseIsSeen() {
    launch(STRUCT, COUNT);
    assertThrows(CudaException.class, this::values);
    assertTrue(Simulator.lastError().contains("uninitialised"), Simulator.lastError());
  }

  @Test
  void accessBehindTheArrayNamesTheThread() {
    launch(STRUCT, COUNT + 1);
    assertThrows(CudaException.class, () -> JCudaDriver.cuStreamSynchronize(stream));
    String error = Simulator.lastError();
    assertTrue(
        error.startsWith(
            "kernel frames_to_float, block (0,0,0), thread (0,0,0): out of bounds read of 1 bytes,"
                + " 0 bytes past an allocation of 1000 bytes"),
        error);
  }

  @Test
  void wrongStructIsRefused() {
    assertThrows(CudaException.class, () -> launch(STRUCT - 8, COUNT));
    assertTrue(Simulator.lastError().contains("the kernel's struct has 32"), Simulator.lastError());
  }
}
