package convlstm4j.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Every method reaches the other, also one that is new in the interface and has a default there.
 */
class ForwardingTest {
  @Test
  void theBackend() throws Exception {
    everyMethod(Backend.class, ForwardingBackend::new);
  }

  @Test
  void thePlan() throws Exception {
    everyMethod(Plan.class, ForwardingPlan::new);
  }

  private interface Maker<T> {
    T of(T real);
  }

  private static <T> void everyMethod(Class<T> type, Maker<T> maker) throws Exception {
    List<String> called = new ArrayList<>();
    Object real =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              called.add(method.getName());
              return value(method.getReturnType());
            });
    T forwarding = maker.of(type.cast(real));
    List<String> expected = new ArrayList<>();
    for (Method m : type.getMethods()) {
      if (Modifier.isStatic(m.getModifiers()) || m.isBridge()) {
        continue;
      }
      expected.add(m.getName());
      Object[] arguments = new Object[m.getParameterCount()];
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = value(m.getParameterTypes()[i]);
      }
      try {
        assertEquals(value(m.getReturnType()), m.invoke(forwarding, arguments), m.getName());
      } catch (InvocationTargetException e) {
        throw new AssertionError(m.getName() + " is not handed on", e.getCause());
      }
    }
    assertEquals(expected, called);
  }

  /** Something that no default gives. */
  private static Object value(Class<?> type) {
    if (type == long.class) {
      return 77L;
    }
    if (type == int.class) {
      return 77;
    }
    if (type == boolean.class) {
      return false;
    }
    if (type == String.class) {
      return "77";
    }
    if (type == Optional.class) {
      return Optional.of(77);
    }
    if (type == Supplier.class) {
      return (Supplier<Object>) () -> 78;
    }
    return null;
  }
}
