package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A program that trains shows how it goes where somebody looks on, and only there. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class FitOnTerminalTest {
  /** Lines of epochs that it shows of each kind of training. */
  private static List<List<String>> epochs(String java, boolean terminal, String... kinds)
      throws IOException {
    List<String> command = new ArrayList<>();
    if (terminal) {
      command.addAll(Terminal.words());
    }
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    command.addAll(List.of(java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(Cli.largePages());
    command.addAll(List.of("-cp", path));
    command.add(FitOnTerminal.class.getName());
    command.addAll(List.of(kinds));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String shown =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .replace("\r", "");
    assertEquals(0, process.onExit().join().exitValue(), shown);
    String[] parts = shown.split("done model \"sequential\": ", -1);
    assertEquals(kinds.length + 1, parts.length, shown);
    return Stream.of(parts)
        .limit(kinds.length)
        .map(p -> p.lines().filter(l -> l.contains("epoch ")).toList())
        .toList();
  }

  private static void check(String java) throws IOException {
    List<List<String>> shown = epochs(java, true, "plain", "quiet", "log");
    List<String> plain = shown.get(0);
    assertTrue(plain.get(0).startsWith("epoch 1/3, "), plain::toString);
    assertTrue(plain.get(plain.size() - 1).startsWith("epoch 3/3, "), plain::toString);
    assertEquals(List.of(), shown.get(1));
    List<String> log = shown.get(2);
    assertEquals(3, log.size(), log::toString);
    assertTrue(log.stream().allMatch(l -> l.startsWith("own epoch ")), log::toString);
    assertEquals(List.of(List.of()), epochs(java, false, "plain"), "where nobody looks on");
  }

  @Test
  void onATerminal() throws IOException {
    check(Path.of(System.getProperty("java.home"), "bin/java").toString());
  }

  @Test
  void onATerminalOfANewerJava() throws IOException {
    check(NewerJava.home().resolve("bin/java").toString());
  }
}
