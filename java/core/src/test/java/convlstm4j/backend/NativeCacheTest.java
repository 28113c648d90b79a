package convlstm4j.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class NativeCacheTest {
  private static final String NAME = "libx.so";
  private static final int NOBODY = 65534;

  @TempDir Path dir;
  private final byte[] content = new byte[300_000];
  private URL resource;

  @BeforeEach
  void makeLibrary() throws IOException {
    new Random(1).nextBytes(content);
    resource = Files.write(dir.resolve("in.so"), content).toUri().toURL();
  }

  private Path cacheFolder() {
    return dir.resolve("home/.cache/convlstm4j");
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(p -> p.getFileName().toString()).toList();
    }
  }

  @Test
  void theRootOfAllFilesIsRefused() {
    assertTrue(
        assertThrows(IOException.class, () -> NativeCache.of(Path.of("/")))
            .getMessage()
            .startsWith("it is the root of all files"));
  }

  @Test
  void unpacksWholeIntoFoldersThatOnlyThisUserCanOpen() throws IOException {
    Path file = NativeCache.of(cacheFolder()).unpack(resource, NAME);
    assertArrayEquals(content, Files.readAllBytes(file));
    assertEquals(NAME, file.getFileName().toString());
    assertEquals("rwx------", mode(cacheFolder()));
    assertEquals("rwx------", mode(file.getParent()));
    assertEquals(List.of(NAME), names(file.getParent()));
  }

  @Test
  void aFileThatIsThereStays() throws IOException {
    NativeCache cache = NativeCache.of(cacheFolder());
    Path file = cache.unpack(resource, NAME);
    Object key = Files.getAttribute(file, "unix:ino");
    assertEquals(file, cache.unpack(resource, NAME));
    assertEquals(key, Files.getAttribute(file, "unix:ino"));
  }

  @Test
  void whatAFullDiskHasCutIsUnpackedAgain() throws IOException {
    NativeCache cache = NativeCache.of(cacheFolder());
    Path file = cache.unpack(resource, NAME);
    Files.write(file, new byte[1000]);
    assertArrayEquals(content, Files.readAllBytes(cache.unpack(resource, NAME)));
    byte[] other = content.clone();
    other[77] ^= 1; // of the same length
    Files.write(file, other);
    assertArrayEquals(content, Files.readAllBytes(cache.unpack(resource, NAME)));
  }

  /** A hash that is known spares reading the resource. */
  @Test
  void whatIsThereWithTheHashThatIsKnownIsNotUnpacked() throws Exception {
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    NativeCache cache = NativeCache.of(cacheFolder());
    Path file = cache.unpack(resource, NAME);
    URL gone = dir.resolve("gone.so").toUri().toURL();
    assertEquals(file, cache.unpack(gone, NAME, hash));
    Files.write(file, new byte[1000]);
    assertThrows(BackendException.class, () -> cache.unpack(gone, NAME, hash));
    assertArrayEquals(content, Files.readAllBytes(cache.unpack(resource, NAME, hash)));
    String other = "0".repeat(64);
    String message =
        assertThrows(BackendException.class, () -> cache.unpack(resource, NAME, other))
            .getMessage();
    assertTrue(
        message.contains("in.so is another one than expected: its SHA-256 is " + hash), message);
    assertEquals(List.of(), names(cacheFolder().resolve(other)));
  }

  @Test
  void aLinkInThePlaceOfTheFileIsNotFollowed() throws IOException {
    NativeCache cache = NativeCache.of(cacheFolder());
    Path file = cache.unpack(resource, NAME);
    Path elsewhere = Files.write(dir.resolve("elsewhere.so"), content);
    Files.delete(file);
    Files.createSymbolicLink(file, elsewhere);
    Path again = cache.unpack(resource, NAME);
    assertTrue(!Files.isSymbolicLink(again), () -> again + " is a link");
    assertArrayEquals(content, Files.readAllBytes(again));
  }

  @Test
  void severalAtOnceAllGetTheWholeFile() throws IOException {
    NativeCache cache = NativeCache.of(cacheFolder());
    IntStream.range(0, 16)
        .parallel()
        .forEach(
            i -> {
              try {
                assertArrayEquals(content, Files.readAllBytes(cache.unpack(resource, NAME)));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
  }

  @Test
  void anOpenFolderIsClosedToOthers() throws IOException {
    Files.createDirectories(cacheFolder());
    Files.setPosixFilePermissions(cacheFolder(), PosixFilePermissions.fromString("rwxrwxrwx"));
    BackendException e =
        assertThrows(BackendException.class, () -> NativeCache.checkPrivate(cacheFolder()));
    assertTrue(e.getMessage().contains("others may write to " + cacheFolder()), e::getMessage);
    NativeCache.of(cacheFolder());
    assertEquals("rwx------", mode(cacheFolder()));
    NativeCache.checkPrivate(cacheFolder());
  }

  @Test
  void anotherUsersFolderAndALinkAreRefused() throws IOException {
    Files.createDirectories(cacheFolder().getParent());
    Path mine = Files.createDirectory(dir.resolve("mine"));
    Files.createSymbolicLink(cacheFolder(), mine);
    IOException link = assertThrows(IOException.class, () -> NativeCache.of(cacheFolder()));
    assertTrue(link.getMessage().contains("is a link or a file"), link::getMessage);

    assumeTrue(Files.getAttribute(mine, "unix:uid").equals(0), "only root can give a file away");
    Files.setAttribute(mine, "unix:uid", NOBODY);
    IOException e = assertThrows(IOException.class, () -> NativeCache.of(mine));
    assertTrue(e.getMessage().contains(mine + " belongs to another user"), e::getMessage);
    BackendException b = assertThrows(BackendException.class, () -> NativeCache.checkPrivate(mine));
    assertTrue(b.getMessage().contains("belongs to another user"), b::getMessage);
  }

  @Test
  void aFailureNamesTheFolderTheReasonAndTheCure() throws IOException {
    NativeCache cache = NativeCache.of(cacheFolder());
    Path file = cache.unpack(resource, NAME);
    Path folder = file.getParent();
    Files.delete(file);
    Files.delete(folder);
    Files.createFile(folder); // in the way
    BackendException e = assertThrows(BackendException.class, () -> cache.unpack(resource, NAME));
    assertTrue(e.getMessage().contains("cannot be unpacked to " + folder), e::getMessage);
    assertTrue(e.getMessage().contains("-Dconvlstm4j.cache="), e::getMessage);
  }

  @Test
  void advisesOnNoexec() throws IOException {
    NativeCache cache = NativeCache.of(cacheFolder());
    String linker = "/x/libx.so: failed to map segment from shared object";
    Throwable wrapped = new RuntimeException(new UnsatisfiedLinkError(linker));
    assertTrue(cache.advice(wrapped).contains("noexec"), cache.advice(wrapped));
    assertEquals("", cache.advice(new UnsatisfiedLinkError("no x in java.library.path")));
  }
}
