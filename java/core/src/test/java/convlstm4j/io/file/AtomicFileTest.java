package convlstm4j.io.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
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

  /** Whatever a process is at when it ends, as on a signal. */
  @Test
  void anEndingProcessLeavesNothingBegun() throws Exception {
    assertEquals(3, Holder.process(Ending.class, folder).waitFor());
    assertEquals(List.of(), List.of(folder.toFile().list()));
  }

  @Test
  void aShutdownHookMaySave() throws Exception {
    Path saved = Files.write(folder.resolve("hook"), new byte[] {0});
    assertEquals(3, Holder.process(Ending.class, folder).waitFor());
    assertArrayEquals(new byte[] {1, 2}, Files.readAllBytes(saved));
    assertEquals(1, folder.toFile().list().length);
  }

  /** Process numbers would not tell: in a container every start has the same. */
  @Test
  void removesWhatKilledProcessesLeft() throws Exception {
    Path target = folder.resolve("a");
    Process other = Holder.start(target);
    try {
      Path ofOther = Files.createFile(folder.resolve(".b.0123456789abcdef.part"));
      Path ofUser = Files.createFile(folder.resolve(".a.mine.part"));
      Path ofUserToo = Files.createFile(folder.resolve(".a.1-2.part"));
      AtomicFile.create(target).close();
      assertEquals(1, parts(), "of a process that lives");
      other.destroyForcibly().waitFor();
      assertEquals(1, parts(), "of a process that was killed");
      try (AtomicFile file = AtomicFile.create(target)) {
        assertEquals(1, parts(), "of this process alone");
        AtomicFile.create(target).close();
        assertEquals(1, parts(), "of this process alone");
        file.commit();
      }
      assertEquals(0, parts());
      assertTrue(Files.exists(ofOther));
      assertTrue(Files.exists(ofUser));
      assertTrue(Files.exists(ofUserToo));
    } finally {
      other.destroyForcibly();
    }
  }

  private long parts() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(p -> p.toString().matches(".*/\\.a\\.[0-9a-f]{16}\\.part")).count();
    }
  }

  /** A pipe of the test's own stands for devices: should one be replaced, nothing else is lost. */
  @Test
  void doesNotReplacePipesAndDevices() throws Exception {
    Path target = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", target.toString()).start().waitFor());
    IOException e = assertThrows(IOException.class, () -> AtomicFile.create(target));
    assertEquals(
        target + ": cannot be written: is a device or a pipe, expected a file", e.getMessage());
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
  void followsLinksThatLeadToNothingYet() throws IOException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Path first = Files.createSymbolicLink(folder.resolve("first"), Path.of("second"));
    Files.createSymbolicLink(folder.resolve("second"), Path.of("disk", "a"));
    write(first);
    assertTrue(Files.isSymbolicLink(first));
    assertArrayEquals(new byte[] {1, 2}, Files.readAllBytes(disk.resolve("a")));

    Path circle = Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
    String message = assertThrows(IOException.class, () -> AtomicFile.create(circle)).getMessage();
    assertTrue(message.contains("in a circle"), message);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void modeAndOwnerStay() throws IOException {
    Path target = Files.createFile(folder.resolve("a"));
    for (String mode : List.of("rw-------", "rw-rw-rw-", "-w-------", "rwxr-x--x")) {
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(mode));
      write(target);
      assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
    }
    boolean root = Files.getOwner(target).getName().equals("root");
    assumeTrue(root, "only root can give files away");
    Files.setAttribute(target, "unix:uid", 12345);
    Files.setAttribute(target, "unix:gid", 23456);
    write(target);
    assertEquals(12345, Files.getAttribute(target, "unix:uid"));
    assertEquals(23456, Files.getAttribute(target, "unix:gid"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void doesNotReplaceWhatIsReadOnly() throws IOException {
    Path target = Files.write(folder.resolve("a"), new byte[] {7});
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r--r--r--"));
    IOException e = assertThrows(IOException.class, () -> AtomicFile.create(target));
    assertEquals(
        target
            + ": cannot be written: is read-only (r--r--r--); name another file or make it"
            + " writable",
        e.getMessage());
    assertArrayEquals(new byte[] {7}, Files.readAllBytes(target));
    assertEquals(1, folder.toFile().list().length);
  }

  @Test
  void takesLongNames() throws IOException {
    Path target = folder.resolve("\u00e4".repeat(127));
    write(target);
    write(target);
    assertEquals(1, folder.toFile().list().length);
  }

  private static void write(Path target) throws IOException {
    try (AtomicFile file = AtomicFile.create(target)) {
      file.channel().write(ByteBuffer.wrap(new byte[] {1, 2}));
      file.commit();
    }
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

  /** What a system says, such as that a quota is used up, is no use without the file. */
  @Test
  void aFailureNamesTheFile() throws IOException {
    Path target = Files.write(folder.resolve("a"), new byte[] {7});
    WritableByteChannel refusing =
        new WritableByteChannel() {
          @Override
          public int write(ByteBuffer from) throws IOException {
            throw new FileSystemException(folder.resolve("b") + "", null, "no more");
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        };
    try (AtomicFile file = AtomicFile.create(target, c -> refusing)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      IOException e = assertThrows(IOException.class, () -> file.channel().write(one));
      assertEquals(target + ": cannot be written: no more", e.getMessage());
    }
    assertArrayEquals(new byte[] {7}, Files.readAllBytes(target));
  }

  /** Some channels take only a part of what they are given. */
  @Test
  void takesAllItIsGiven() throws IOException {
    Path target = folder.resolve("a");
    try (AtomicFile file = AtomicFile.create(target, OneByOne::new)) {
      assertEquals(3, file.channel().write(ByteBuffer.wrap(new byte[] {1, 2, 3})));
      file.commit();
    }
    assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(target));
  }

  private record OneByOne(WritableByteChannel to) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer from) throws IOException {
      return to.write(ByteBuffer.wrap(new byte[] {from.get()}));
    }

    @Override
    public boolean isOpen() {
      return to.isOpen();
    }

    @Override
    public void close() throws IOException {
      to.close();
    }
  }
}
