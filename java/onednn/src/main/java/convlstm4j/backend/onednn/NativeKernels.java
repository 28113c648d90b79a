package convlstm4j.backend.onednn;

import convlstm4j.backend.NativeAccess;
import convlstm4j.backend.NativeCache;
import convlstm4j.option.Activation;
import java.net.URL;
import org.bytedeco.javacpp.Loader;

/**
 * Our own kernels in C++ ({@code cpu/} in the sources): the gates, and ConvLSTM steps by Winograd's
 * algorithm. They share oneDNN's threads, so oneDNN is loaded before them. Addresses are of float32
 * arrays; strides count floats; 0 stands for an array that is left out. See {@code
 * cpu/include/kernels.h} for shapes.
 */
final class NativeKernels {
  /** Name of an instruction set that is to be used: avx512, avx2 or baseline. */
  static final String ISA_PROPERTY = "convlstm4j.onednn.isa";

  // What winogradFloats counts.
  static final int FORWARD_WEIGHTS = 0;
  static final int DATA_WEIGHTS = 1;
  static final int WEIGHT_GRADIENT = 2;
  static final int SCRATCH = 3;

  private static final String LIBRARY = "libconvlstm4j.so";

  private final long handle;
  private final int threads;

  private NativeKernels(long handle, int threads) {
    this.handle = handle;
    this.threads = threads;
  }

  /** The kernels, or why they are not there. */
  record Found(NativeKernels kernels, String reason) {}

  /**
   * Loads the library if the jar has it for this machine.
   *
   * @throws convlstm4j.backend.BackendException if it cannot be unpacked, as oneDNN's own cannot
   *     then
   */
  static Found load() {
    String platform = Loader.getPlatform();
    URL resource = NativeKernels.class.getResource(platform + "/" + LIBRARY);
    if (resource == null) {
      return new Found(null, "this build has no native kernels for " + platform);
    }
    try {
      System.load(NativeCache.open().unpack(resource, LIBRARY).toString());
      String wanted = System.getProperty(ISA_PROPERTY, "");
      long handle = choose(wanted);
      return handle == 0
          ? new Found(null, "this machine has no kernels named " + wanted)
          : new Found(new NativeKernels(handle, maxThreads()), "");
    } catch (UnsatisfiedLinkError | IllegalCallerException e) {
      return new Found(
          null,
          "the native kernels do not load: "
              + e.getMessage()
              + NativeAccess.advice(e, NativeKernels.class)
              + NativeCache.open().advice(e));
    }
  }

  /** The instruction set. */
  String name() {
    return name(handle);
  }

  /** Address of the instruction set's table of functions. */
  long handle() {
    return handle;
  }

  int threads() {
    return threads;
  }

  /** The number that the native side gives an activation; -1 if it has none. */
  static int code(Activation a) {
    return switch (a.kind()) {
      case LINEAR -> 0;
      case RELU -> 1;
      case TANH -> 2;
      case SIGMOID -> 3;
      case HARD_SIGMOID_KERAS2 -> 4;
      case HARD_SIGMOID_KERAS3 -> 5;
      default -> -1;
    };
  }

  /** Sizes of a layer, activations and peepholes as the native side takes them. */
  record Cell(
      long samples,
      long pixels,
      long filters,
      Activation activation,
      Activation recurrentActivation,
      long wci,
      long wcf,
      long wco) {}

  /** Sizes of a 3x3 "same" layer. */
  record Layer(long samples, long height, long width, long channels, long filters) {}

  void gatesForward(
      Cell c,
      long gates,
      boolean keep,
      long cBefore,
      long cAfter,
      long h,
      long output,
      long outputStride) {
    gatesForward(
        handle,
        threads,
        c.samples,
        c.pixels,
        c.filters,
        code(c.activation),
        code(c.recurrentActivation),
        c.wci,
        c.wcf,
        c.wco,
        gates,
        keep,
        cBefore,
        cAfter,
        h,
        output,
        outputStride);
  }

  void gatesBackward(
      Cell c,
      long gates,
      long cBefore,
      long cAfter,
      long dOutput,
      long outputStride,
      long dh,
      long dc,
      long dWci,
      long dWcf,
      long dWco) {
    gatesBackward(
        handle,
        threads,
        c.samples,
        c.pixels,
        c.filters,
        code(c.activation),
        code(c.recurrentActivation),
        c.wci,
        c.wcf,
        c.wco,
        gates,
        cBefore,
        cAfter,
        dOutput,
        outputStride,
        dh,
        dc,
        dWci,
        dWcf,
        dWco);
  }

  void cellsAgain(Cell c, long gates, long cBefore, long cAfter) {
    cellsAgain(handle, threads, c.samples, c.pixels, c.filters, gates, cBefore, cAfter);
  }

  /** Size of an array of the layer's, see the constants. */
  long winogradFloats(int what, Layer l) {
    return winogradFloats(
        handle, what, threads, l.samples, l.height, l.width, l.channels, l.filters);
  }

  void packForward(Layer l, long wx, long wh, long packed) {
    packForward(
        handle, threads, l.samples, l.height, l.width, l.channels, l.filters, wx, wh, packed);
  }

  void packData(Layer l, long wx, long wh, long packed) {
    packData(handle, threads, l.samples, l.height, l.width, l.channels, l.filters, wx, wh, packed);
  }

  /** Samples of an array of images, so many floats apart. */
  record Images(long address, long stride) {
    static final Images NONE = new Images(0, 0);
  }

  void winogradForward(
      Layer l,
      Cell c,
      long weights,
      long bias,
      Images x,
      Images h,
      long cBefore,
      long cAfter,
      Images hAfter,
      long gates,
      long scratch) {
    winogradForward(
        handle,
        threads,
        l.samples,
        l.height,
        l.width,
        l.channels,
        l.filters,
        code(c.activation),
        code(c.recurrentActivation),
        c.wci,
        c.wcf,
        c.wco,
        weights,
        bias,
        x.address,
        x.stride,
        h.address,
        h.stride,
        cBefore,
        cAfter,
        hAfter.address,
        hAfter.stride,
        gates,
        scratch);
  }

  void winogradData(Layer l, long weights, long dGates, Images dx, long dh, long scratch) {
    winogradData(
        handle,
        threads,
        l.samples,
        l.height,
        l.width,
        l.channels,
        l.filters,
        weights,
        dGates,
        dx.address,
        dx.stride,
        dh,
        scratch);
  }

  void winogradWeights(
      Layer l, long dGates, Images x, Images h, long dWeights, long dBias, long scratch) {
    winogradWeights(
        handle,
        threads,
        l.samples,
        l.height,
        l.width,
        l.channels,
        l.filters,
        dGates,
        x.address,
        x.stride,
        h.address,
        h.stride,
        dWeights,
        dBias,
        scratch);
  }

  void unpackWeights(Layer l, long dWeights, long dBias, long dwx, long dwh, long db) {
    unpackWeights(
        handle,
        threads,
        l.samples,
        l.height,
        l.width,
        l.channels,
        l.filters,
        dWeights,
        dBias,
        dwx,
        dwh,
        db);
  }

  private static native long choose(String wanted);

  /** OpenMP's number of threads: OMP_NUM_THREADS, or all cores. */
  private static native int maxThreads();

  private static native String name(long handle);

  private static native void gatesForward(
      long handle,
      int threads,
      long samples,
      long pixels,
      long filters,
      int activation,
      int recurrent,
      long wci,
      long wcf,
      long wco,
      long gates,
      boolean keep,
      long cBefore,
      long cAfter,
      long h,
      long output,
      long outputStride);

  private static native void cellsAgain(
      long handle,
      int threads,
      long samples,
      long pixels,
      long filters,
      long gates,
      long cBefore,
      long cAfter);

  private static native void gatesBackward(
      long handle,
      int threads,
      long samples,
      long pixels,
      long filters,
      int activation,
      int recurrent,
      long wci,
      long wcf,
      long wco,
      long gates,
      long cBefore,
      long cAfter,
      long dOutput,
      long outputStride,
      long dh,
      long dc,
      long dWci,
      long dWcf,
      long dWco);

  private static native long winogradFloats(
      long handle,
      int what,
      int threads,
      long samples,
      long height,
      long width,
      long channels,
      long filters);

  private static native void packForward(
      long handle,
      int threads,
      long samples,
      long height,
      long width,
      long channels,
      long filters,
      long wx,
      long wh,
      long packed);

  private static native void packData(
      long handle,
      int threads,
      long samples,
      long height,
      long width,
      long channels,
      long filters,
      long wx,
      long wh,
      long packed);

  private static native void winogradForward(
      long handle,
      int threads,
      long samples,
      long height,
      long width,
      long channels,
      long filters,
      int activation,
      int recurrent,
      long wci,
      long wcf,
      long wco,
      long weights,
      long bias,
      long x,
      long xStride,
      long h,
      long hStride,
      long cBefore,
      long cAfter,
      long hAfter,
      long hAfterStride,
      long gates,
      long scratch);

  private static native void winogradData(
      long handle,
      int threads,
      long samples,
      long height,
      long width,
      long channels,
      long filters,
      long weights,
      long dGates,
      long dx,
      long dxStride,
      long dh,
      long scratch);

  private static native void winogradWeights(
      long handle,
      int threads,
      long samples,
      long height,
      long width,
      long channels,
      long filters,
      long dGates,
      long x,
      long xStride,
      long h,
      long hStride,
      long dWeights,
      long dBias,
      long scratch);

  private static native void unpackWeights(
      long handle,
      int threads,
      long samples,
      long height,
      long width,
      long channels,
      long filters,
      long dWeights,
      long dBias,
      long dwx,
      long dwh,
      long db);
}
