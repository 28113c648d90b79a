package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.NativeAccess;
import convlstm4j.backend.NativeCache;
import java.util.ArrayList;
import java.util.List;
import jcuda.CudaException;
import jcuda.driver.JCudaDriver;
import jcuda.jcudnn.JCudnn;

/** The one path from a status of the driver or of cuDNN to an exception. */
final class Driver {
  private static final String NO_DRIVER =
      "no NVIDIA driver: libcuda.so.1 cannot be loaded; install driver 580 or newer";

  private static final int NEWEST_CUDA = 13;
  private static final int CUDA_MAJOR = 1000;

  private static boolean on;
  private static boolean cudnnOn;

  private Driver() {}

  /** A call that returns a status. */
  interface Call {
    /** Makes the call. */
    int run();
  }

  /**
   * Loads JCuda's library and switches its exceptions on.
   *
   * @throws BackendException if there is no driver here
   */
  static synchronized void load() {
    if (on) {
      return;
    }
    SystemLibraries libraries = new SystemLibraries();
    if (!libraries.isThere("libcuda.so.1")) {
      throw BackendException.noDevice(
          CudaBackend.NAME + ": " + NO_DRIVER + KernelImage.absence(), null);
    }
    try {
      libraries.load("libcuda.so.1");
      JCudaLibraries.load(JCudaLibraries.DRIVER, () -> JCudaDriver.setExceptionsEnabled(true));
    } catch (LinkageError | IllegalCallerException e) {
      if (!NativeAccess.advice(e, JCudaDriver.class).isEmpty()) {
        throw new BackendException(missing("JCuda's library cannot be loaded", e), e);
      }
      throw BackendException.noDevice(missing(NO_DRIVER, e), e);
    }
    on = true;
  }

  private static String missing(String what, Throwable cause) {
    return CudaBackend.NAME
        + ": "
        + what
        + " ("
        + firstLine(cause)
        + ")"
        + NativeAccess.advice(cause, JCudaDriver.class, JCudnn.class)
        + NativeCache.open().advice(cause);
  }

  private static String firstLine(Throwable t) {
    String message = String.valueOf(t.getMessage());
    return message.lines().filter(l -> l.contains(".so")).findFirst().orElse(message).strip();
  }

  /**
   * Loads JCudnn's library.
   *
   * @return cuDNN's version, for instance 91300 for 9.13.0
   * @throws BackendException if there is no cuDNN 9 here
   */
  static synchronized long loadCudnn() {
    try {
      if (!cudnnOn) {
        new SystemLibraries().load("libcudnn.so.9");
        // Off: its texts know cuDNN 8's numbers only.
        JCudaLibraries.load(JCudaLibraries.CUDNN, () -> JCudnn.setExceptionsEnabled(false));
        cudnnOn = true;
      }
      return JCudnn.cudnnGetVersion();
    } catch (LinkageError | IllegalCallerException e) {
      throw new BackendException(
          missing(
              "no cuDNN 9: libcudnn.so.9 cannot be loaded; install cuDNN 9 for CUDA 13 ("
                  + SystemLibraries.source("libcudnn", NEWEST_CUDA)
                  + "), "
                  + SystemLibraries.places(),
              e),
          e);
    }
  }

  /**
   * Loads what cuDNN opens only when it first convolves, where the dynamic linker would not find
   * it.
   *
   * @return what is nowhere, each with what brings it
   */
  static List<String> loadCudnnsOwn() {
    int cuda = (int) (JCudnn.cudnnGetCudartVersion() / CUDA_MAJOR);
    SystemLibraries libraries = new SystemLibraries();
    List<String> missing = new ArrayList<>();
    for (String library : List.of("libcublasLt", "libnvrtc")) {
      String name = library + ".so." + cuda;
      if (libraries.isThere(name)) {
        try {
          libraries.load(name);
        } catch (UnsatisfiedLinkError e) {
          missing.add(name + ", which does not load (" + firstLine(e) + ")");
        }
      } else {
        missing.add(name + " (" + SystemLibraries.source(name, cuda) + ")");
      }
    }
    return missing;
  }

  /**
   * Makes a call of the driver API.
   *
   * @param name of the function, for the message
   * @param call what to do
   * @throws BackendException if it fails, naming the function and the driver's error
   */
  static void call(String name, Call call) {
    try {
      call.run();
    } catch (CudaException e) {
      throw new BackendException(CudaBackend.NAME + ": " + name + ": " + e.getMessage(), e);
    }
  }

  /**
   * Makes a call of cuDNN.
   *
   * @param name of the function, for the message
   * @param call what to do
   * @throws BackendException if it fails, naming the function and cuDNN's own text
   */
  static void cudnn(String name, Call call) {
    int status = statusOf(name, call);
    if (status != 0) {
      throw failure(name, status);
    }
  }

  /**
   * Makes a call of cuDNN that may fail.
   *
   * @param name of the function, for the message
   * @param call what to do
   * @return its status
   * @throws BackendException if JCudnn loses the status
   */
  static int statusOf(String name, Call call) {
    try {
      return call.run();
    } catch (ArrayIndexOutOfBoundsException e) {
      // JCudnn reads the results of a call that has failed, so the status does not get through.
      throw new BackendException(
          CudaBackend.NAME + ": " + name + ": cuDNN refuses the call and JCudnn loses the reason",
          e);
    }
  }

  /** A status of cuDNN's as an exception that names the function. */
  static BackendException failure(String name, int status) {
    return new BackendException(CudaBackend.NAME + ": " + name + ": " + status(status));
  }

  /** A status of cuDNN's as text. */
  static String status(int status) {
    return JCudnn.cudnnGetErrorString(status) + " (" + status + ")";
  }
}
