package convlstm4j.backend;

import convlstm4j.spi.Providers;
import convlstm4j.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLoggerFactory;

/** Finds backends. */
public final class Backends {
  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

  /** By name, since this module does not know the others. */
  private static final List<String> KNOWN =
      List.of(
          "convlstm4j.backend.cuda.CudaProvider",
          "convlstm4j.backend.onednn.OneDnnProvider",
          "convlstm4j.backend.reference.ReferenceProvider");

  /** Of the backend that is the specification, not fast. */
  private static final int SLOWEST = 0;

  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private Backends() {}

  /**
   * All providers on the class path, the fastest first: those that service files name, and this
   * library's own where they do not, since a jar of several jars may have kept one file of that
   * name only.
   *
   * @return the providers
   */
  public static List<BackendProvider> providers() {
    List<BackendProvider> all = Providers.of(BackendProvider.class, KNOWN);
    all.sort(Comparator.comparingInt(BackendProvider::priority).reversed());
    return all;
  }

  /**
   * Starts the fastest backend that starts and has an element type, and logs which one; as a
   * warning, with the reasons, if a faster one should have started. That a machine has no GPU is
   * none. If float32 ends on the plain Java of {@code reference}, that is said once, on standard
   * error where there is no log.
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
        if (p.priority() == SLOWEST && dtype == DType.FLOAT32) {
          warnOnce(slow(b, refused));
        } else if (failed) {
          LOG.warn("backend {}: {}; refused: {}", b.name(), b.description(), refused);
        } else {
          LOG.info("backend {}: {}", b.name(), b.description());
        }
        b.notice().ifPresent(n -> LOG.warn("backend {}: {}; {}", b.name(), b.description(), n));
        return b;
      } catch (BackendException e) {
        String why = String.valueOf(e.getMessage());
        refused.add(why.startsWith(p.name() + ": ") ? why : p.name() + ": " + why);
        failed |= !e.isNoDevice();
      }
    }
    throw new BackendException(
        "no backend starts: " + (refused.isEmpty() ? "none is on the class path" : refused));
  }

  private static String slow(Backend b, List<String> refused) {
    boolean there = providers().stream().anyMatch(p -> p.name().equals("onednn"));
    return "backend "
        + b.name()
        + ": "
        + b.description()
        + ": many times slower than onednn; refused: "
        + refused
        + (there ? "" : ", onednn: is not on the class path")
        + ". "
        + (there
            ? "Mend that"
            : "Add io.github.convlstm4j:convlstm4j-onednn with its dependencies to the class path")
        + ", or choose the backend "
        + b.name()
        + " by name if it is what you want";
  }

  /** Also where the program has no provider of SLF4J, which then says nothing at all. */
  private static void warnOnce(String message) {
    if (!WARNED.compareAndSet(false, true)) {
      LOG.info("{}", message);
    } else if (LoggerFactory.getILoggerFactory() instanceof NOPLoggerFactory) {
      System.getLogger(Backends.class.getName()).log(System.Logger.Level.WARNING, message);
    } else {
      LOG.warn("{}", message);
    }
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
