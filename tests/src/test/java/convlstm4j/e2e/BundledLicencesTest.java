package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** The runnable jar says of all that it contains under which licence it is. */
class BundledLicencesTest {
  private static final Path JAR = Path.of(System.getProperty("convlstm4j.jar", "convlstm4j.jar"));
  private static final String LIST = "META-INF/THIRD-PARTY.txt";
  private static final Pattern CODE = Pattern.compile(".*\\.(class|so|dll|dylib|jnilib)[.0-9]*");

  private static String text(JarFile jar, String name) throws IOException {
    ZipEntry entry = jar.getEntry(name);
    assertTrue(entry != null, () -> name + " is not in " + JAR);
    try (InputStream in = jar.getInputStream(entry)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void everyFolderWithCodeIsListedAndNothingElse() throws IOException {
    assumeTrue(Files.exists(JAR), "no runnable jar yet: mvn verify");
    try (JarFile jar = new JarFile(JAR.toFile())) {
      List<String> listed =
          text(jar, LIST)
              .lines()
              .filter(l -> l.startsWith("  in: "))
              .flatMap(l -> Stream.of(l.substring(6).split(", ")))
              .toList();
      assertTrue(listed.size() >= 10, listed::toString);
      Set<String> unlisted = new TreeSet<>();
      Set<String> unused = new TreeSet<>(listed);
      jar.stream()
          .map(e -> e.getName().replaceFirst("^META-INF/versions/[0-9]+/", ""))
          .filter(n -> CODE.matcher(n).matches() && !n.startsWith("convlstm4j/"))
          .forEach(
              name -> {
                List<String> of = listed.stream().filter(f -> name.startsWith(f + "/")).toList();
                unused.removeAll(of);
                if (of.isEmpty()) {
                  unlisted.add(name);
                }
              });
      assertEquals(Set.of(), unlisted, "not in " + LIST);
      assertEquals(Set.of(), unused, "in " + LIST + " only");
    }
  }

  /** The others hold parts of NVIDIA's CUDA Toolkit. */
  @Test
  void ofJCudaOnlyWhatIsLoadedIsThere() throws IOException {
    assumeTrue(Files.exists(JAR), "no runnable jar yet: mvn verify");
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertEquals(
          List.of("JCudaDriver", "JCudnn"),
          jar.stream()
              .map(ZipEntry::getName)
              .filter(n -> n.matches("lib/.*[.]so"))
              .map(n -> n.replaceAll("lib/lib([A-Za-z]*)-.*", "$1"))
              .sorted()
              .toList());
    }
  }

  @Test
  void textsOfTheLicencesAreThere() throws IOException {
    assumeTrue(Files.exists(JAR), "no runnable jar yet: mvn verify");
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertTrue(text(jar, "META-INF/LICENSE").contains("Apache License"));
      assertTrue(text(jar, "META-INF/NOTICE").startsWith("ConvLSTM4J"));
      String list = text(jar, LIST);
      assertTrue(list.contains("\nMIT\n\nPermission is hereby granted"));
      assertTrue(list.contains("\nBSD-3-Clause (JLine)\n\nRedistribution"));
      assertTrue(list.contains("\nBSD-3-Clause (xbyak, "));
      String gpl = text(jar, "META-INF/licenses/GPL-3.0.txt");
      assertTrue(gpl.strip().startsWith("GNU GENERAL PUBLIC LICENSE"));
      assertTrue(gpl.contains("END OF TERMS AND CONDITIONS"));
      String exception = text(jar, "META-INF/licenses/GCC-exception-3.1.txt");
      assertTrue(exception.startsWith("GCC RUNTIME LIBRARY EXCEPTION"));
      for (String part : List.of("FastDoubleParser", "FastDoubleParser-ThirdParty", "Schubfach")) {
        assertTrue(text(jar, "META-INF/" + part + "-LICENSE").contains("Copyright"), part);
      }
    }
  }
}
