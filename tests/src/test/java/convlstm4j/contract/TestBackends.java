package convlstm4j.contract;

import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Backends;
import java.util.ArrayList;
import java.util.List;

/**
 * The backends that tests run on: those that {@code -Drequire=} names, separated by commas. Without
 * it those of the CPU; the build runs the same tests once more with {@code cuda} on the simulated
 * driver, and on a machine with a GPU they run with {@code -Drequire=cuda} as they are. One that
 * does not start fails the tests.
 */
public final class TestBackends {
  private static final String CPU = "reference,onednn";

  private TestBackends() {}

  /** Their providers. */
  public static List<BackendProvider> providers() {
    List<BackendProvider> all = new ArrayList<>();
    for (String name : System.getProperty("require", CPU).split(",")) {
      all.add(
          Backends.providers().stream()
              .filter(p -> p.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () -> new AssertionError("-Drequire=" + name + ": no such backend is here")));
    }
    return all;
  }

  /** Whether tests run on a backend. */
  public static boolean include(String name) {
    return providers().stream().anyMatch(p -> p.name().equals(name));
  }
}
