package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of the ops with C++ kernels once more, in a JVM whose kernels are built with
 * AddressSanitizer and UndefinedBehaviorSanitizer. {@code cpu/check} builds these, which {@code mvn
 * verify} calls before it comes here.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SanitizerTest {
  private static final Path LIBRARY =
      Path.of(
          System.getProperty("convlstm4j.root", ".."),
          "java/onednn-natives/target/cpu-check/sanitize-ON/libconvlstm4j.so");

  @TempDir static Path dir;

  private static String preload;

  private record Ended(int code, String text) {}

  @BeforeAll
  static void find() throws Exception {
    assumeTrue(Files.exists(LIBRARY), "no " + LIBRARY + "; mvn verify builds it where g++ is");
    List<String> runtimes = new ArrayList<>();
    for (String name : List.of("libasan.so", "libubsan.so")) {
      Ended where = run(new ProcessBuilder("c++", "-print-file-name=" + name));
      assumeTrue(where.text.startsWith("/"), "c++ has no " + name);
      runtimes.add(where.text.strip());
    }
    preload = String.join(":", runtimes);
    Path folder = dir.resolve("classes/convlstm4j/backend/onednn/" + platform());
    Files.createDirectories(folder);
    Files.copy(LIBRARY, folder.resolve("libconvlstm4j.so"));
  }

  /** As JavaCPP calls it. */
  private static String platform() {
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return "linux-" + (machine.equals("amd64") ? "x86_64" : machine.replace("aarch64", "arm64"));
  }

  private static Ended run(ProcessBuilder b) throws IOException, InterruptedException {
    Path out = Files.createTempFile(dir, "out", ".txt");
    Process process = b.redirectErrorStream(true).redirectOutput(out.toFile()).start();
    try {
      int code = process.waitFor();
      return new Ended(code, Files.readString(out, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  private static Ended cases(String argument) throws Exception {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Dfull=" + Sweep.FULL);
    command.add("-Dconvlstm4j.onednn.separate=true"); // every buffer its own malloc
    command.add("-Dorg.bytedeco.javacpp.cachedir=" + dir.resolve("cache"));
    command.addAll(List.of("-cp", dir.resolve("classes") + ":" + classes));
    command.addAll(List.of(SanitizedCases.class.getName(), argument));
    ProcessBuilder b = new ProcessBuilder(command);
    b.environment().put("LD_PRELOAD", preload);
    // The JVM has a use for faults, and leaks what it holds until the end.
    b.environment()
        .put(
            "ASAN_OPTIONS",
            Stream.of("segv", "sigbus", "sigfpe", "sigill")
                    .map(s -> "handle_" + s + "=0:")
                    .reduce("", String::concat)
                + "allow_user_segv_handler=1:detect_leaks=0:detect_stack_use_after_return=0");
    b.environment().put("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1");
    return run(b);
  }

  @Test
  void contractHoldsWithoutAReport() throws Exception {
    Ended ended = cases(Long.toString(Seeds.SEED));
    Seeds.replayable(() -> assertEquals(0, ended.code, ended.text));
    assertTrue(ended.text.contains("kernels in C++"), ended.text);
    assertTrue(ended.text.contains(SanitizedCases.DONE), ended.text);
  }

  @Test
  void anOverrunIsReported() throws Exception {
    Ended ended = cases(SanitizedCases.OVERRUN);
    assertNotEquals(0, ended.code, ended.text);
    assertTrue(ended.text.contains("AddressSanitizer: heap-buffer-overflow"), ended.text);
  }
}
