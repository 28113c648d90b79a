package convlstm4j.backend;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.BiConsumer;

/** A backend's memory whose calls a test sees. */
public final class WatchedMemory {
  private WatchedMemory() {}

  /**
   * A memory that does what another does.
   *
   * @param real the other
   * @param watch takes the name of each method that was called, and what it returned (null of void)
   */
  public static Memory of(Memory real, BiConsumer<String, Object> watch) {
    return (Memory)
        Proxy.newProxyInstance(
            Memory.class.getClassLoader(),
            new Class<?>[] {Memory.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(real, arguments);
                watch.accept(method.getName(), result);
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
