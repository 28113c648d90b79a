package convlstm4j.io.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void appearsOnCommit() throws IOException {
    Path target = folder.resolve("a");
    try (AtomicFile file = AtomicFile.create(target)) {
      file.channel().write(ByteBuffer.wrap(new byte[] {1, 2}));
      assertFalse(Files.exists(target));
      file.commit();
      assertArrayEquals(new byte[] {1, 2}, Files.readAllBytes(target));
    }
    assertEquals(1, folder.toFile().list().length);
  }

  @Test
  void leavesNothingWithoutCommit() throws IOException {
    Path target = folder.resolve("a");
    Files.write(target, new byte[] {7});
    try (AtomicFile file = AtomicFile.create(target)) {
      file.channel().write(ByteBuffer.wrap(new byte[] {1, 2}));
    }
    assertArrayEquals(new byte[] {7}, Files.readAllBytes(target));
    assertEquals(1, folder.toFile().list().length);
  }

  @Test
  void removesWhatDeadProcessesLeft() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Path ofDead = Files.createFile(folder.resolve(".a." + dead.pid() + "-1.part"));
    Path ofLiving =
        Files.createFile(folder.resolve(".a." + ProcessHandle.current().pid() + "-0.part"));
    Path ofOther = Files.createFile(folder.resolve(".b." + dead.pid() + "-1.part"));
    Path ofUser = Files.createFile(folder.resolve(".a.mine.part"));
    AtomicFile.create(folder.resolve("a")).close();
    assertFalse(Files.exists(ofDead));
    assertTrue(Files.exists(ofLiving));
    assertTrue(Files.exists(ofOther));
    assertTrue(Files.exists(ofUser));
  }

  /** A pipe of the test's own stands for devices: should one be replaced, nothing else is lost. */
  @Test
  void doesNotReplacePipesAndDevices() throws Exception {
    Path target = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", target.toString()).start().waitFor());
    IOException e = assertThrows(IOException.class, () -> AtomicFile.create(target));
    assertEquals(
        target + ": cannot be written, it is no file but a device or a pipe; name a file",
        e.getMessage());
    assertFalse(Files.isRegularFile(target));
    assertEquals(1, folder.toFile().list().length);
  }

  @Test
  void followsLinks() throws IOException {
    Path target =
        Files.write(Files.createDirectory(folder.resolve("disk")).resolve("a"), new byte[1]);
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);
    try (AtomicFile file = AtomicFile.create(link)) {
      file.channel().write(ByteBuffer.wrap(new byte[] {1, 2}));
      file.commit();
    }
    assertTrue(Files.isSymbolicLink(link));
    assertArrayEquals(new byte[] {1, 2}, Files.readAllBytes(target));
  }

  @Test
  void saysWhyItCannotStart() {
    Path absent = folder.resolve("no").resolve("a");
    assertTrue(
        assertThrows(IOException.class, () -> AtomicFile.create(absent))
            .getMessage()
            .contains("there is no folder " + absent.getParent()));
    assertTrue(
        assertThrows(IOException.class, () -> AtomicFile.create(folder))
            .getMessage()
            .contains("is a folder"));
  }
}
