package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How backends start, in processes of their own: where a library is missing, on some threads. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BackendStartTest {
  /** As on a machine for which oneDNN's jar has no library. */
  private static final String NOWHERE = "-Dorg.bytedeco.javacpp.platform=linux-nowhere";

  private static final String WHY = "onednn: the native library does not load on Linux";
  private static final String CAUSE = "UnsatisfiedLinkError: Could not find jni";

  @TempDir Path dir;

  private record Ended(int code, List<String> out, List<String> err) {}

  private Ended run(List<String> before, Object... words) throws Exception {
    return run(Cli.process(before, words));
  }

  private Ended run(List<String> command) throws IOException, InterruptedException {
    Path out = dir.resolve("out.txt");
    Path err = dir.resolve("err.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      int code = process.waitFor();
      List<String> errors = new ArrayList<>(Files.readAllLines(err, StandardCharsets.UTF_8));
      errors.removeIf(l -> l.startsWith("NOTE: Picked up JDK_JAVA_OPTIONS"));
      return new Ended(code, Files.readAllLines(out, StandardCharsets.UTF_8), errors);
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<String> options(String... options) {
    return List.of("env", "JDK_JAVA_OPTIONS=" + String.join(" ", options));
  }

  @Test
  void infoSaysWhyOnednnDoesNotStart() throws Exception {
    Ended info = run(options(NOWHERE), "info");
    assertEquals(0, info.code, info::toString);
    String line = line(info.out, "  onednn ");
    assertTrue(line.contains("does not start: " + WHY) && line.contains(CAUSE), line);
    assertTrue(line(info.out, "  reference ").contains("starts: "), info::toString);
  }

  @Test
  void autoTakesTheReferenceAndWarnsWhy() throws Exception {
    Path data = TinyFolder.write(dir.resolve("data"));
    Path model = dir.resolve("a.ckpt");
    // On this class path a library's settings of the log go first; in the jar the command's own do.
    Ended train =
        train(options(NOWHERE, "-Dorg.slf4j.simpleLogger.logFile=System.err"), data, model);
    assertEquals(0, train.code, train::toString);
    String line = train.err.stream().filter(l -> l.contains("WARN ")).findFirst().orElse("");
    assertTrue(line.contains("backend reference: "), train::toString);
    assertTrue(line.contains(WHY) && line.contains(CAUSE), line);
    assertTrue(Files.exists(model));
  }

  @Test
  void onednnByNameFailsWithTheCause() throws Exception {
    Path data = TinyFolder.write(dir.resolve("data"));
    Path model = dir.resolve("a.ckpt");
    Ended train = train(options(NOWHERE), data, model, "--backend", "onednn");
    assertEquals(2, train.code, train::toString);
    assertEquals(1, train.err.size(), train::toString);
    String line = train.err.get(0);
    assertTrue(line.startsWith("convlstm4j: " + WHY) && line.contains(CAUSE), line);
    assertFalse(Files.exists(model));
  }

  private Ended train(List<String> before, Path data, Path model, Object... more) throws Exception {
    List<Object> words =
        new ArrayList<>(List.of("train", "--data", data, "--output", model, "--epochs", 1));
    words.addAll(List.of("--filters", 2, "--window", 3));
    words.addAll(List.of(more));
    return run(before, words.toArray());
  }

  private static String line(List<String> lines, String start) {
    return lines.stream()
        .filter(l -> l.startsWith(start))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line " + start + " in " + lines));
  }

  /** What the launcher gives Java for {@code --threads}. */
  static List<String> options(int threads) {
    return List.of(
        "-Dconvlstm4j.threads=" + threads,
        "-XX:ActiveProcessorCount=" + threads,
        "-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + (threads - 1));
  }

  @Test
  void onednnUsesAsManyThreadsAsItIsGiven() throws Exception {
    for (int threads : Boolean.getBoolean("full") ? new int[] {1, 3} : new int[] {3}) {
      List<String> before = new ArrayList<>(options(options(threads).toArray(new String[0])));
      before.add("OMP_NUM_THREADS=" + threads);
      String line = line(run(before, "info").out, "  onednn ");
      assertTrue(line.contains(threads + " cores, " + threads + " Java threads"), line);
      assertTrue(line.contains(threads + " threads)") || line.contains("in Java ("), line);
    }
  }

  @Test
  void threadsWithoutTheLauncherAreRefused() throws Exception {
    Path data = TinyFolder.write(dir.resolve("data"));
    Path model = dir.resolve("a.ckpt");
    Cli train = Cli.run("train", "--data", data, "--output", model, "--threads", 2);
    assertEquals(2, train.code(), train::toString);
    assertTrue(train.errLines().get(0).contains("--threads works through ./convlstm4j only"));
  }
}
