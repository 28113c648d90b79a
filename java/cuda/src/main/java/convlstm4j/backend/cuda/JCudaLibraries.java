package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.NativeCache;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.JCudaDriver;

/** JCuda's native libraries, loaded from a folder that only this user can write to. */
final class JCudaLibraries {
  static final String DRIVER = "JCudaDriver";
  static final String CUDNN = "JCudnn";

  /** The natives' version and platform (ADR 0009), as their file names have them. */
  private static final String SUFFIX = "-12.6.0-linux-x86_64.so";

  private static final String TEMPORARY = "java.io.tmpdir";
  private static final String[] LINKERS_FOLDERS = {
    "/lib", "/usr/lib", "/lib64", "/usr/lib64", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"
  };

  private JCudaLibraries() {}

  /**
   * Whether the dynamic linker would find a library, without loading anything.
   *
   * @param name such as {@code libcuda.so.1}
   */
  static boolean isInstalled(String name) {
    List<String> folders = new ArrayList<>(List.of(LINKERS_FOLDERS));
    String more = System.getenv("LD_LIBRARY_PATH");
    if (more != null) {
      folders.addAll(List.of(more.split("[:;]", -1)));
    }
    return folders.stream().anyMatch(f -> !f.isEmpty() && Files.exists(Path.of(f, name)))
        || isCached(name);
  }

  /** Whether the linker's cache, a binary file of names and paths, has the name. */
  private static boolean isCached(String name) {
    try {
      byte[] cache = Files.readAllBytes(Path.of("/etc/ld.so.cache"));
      return new String(cache, StandardCharsets.ISO_8859_1).contains(name + "\0");
    } catch (IOException e) {
      return false; // a system without one
    }
  }

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
    System.setProperty(TEMPORARY, unpacked.getParent().toString());
    try {
      firstUse.run();
    } finally {
      System.setProperty(TEMPORARY, before);
    }
  }
}
