package convlstm4j.backend.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's libraries on this machine: where the dynamic linker looks, and where it does not but
 * they often are. A library that is loaded from there is found by its name by those that want it.
 */
final class SystemLibraries {
  /** Folders that are searched first, separated by colons. */
  static final String PATH = "convlstm4j.cuda.path";

  private static final List<String> LINKERS_FOLDERS =
      List.of(
          "/lib",
          "/usr/lib",
          "/lib64",
          "/usr/lib64",
          "/lib/x86_64-linux-gnu",
          "/usr/lib/x86_64-linux-gnu");

  /** The first version of CUDA whose wheels do not have it in their names, cuDNN's aside. */
  private static final int PLAIN_WHEELS = 13;

  private final Map<String, String> environment;

  SystemLibraries() {
    this(System.getenv());
  }

  SystemLibraries(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Where all is looked for, for messages. */
  static String places() {
    return "looked for in -D"
        + PATH
        + ", LD_LIBRARY_PATH, the linker's folders, /usr/local/cuda*, Python's wheels"
        + " (nvidia/*/lib) and conda's lib";
  }

  /**
   * What brings a library.
   *
   * @param cuda version of CUDA that it is for
   */
  static String source(String name, int cuda) {
    String wheel = cuda < PLAIN_WHEELS ? "-cu" + cuda : "";
    if (name.startsWith("libcublasLt")) {
      return "pip: nvidia-cublas" + wheel + "; apt: libcublas-" + cuda + "-*; conda: libcublas";
    }
    if (name.startsWith("libnvrtc")) {
      return "pip: nvidia-cuda-nvrtc"
          + wheel
          + "; apt: cuda-nvrtc-"
          + cuda
          + "-*; conda: cuda-nvrtc";
    }
    return "pip: nvidia-cudnn-cu" + cuda + "; apt: cudnn9-cuda-" + cuda + "; conda: cudnn";
  }

  /**
   * Whether the dynamic linker would find a library, without loading anything.
   *
   * @param name such as {@code libcuda.so.1}
   */
  boolean isLinked(String name) {
    List<String> folders = new ArrayList<>(LINKERS_FOLDERS);
    folders.addAll(split(environment.get("LD_LIBRARY_PATH"), "[:;]"));
    return folders.stream().anyMatch(f -> Files.exists(Path.of(f, name))) || isCached(name);
  }

  /** Whether a library is anywhere where it is looked for. */
  boolean isThere(String name) {
    return isLinked(name) || find(name).isPresent();
  }

  /**
   * Loads a library from where the dynamic linker would not look, or from the folder that the user
   * has named; does nothing if the linker finds it, or nobody does.
   *
   * @throws UnsatisfiedLinkError if it is there but does not load
   */
  void load(String name) {
    Optional<Path> named = first(named(), name);
    if (named.isPresent()) {
      System.load(named.get().toString());
    } else if (!isLinked(name)) {
      find(name).ifPresent(p -> System.load(p.toString()));
    }
  }

  /** A library beside the linker's folders, with an absolute path. */
  Optional<Path> find(String name) {
    return first(folders(), name);
  }

  private static Optional<Path> first(Collection<Path> folders, String name) {
    return folders.stream()
        .map(f -> f.resolve(name).toAbsolutePath())
        .filter(Files::exists)
        .findFirst();
  }

  private static List<Path> named() {
    return split(System.getProperty(PATH), ":").stream().map(Path::of).toList();
  }

  private static List<String> split(@Nullable String list, String separator) {
    return list == null
        ? List.of()
        : List.of(list.split(separator, -1)).stream().filter(f -> !f.isBlank()).toList();
  }

  /** The folders that the dynamic linker does not know. */
  private Set<Path> folders() {
    Set<Path> all = new LinkedHashSet<>(named());
    for (Path cuda : matches(Path.of("/usr/local"), "cuda*")) {
      all.add(cuda.resolve("lib64"));
      all.add(cuda.resolve("targets/x86_64-linux/lib"));
    }
    List<Path> prefixes = new ArrayList<>();
    variable("VIRTUAL_ENV").ifPresent(prefixes::add);
    variable("CONDA_PREFIX").ifPresent(prefixes::add);
    split(environment.get("PATH"), ":").stream()
        .map(f -> Path.of(f, "python3"))
        .filter(Files::isExecutable)
        .findFirst()
        .flatMap(SystemLibraries::prefix)
        .ifPresent(prefixes::add);
    variable("HOME").map(h -> h.resolve(".local")).ifPresent(prefixes::add);
    for (Path prefix : prefixes) {
      for (Path python : matches(prefix.resolve("lib"), "python3*")) {
        for (String packages : List.of("site-packages", "dist-packages")) {
          for (Path wheel : matches(python.resolve(packages).resolve("nvidia"), "*")) {
            all.add(wheel.resolve("lib"));
          }
        }
      }
    }
    variable("CONDA_PREFIX").ifPresent(p -> all.add(p.resolve("lib")));
    return all;
  }

  private Optional<Path> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank()).map(Path::of);
  }

  /** The prefix of an installed Python: of a virtual environment itself, not of what it links. */
  private static Optional<Path> prefix(Path python) {
    try {
      boolean virtual = Files.exists(python.resolve("../../pyvenv.cfg").normalize());
      return Optional.of(virtual ? python.toAbsolutePath() : python.toRealPath())
          .map(Path::getParent)
          .map(Path::getParent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> matches(Path folder, String glob) {
    List<Path> all = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, glob)) {
        found.forEach(all::add);
      } catch (IOException e) {
        return List.of(); // not ours to read, so nothing is found there
      }
    }
    all.sort(null);
    return all;
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
   * Parts of cuDNN that do not belong together, of those in this process and those beside them.
   *
   * @return their paths; empty if all are of one version
   */
  static List<String> mixedCudnn() {
    Set<Path> loaded = new TreeSet<>();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
        int at = line.contains("libcudnn") ? line.indexOf('/') : -1; // few of hundreds
        if (at > 0 && isCudnn(Path.of(line.substring(at)).getFileName().toString())) {
          loaded.add(Path.of(line.substring(at)));
        }
      }
    } catch (IOException e) {
      return List.of(); // no such file on this system: nothing can be told
    }
    Set<Path> parts = new TreeSet<>(loaded);
    for (Path folder : loaded.stream().map(Path::getParent).collect(Collectors.toSet())) {
      for (Path p : matches(folder, "libcudnn*.so.9")) {
        try {
          parts.add(p.toRealPath());
        } catch (IOException e) {
          parts.add(p); // a link to nothing
        }
      }
    }
    boolean one = parts.stream().map(SystemLibraries::version).distinct().count() <= 1;
    boolean together = loaded.stream().map(Path::getParent).distinct().count() <= 1;
    return one && together ? List.of() : parts.stream().map(Path::toString).toList();
  }

  private static boolean isCudnn(String file) {
    return file.matches("libcudnn[a-z_]*\\.so\\.9.*");
  }

  /** What a file's name says of the version, {@code 9.10.2} or only {@code 9}. */
  private static String version(Path library) {
    return library.getFileName().toString().replaceFirst(".*\\.so\\.", "");
  }
}
