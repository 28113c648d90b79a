package convlstm4j.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** Finds what implements a service. */
public final class Providers {
  private Providers() {}

  /**
   * All on the class path: those that service files name, and this library's own where they do not,
   * since a jar of several jars may have kept one file of that name only.
   *
   * @param service what is implemented
   * @param known names of this library's own classes that may be there
   * @param <T> type of the service
   * @return an instance of each
   * @throws IllegalStateException if a known class is there but cannot be used
   */
  public static <T> List<T> of(Class<T> service, List<String> known) {
    // The core's descriptor cannot name a service of another module.
    Providers.class.getModule().addUses(service);
    List<T> all = new ArrayList<>();
    ServiceLoader.load(service).forEach(all::add);
    for (String name : known) {
      if (all.stream().noneMatch(p -> p.getClass().getName().equals(name))) {
        known(service, name).ifPresent(all::add);
      }
    }
    return all;
  }

  private static <T> Optional<T> known(Class<T> service, String name) {
    try {
      Class<?> found = Class.forName(name, true, Providers.class.getClassLoader());
      return Optional.of(service.cast(found.getConstructor().newInstance()));
    } catch (ClassNotFoundException e) {
      return Optional.empty(); // that module is not on the class path
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IllegalStateException(name + ": is there but cannot be used: " + e, e);
    }
  }
}
