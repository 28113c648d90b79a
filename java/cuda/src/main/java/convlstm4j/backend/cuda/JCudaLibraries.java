package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.NativeCache;
import java.net.URL;
import java.nio.file.Path;
import jcuda.driver.JCudaDriver;

/** JCuda's native libraries, loaded from a folder that only this user can write to. */
final class JCudaLibraries {
  static final String DRIVER = "JCudaDriver";
  static final String CUDNN = "JCudnn";

  /** The natives' version and platform (ADR 0009), as their file names have them. */
  private static final String SUFFIX = "-12.6.0-linux-x86_64.so";

  private static final String TEMPORARY = "java.io.tmpdir";

  private JCudaLibraries() {}

  /**
   * Loads a library of JCuda's. JCuda itself unpacks to a fixed name in {@value #TEMPORARY} and
   * loads what lies there already, whoever put it there; so that folder is ours while it does.
   *
   * @param name {@link #DRIVER} or {@link #CUDNN}
   * @param firstUse makes JCuda load it
   * @throws BackendException if it cannot be unpacked
   * @throws LinkageError if it does not load
   */
  static synchronized void load(String name, Runnable firstUse) {
    String file = "lib" + name + SUFFIX;
    URL resource = JCudaDriver.class.getResource("/lib/" + file);
    if (resource == null) {
      throw new BackendException(
          CudaBackend.NAME
              + ": "
              + file
              + " is not on the class path; add org.jcuda:jcuda-natives and jcudnn-natives for this"
              + " platform");
    }
    Path unpacked = NativeCache.open().unpack(resource, file);
    String before = System.getProperty(TEMPORARY);
    System.setProperty(TEMPORARY, String.valueOf(unpacked.getParent()));
    try {
      firstUse.run();
    } finally {
      System.setProperty(TEMPORARY, before);
    }
  }
}
