package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A program that trains shows how it goes where somebody looks on, and only there. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class FitOnTerminalTest {
  /** Lines of epochs that it shows. */
  private static List<String> epochs(String kind, String java, boolean terminal)
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
    command.addAll(List.of(FitOnTerminal.class.getName(), kind));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String shown =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .replace("\r", "");
    assertEquals(0, process.onExit().join().exitValue(), shown);
    assertTrue(shown.contains("done model \"sequential\": "), shown);
    return shown.lines().filter(l -> l.contains("epoch ")).toList();
  }

  private static void check(String java) throws IOException {
    List<String> plain = epochs("plain", java, true);
    assertTrue(plain.get(0).startsWith("epoch 1/3, "), plain::toString);
    assertTrue(plain.get(plain.size() - 1).startsWith("epoch 3/3, "), plain::toString);
    assertEquals(List.of(), epochs("quiet", java, true));
    List<String> log = epochs("log", java, true);
    assertEquals(3, log.size(), log::toString);
    assertTrue(log.stream().allMatch(l -> l.startsWith("own epoch ")), log::toString);
    assertEquals(List.of(), epochs("plain", java, false), "where nobody looks on");
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
