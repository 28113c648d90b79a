package convlstm4j.backend;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What to do where Java refuses native code (JEP 472): from Java 24 on it warns, and with {@code
 * --illegal-native-access=deny} or in a later release it throws, unless the code's module has been
 * named on the command line.
 */
public final class NativeAccess {
  private static final String REFUSAL = IllegalCallerException.class.getSimpleName();

  private NativeAccess() {}

  /**
   * The option to start Java with, if that is what a failure is about.
   *
   * @param failure what loading or a first call threw
   * @param callers classes that load libraries or have native methods
   * @return text to add to a message; empty if the failure is another
   */
  public static String advice(Throwable failure, Class<?>... callers) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      // Some libraries keep of a failure its text only.
      if (t instanceof IllegalCallerException || String.valueOf(t.getMessage()).contains(REFUSAL)) {
        return "; Java refuses native code unless it is started with " + option(callers);
      }
    }
    return "";
  }

  /**
   * The option that allows native code.
   *
   * @param callers classes that load libraries or have native methods
   * @return {@code --enable-native-access=} and the names of their modules, {@code ALL-UNNAMED} for
   *     those on the class path
   */
  static String option(Class<?>... callers) {
    Set<String> modules = new TreeSet<>();
    Stream.of(callers)
        .map(Class::getModule)
        .forEach(m -> modules.add(m.isNamed() ? m.getName() : "ALL-UNNAMED"));
    return "--enable-native-access=" + String.join(",", modules);
  }
}
