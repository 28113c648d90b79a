package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.Closing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Starts the backend, tried out. */
final class Opening {
  private Opening() {}

  /**
   * Opens the backend and computes, in the process of a {@link TrialProcess}; it ends before this
   * does if cuDNN ends it.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    start(false).close();
  }

  /**
   * A backend that has computed a little, so that it does not fail at the first model for want of a
   * library.
   *
   * @throws BackendException saying what is missing
   */
  static CudaBackend start() {
    return start(true);
  }

  /**
   * The same.
   *
   * @param guarded whether another process tries first where a library is missing
   */
  static CudaBackend start(boolean guarded) {
    Device device = Device.open();
    List<String> missing = new ArrayList<>();
    CudaBackend backend = null;
    try {
      missing.addAll(Driver.loadCudnnsOwn());
      if (guarded && !missing.isEmpty()) {
        check(TrialProcess.death(Opening.class));
      }
      backend = new CudaBackend(device);
      OpeningTrial.run(backend, backend.memory());
      backend.memory().trim();
      check(mixed());
    } catch (RuntimeException e) {
      Closing.after(e, backend == null ? device : backend);
      throw e instanceof BackendException b ? explained(b, missing) : e;
    }
    return backend;
  }

  private static void check(Optional<String> fault) {
    fault.ifPresent(
        why -> {
          throw new BackendException(CudaBackend.NAME + ": " + why);
        });
  }

  /** A failure with what may be behind it. */
  private static BackendException explained(BackendException e, List<String> missing) {
    List<String> reasons = new ArrayList<>();
    if (!missing.isEmpty()
        && String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("cudnn")) {
      reasons.add(
          "cuDNN opens libraries that are missing here: "
              + String.join(", ", missing)
              + "; "
              + SystemLibraries.places());
    }
    mixed().filter(why -> !String.valueOf(e.getMessage()).contains(why)).ifPresent(reasons::add);
    return reasons.isEmpty()
        ? e
        : new BackendException(e.getMessage() + "; " + String.join("; ", reasons), e);
  }

  private static Optional<String> mixed() {
    List<String> libraries = SystemLibraries.mixedCudnn();
    return libraries.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "parts of different versions or installations of cuDNN are mixed: "
                + String.join(", ", libraries)
                + "; leave one");
  }
}
