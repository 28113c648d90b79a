package convlstm4j.backend;

import convlstm4j.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds backends. */
public final class Backends {
  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

  private Backends() {}

  /**
   * All providers on the class path, the fastest first.
   *
   * @return the providers
   */
  public static List<BackendProvider> providers() {
    List<BackendProvider> all = new ArrayList<>();
    ServiceLoader.load(BackendProvider.class).forEach(all::add);
    all.sort(Comparator.comparingInt(BackendProvider::priority).reversed());
    return all;
  }

  /**
   * Starts the fastest backend that starts and has an element type, and logs which one; as a
   * warning, with the reasons, if a faster one should have started. That a machine has no GPU is
   * none.
   *
   * @param dtype what is to be computed
   * @return a backend, which the caller closes
   * @throws BackendException if none starts
   */
  public static Backend auto(DType dtype) {
    List<String> refused = new ArrayList<>();
    boolean failed = false;
    for (BackendProvider p : providers()) {
      try {
        Backend b = p.start();
        if (!b.supports(dtype)) {
          b.close();
          refused.add(p.name() + ": does not compute in " + dtype);
          continue;
        }
        if (failed) {
          LOG.warn("backend {}: {}; refused: {}", b.name(), b.description(), refused);
        } else {
          LOG.info("backend {}: {}", b.name(), b.description());
        }
        return b;
      } catch (BackendException e) {
        String why = e.getMessage();
        refused.add(why.startsWith(p.name() + ": ") ? why : p.name() + ": " + why);
        failed |= !e.isNoDevice();
      }
    }
    throw new BackendException(
        "no backend starts: " + (refused.isEmpty() ? "none is on the class path" : refused));
  }

  /**
   * Starts the fastest backend for float32, see {@link #auto(DType)}.
   *
   * @return a backend, which the caller closes
   * @throws BackendException if none starts
   */
  public static Backend auto() {
    return auto(DType.FLOAT32);
  }

  /**
   * Starts the backend of a name, or {@link #auto(DType)} for {@code auto}.
   *
   * @param name for instance {@code reference}
   * @param dtype what is to be computed
   * @return a backend, which the caller closes
   * @throws BackendException if it is not there or cannot start
   */
  public static Backend named(String name, DType dtype) {
    if (name.equals("auto")) {
      return auto(dtype);
    }
    for (BackendProvider p : providers()) {
      if (p.name().equals(name)) {
        return p.start();
      }
    }
    throw new BackendException(
        "backend "
            + name
            + " is not there; expected auto or one of "
            + providers().stream().map(BackendProvider::name).collect(Collectors.joining(", ")));
  }

  /**
   * Starts the backend of a name, or {@link #auto()} for {@code auto}.
   *
   * @param name for instance {@code reference}
   * @return a backend, which the caller closes
   * @throws BackendException if it is not there or cannot start
   */
  public static Backend named(String name) {
    return named(name, DType.FLOAT32);
  }
}
