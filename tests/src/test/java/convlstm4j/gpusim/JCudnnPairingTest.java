package convlstm4j.gpusim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jcuda.JCudaVersion;
import jcuda.driver.JCudaDriver;
import jcuda.jcudnn.JCudnn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * JCudnn's classes are of one version, its native library of another (JCuda's version names the
 * file), so some native methods have no code: ours must call none of them.
 */
class JCudnnPairingTest {
  /** A class of JCuda's, its native library, and the library below that. */
  private enum Binding {
    DRIVER(JCudaDriver.class, "JCudaDriver", "libcuda.so.1"),
    CUDNN(JCudnn.class, "JCudnn", "libcudnn.so.9");

    final Class<?> type;
    final String name;
    final String below;

    Binding(Class<?> type, String name, String below) {
      this.type = type;
      this.name = name;
      this.below = below;
    }

    ElfSymbols library() throws IOException {
      String file = "/lib/lib" + name + "-" + JCudaVersion.get() + "-linux-x86_64.so";
      try (InputStream in = type.getResourceAsStream(file)) {
        assertTrue(in != null, () -> file + " is not on the class path");
        return ElfSymbols.of(in.readAllBytes());
      }
    }

    /** Whether the library has the code of a native method. */
    static boolean has(ElfSymbols library, JavaMethod method) {
      String symbol =
          "Java_" + mangled(method.getOwner().getName()) + "_" + mangled(method.getName());
      return library.defined().stream()
          .anyMatch(s -> s.equals(symbol) || s.startsWith(symbol + "__"));
    }

    /** A name as JNI spells it: Java Native Interface Specification, chapter 2. */
    private static String mangled(String name) {
      return name.replace("_", "_1").replace('.', '_');
    }
  }

  /** Calls what cuDNN 9 no longer has. */
  private static final class Planted {
    @SuppressWarnings("unused") // is only looked at
    static int call() {
      return JCudnn.cudnnOpsInferVersionCheck();
    }
  }

  /** The native methods of a binding that classes call, directly or through its other methods. */
  private static Set<JavaMethod> natives(Binding binding, JavaClasses callers) {
    JavaClass type = new ClassFileImporter().importClasses(binding.type).get(binding.type);
    Deque<JavaMethod> open = new ArrayDeque<>();
    Set<JavaMethod> seen = new HashSet<>();
    for (JavaClass c : callers) {
      for (JavaMethodCall call : c.getMethodCallsFromSelf()) {
        if (call.getTargetOwner().getName().equals(type.getName())) {
          open.add(callee(type, call));
        }
      }
    }
    while (!open.isEmpty()) {
      JavaMethod method = open.pop();
      if (seen.add(method)) {
        for (JavaMethodCall call : method.getMethodCallsFromSelf()) {
          if (call.getTargetOwner().equals(type)) {
            open.add(callee(type, call));
          }
        }
      }
    }
    return seen.stream()
        .filter(m -> m.getModifiers().contains(JavaModifier.NATIVE))
        .collect(Collectors.toSet());
  }

  private static JavaMethod callee(JavaClass type, JavaMethodCall call) {
    return type.getMethod(
        call.getName(),
        call.getTarget().getRawParameterTypes().stream()
            .map(JavaClass::getName)
            .toArray(String[]::new));
  }

  private static Set<String> lacking(Binding binding, JavaClasses callers) throws IOException {
    ElfSymbols library = binding.library();
    return natives(binding, callers).stream()
        .filter(m -> !Binding.has(library, m))
        .map(JavaMethod::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @EnumSource
  void backendCallsNoMethodThatTheLibraryLacks(Binding binding) throws IOException {
    JavaClasses backend =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("convlstm4j.backend.cuda");
    assertTrue(natives(binding, backend).size() > 10, "saw too few calls");
    assertEquals(Set.of(), lacking(binding, backend));
  }

  @Test
  void methodThatTheLibraryLacksIsFound() throws IOException {
    JavaClasses planted = new ClassFileImporter().importClasses(Planted.class);
    assertEquals(Set.of("cudnnOpsInferVersionCheckNative"), lacking(Binding.CUDNN, planted));
  }

  @ParameterizedTest
  @EnumSource
  void simulatedLibraryHasAllThatTheNativeLibraryWants(Binding binding) throws IOException {
    Optional<Path> simulated = onLibraryPath(binding.below);
    assumeTrue(simulated.isPresent(), () -> "no " + binding.below + " on LD_LIBRARY_PATH");
    Set<String> defined = ElfSymbols.of(Files.readAllBytes(simulated.get())).defined();
    Set<String> wanted =
        binding.library().wanted().stream()
            .filter(s -> s.matches("cu(dnn)?[A-Z].*"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertFalse(wanted.isEmpty(), "looked at nothing");
    wanted.removeAll(defined);
    assertEquals(Set.of(), wanted);
  }

  private static Optional<Path> onLibraryPath(String file) {
    String path = System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
    return Stream.of(path.split(":"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, file))
        .filter(Files::isRegularFile)
        .findFirst();
  }
}
