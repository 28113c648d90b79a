package convlstm4j.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The library of our kernels loads on old systems, see docs/adr/0051. */
class NativeLibraryTest {
  private static final String GLIBC = "GLIBC_";
  private static final Version NEWEST = Version.parse("2.17");

  private static ElfNeeds library() throws IOException {
    URL library = NativeKernels.find("linux-x86_64");
    assertTrue(
        library != null || !Stream.of("cmake", "make", "c++").allMatch(NativeLibraryTest::isOnPath),
        "the tools are there, but the library is not");
    assumeTrue(library != null, "built without a C++ compiler: no library to look at");
    try (InputStream in = library.openStream()) {
      return ElfNeeds.of(in.readAllBytes());
    }
  }

  private static boolean isOnPath(String tool) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }

  @Test
  void needsNoNewerLibcThanThatOfRhel7() throws IOException {
    Map<String, Set<String>> versions = library().versions();
    assertTrue(versions.containsKey("libc.so.6"), versions::toString);
    Set<String> newer = new TreeSet<>();
    versions.forEach(
        (file, names) ->
            names.stream()
                .filter(n -> n.startsWith(GLIBC))
                .filter(n -> isNewer(n.substring(GLIBC.length())))
                .forEach(n -> newer.add(file + ": " + n)));
    assertEquals(Set.of(), newer);
  }

  /**
   * Before it had a jar of its own it lay among the classes, where an old one would be found first.
   */
  @Test
  void isThereOnce() throws IOException {
    List<URL> all =
        Collections.list(
            NativeKernels.class
                .getClassLoader()
                .getResources("convlstm4j/backend/onednn/linux-x86_64/libconvlstm4j.so"));
    assertTrue(all.size() <= 1, () -> "old ones too, mvn clean removes them: " + all);
  }

  /** The C++ side was compiled with the methods that there are. */
  @Test
  void cppSideHasTheHeaderThatJavacWrites() throws IOException {
    String name = "convlstm4j_backend_onednn_NativeKernels.h";
    Path classes =
        Path.of(NativeKernels.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    Path written = classes.resolveSibling("native-headers").resolve(name);
    assertEquals(
        Files.readString(written),
        Files.readString(Path.of("../../cpu/jni", name)),
        () -> "copy " + written + " to cpu/jni");
  }

  private static boolean isNewer(String version) {
    return !version.matches("[0-9.]+") || Version.parse(version).compareTo(NEWEST) > 0;
  }

  @Test
  void needsNoRuntimeOfTheCompilerButOpenMp() throws IOException {
    Set<String> libraries = new TreeSet<>(library().libraries());
    libraries.removeIf(l -> l.startsWith("libc.so.") || l.startsWith("ld-linux"));
    // libgomp of gcc or libomp of clang: the kernels' threads are oneDNN's.
    assertTrue(
        Set.of("libgomp.so.1").equals(libraries) || Set.of("libomp.so").equals(libraries),
        libraries::toString);
  }

  /** The test would see it: oneDNN's own library is newer. */
  @Test
  void seesWhatNeedsMore() throws IOException {
    try (InputStream in =
        NativeLibraryTest.class.getResourceAsStream(
            "/org/bytedeco/dnnl/linux-x86_64/libjnidnnl.so")) {
      ElfNeeds needs = ElfNeeds.of(in.readAllBytes());
      assertTrue(needs.libraries().containsAll(List.of("libstdc++.so.6", "libdnnl.so.3")));
      assertFalse(
          needs.versions().get("libc.so.6").stream()
              .map(n -> n.substring(GLIBC.length()))
              .noneMatch(NativeLibraryTest::isNewer),
          needs::toString);
    }
  }
}
