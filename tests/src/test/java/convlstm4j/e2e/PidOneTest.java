package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * In a container every start has the process number 1. What a process left that was killed in the
 * middle of a save once blocked every save after it.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PidOneTest {
  private static final List<String> ALONE =
      List.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child");
  private static final int TRIES = 30;

  @TempDir Path dir;

  @Test
  void killInTheMiddleOfASaveBlocksNothing() throws Exception {
    assumeTrue(canBeAlone(), "no namespace of processes may be made here");
    Path data = TinyFolder.write(dir.resolve("data"));
    Path checkpoint = dir.resolve("a.ckpt");
    for (int i = 0; parts() == 0; i++) {
      assertTrue(i < TRIES, "no kill met a save");
      killInASave(start(data, checkpoint, 1_000_000));
    }
    long epochs = SafeFilesTest.progress(checkpoint).epoch() + 1;
    Process again = start(data, checkpoint, epochs);
    String shown = new String(again.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, again.waitFor(), shown);
    assertEquals(epochs, SafeFilesTest.progress(checkpoint).epoch());
    assertEquals(0, parts());
  }

  private Process start(Path data, Path checkpoint, long epochs) throws IOException {
    List<Object> words = new ArrayList<>(List.of("train", "--data", data, "--resume"));
    words.addAll(List.of("--output", checkpoint, "--epochs", epochs, "--filters", 2));
    words.addAll(List.of("--backend", "reference"));
    return new ProcessBuilder(Cli.process(ALONE, words.toArray()))
        .redirectErrorStream(true)
        .start();
  }

  private void killInASave(Process process) throws Exception {
    while (!Files.exists(dir.resolve("a.ckpt"))) {
      assertTrue(process.isAlive(), "ended by itself");
      Thread.sleep(1);
    }
    ProcessHandle java = process.toHandle().children().findFirst().orElseThrow();
    while (parts() == 0) {
      assertTrue(process.isAlive(), "ended by itself");
    }
    java.destroyForcibly();
    process.waitFor();
  }

  private long parts() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.filter(p -> p.toString().endsWith(".part")).count();
    }
  }

  private static boolean canBeAlone() throws InterruptedException {
    try {
      List<String> words = new ArrayList<>(ALONE);
      words.add("true");
      return new ProcessBuilder(words).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
