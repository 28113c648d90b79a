package convlstm4j.gpusim;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * On the simulated driver, fails a test that leaves device memory, a stream, an event, a graph or a
 * descriptor behind. Registered for all tests; does nothing without the simulated driver.
 */
public final class LeakCheck implements InvocationInterceptor {
  private static final int MOST_NAMED = 10;

  @Override
  public void interceptTestMethod(
      Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
      throws Throwable {
    checked(test);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
      throws Throwable {
    checked(test);
  }

  @Override
  public void interceptDynamicTest(
      Invocation<Void> test, DynamicTestInvocationContext dynamic, ExtensionContext context)
      throws Throwable {
    checked(test);
  }

  private static void checked(Invocation<Void> test) throws Throwable {
    if (!Simulator.isPresent()) {
      test.proceed();
      return;
    }
    List<String> before = Simulator.liveObjects();
    test.proceed();
    List<String> left = new ArrayList<>(Simulator.liveObjects());
    before.forEach(left::remove);
    if (!left.isEmpty()) {
      throw new AssertionError(
          left.size() + " left behind: " + left.subList(0, Math.min(left.size(), MOST_NAMED)));
    }
  }
}
