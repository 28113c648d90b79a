package convlstm4j.io.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteLockTest {
  @TempDir Path folder;

  @Test
  void isOfOneProcessAtATime() throws Exception {
    Path file = folder.resolve("a");
    Process other = Holder.start(file);
    try {
      String message = assertThrows(IOException.class, () -> take(file)).getMessage();
      String start = "is being written by process " + other.pid() + " ";
      assertTrue(message.startsWith(start), message);
      assertTrue(message.contains(" since 20"), message);
      take(folder.resolve("b")).close();
      // A failed try took nothing away from the other one.
      assertThrows(IOException.class, () -> take(file));
    } finally {
      other.destroyForcibly().waitFor();
    }
    try (WriteLock lock = take(file)) {
      assertTrue(lock.isHeld());
    }
  }

  @Test
  void goesWithAProcessThatEnds() throws Exception {
    Path file = folder.resolve("a");
    Process other = Holder.start(file);
    other.getOutputStream().write('x');
    other.getOutputStream().flush();
    assertEquals(3, other.waitFor());
    assertArrayEquals(new String[0], folder.toFile().list());
  }

  @Test
  void isNotTakenTwiceInOneProcess() throws IOException {
    Path file = folder.resolve("a");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    try (WriteLock lock = take(file)) {
      assertTrue(lock.isHeld());
      for (Path name : new Path[] {file, link, folder.resolve("./a")}) {
        IOException e = assertThrows(IOException.class, () -> take(name));
        assertEquals("is being written by this process already", e.getMessage());
      }
    }
    take(link).close();
    assertArrayEquals(new String[] {"link"}, folder.toFile().list());
  }

  /** What a killed process left names somebody, but holds nothing. */
  @Test
  void leftoverIsNoLock() throws IOException {
    Files.writeString(folder.resolve(".a.lock"), "process 1 on elsewhere since long ago");
    take(folder.resolve("a")).close();
    assertArrayEquals(new String[0], folder.toFile().list());
  }

  private static WriteLock take(Path path) throws IOException {
    return WriteLock.take(Target.of(path));
  }
}
