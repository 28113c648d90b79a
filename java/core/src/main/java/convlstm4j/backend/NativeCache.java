package convlstm4j.backend;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where native libraries and programs out of jars are unpacked: a folder that belongs to this user
 * and that nobody else can write to, since what lies there runs as this user.
 *
 * <p>It is the folder that {@value #PROPERTY} names, else {@code $XDG_CACHE_HOME/convlstm4j}, else
 * {@code ~/.cache/convlstm4j}. Where that cannot be had, such as a home that is read-only or
 * another user's, it is a new folder in {@code java.io.tmpdir}, removed at the end.
 *
 * <p>A library lies in a folder named by the hash of its content. It is written under another name
 * and renamed, and read back whole before each use: a file that a full disk has cut is never
 * loaded. Several processes may do that at once.
 */
public final class NativeCache {
  /** System property that names the folder. */
  public static final String PROPERTY = "convlstm4j.cache";

  private static final Logger LOG = LoggerFactory.getLogger(NativeCache.class);
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  /** Names of what is made here: hashes, and folders of libraries that unpack themselves. */
  private static final Pattern OWN = Pattern.compile("[0-9a-f]{64}|javacpp");

  /** Bytes that all libraries take together. */
  private static final long NEEDED = 100L << 20;

  private static @Nullable NativeCache opened;

  private final Path folder;

  private NativeCache(Path folder) {
    this.folder = folder;
  }

  /**
   * The cache of this process.
   *
   * @return the cache, the same at each call
   * @throws BackendException if the folder that was asked for is no good, or none can be made
   */
  public static synchronized NativeCache open() {
    if (opened == null) {
      String named = System.getProperty(PROPERTY, "");
      opened = named.isEmpty() ? usual() : named(named);
    }
    return opened;
  }

  private static NativeCache named(String folder) {
    try {
      return of(Path.of(folder));
    } catch (IOException | IllegalArgumentException e) {
      throw new BackendException(
          "-D" + PROPERTY + "=" + folder + ": native libraries cannot lie there: " + reason(e), e);
    }
  }

  private static NativeCache usual() {
    try {
      return of(home());
    } catch (IOException | IllegalArgumentException e) {
      NativeCache temporary = temporary();
      LOG.warn(
          "native libraries are unpacked anew at each start, into {}, since {} does not serve: {};"
              + " name a folder with -D{}=",
          temporary.folder,
          home(),
          reason(e),
          PROPERTY);
      return temporary;
    }
  }

  /**
   * Where the cache is, or would be. Makes nothing.
   *
   * @return the folder; not the temporary one that is taken where it cannot be had
   */
  public static Path location() {
    String named = System.getProperty(PROPERTY, "");
    return (named.isEmpty() ? home() : Path.of(named)).toAbsolutePath();
  }

  /**
   * How much the cache holds. What others have put into the folder is not counted.
   *
   * @return bytes
   * @throws BackendException if it cannot be read
   */
  public static long bytes() {
    long[] bytes = {0};
    eachOwn(
        entry ->
            Files.walkFileTree(
                entry,
                new SimpleFileVisitor<>() {
                  @Override
                  public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
                    bytes[0] += a.isRegularFile() ? a.size() : 0;
                    return FileVisitResult.CONTINUE;
                  }

                  @Override
                  public FileVisitResult visitFileFailed(Path file, IOException e)
                      throws IOException {
                    if (e instanceof NoSuchFileException) {
                      return FileVisitResult.CONTINUE; // removed meanwhile
                    }
                    throw e;
                  }
                }),
        "read");
    return bytes[0];
  }

  /**
   * Removes what the cache holds; it is unpacked anew when it is needed. Libraries that are loaded
   * go on to work. What others have put into the folder stays.
   *
   * @throws BackendException if something cannot be removed
   */
  public static void clear() {
    eachOwn(NativeCache::removeAll, "cleared");
  }

  private interface Work {
    void on(Path entry) throws IOException;
  }

  private static void eachOwn(Work work, String done) {
    Path folder = location();
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path entry : all) {
        String name = entry.getFileName().toString();
        if (OWN.matcher(name).matches() && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          work.on(entry);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new BackendException(folder + ": cannot be " + done + ": " + e.getMessage(), e);
    }
  }

  private static Path home() {
    String cache = System.getenv("XDG_CACHE_HOME");
    return cache != null && Path.of(cache).isAbsolute()
        ? Path.of(cache, "convlstm4j")
        : Path.of(System.getProperty("user.home"), ".cache", "convlstm4j");
  }

  /**
   * A cache in a folder, which is made if it is not there.
   *
   * @throws IOException if it cannot be made or written to, is another user's, or holds all files
   */
  static NativeCache of(Path folder) throws IOException {
    Path absolute = folder.toAbsolutePath();
    Path parent = absolute.getParent();
    if (parent == null) {
      throw new IOException("it is the root of all files, expected a folder for libraries alone");
    }
    Files.createDirectories(parent);
    makePrivate(absolute);
    return new NativeCache(absolute);
  }

  private static NativeCache temporary() {
    try {
      Path folder = Files.createTempDirectory("convlstm4j-"); // private by its definition
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
      return new NativeCache(folder);
    } catch (IOException e) {
      throw new BackendException(
          "native libraries cannot be unpacked: no folder in java.io.tmpdir: "
              + reason(e)
              + "; name another with -D"
              + PROPERTY
              + "=",
          e);
    }
  }

  private static void remove(Path folder) {
    try {
      removeAll(folder);
    } catch (IOException e) {
      LOG.warn("{} cannot be removed: {}", folder, reason(e));
    }
  }

  private static void removeAll(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Makes a folder that only this user can write to, or makes sure that it is one. */
  private static void makePrivate(Path folder) throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      Files.createDirectories(folder);
      return;
    }
    FileAttribute<?> mode = PosixFilePermissions.asFileAttribute(PRIVATE);
    try {
      Files.createDirectory(folder, mode);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(folder + " is a link or a file, expected a folder", e);
      }
    }
    checkOwner(folder);
    Files.setPosixFilePermissions(folder, PRIVATE);
  }

  private static void checkOwner(Path folder) throws IOException {
    // Whoever this process is: what it makes is its own.
    Path probe = Files.createTempFile(folder, ".probe", "");
    Object me = Files.getAttribute(probe, "unix:uid");
    Files.delete(probe);
    Object owner = Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if (!me.equals(owner)) {
      throw new IOException(
          folder + " belongs to another user (" + owner + ", this is " + me + ")");
    }
  }

  /**
   * Makes sure that nobody else can have put a library into a folder that another component chose.
   *
   * @param other the folder
   * @throws BackendException if it belongs to another user, or others may write to it
   */
  public static void checkPrivate(Path other) {
    if (!other.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return;
    }
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(other);
      if (mode.contains(PosixFilePermission.GROUP_WRITE)
          || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
        throw new IOException(
            "others may write to " + other + " (" + PosixFilePermissions.toString(mode) + ")");
      }
      checkOwner(other);
    } catch (IOException e) {
      throw new BackendException("native libraries are not loaded: " + reason(e), e);
    }
  }

  /**
   * A folder in the cache for a library that unpacks itself.
   *
   * @param name what it is called
   * @return the folder, which only this user can write to
   * @throws BackendException if it cannot be made, or is another user's
   */
  public Path folder(String name) {
    Path inside = folder.resolve(name);
    try {
      makePrivate(inside);
      return inside;
    } catch (IOException e) {
      throw failed(inside, e);
    }
  }

  /**
   * Unpacks a library.
   *
   * @param resource where it is in a jar
   * @param name what the file is called
   * @return the file, its content compared with the resource's
   * @throws BackendException if it cannot be written, for instance because the disk is full; no
   *     part of it stays
   */
  public Path unpack(URL resource, String name) {
    try {
      return unpacked(resource, name, hash(resource.openStream()));
    } catch (IOException e) {
      throw failed(folder.resolve(name), e);
    }
  }

  /**
   * Unpacks a file whose content is known. Where it lies unpacked already, the resource is not
   * read.
   *
   * @param resource where it is in a jar
   * @param name what the file is called
   * @param sha256 of its content, 64 digits in lower case
   * @return the file, its content compared with the hash
   * @throws BackendException if it cannot be written, or the resource has another content; no part
   *     of it stays
   */
  public Path unpack(URL resource, String name, String sha256) {
    try {
      return unpacked(resource, name, sha256);
    } catch (IOException e) {
      throw failed(folder.resolve(name), e);
    }
  }

  private Path unpacked(URL resource, String name, String hash) throws IOException {
    Path file = folder(hash).resolve(name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || !hash.equals(hash(Files.newInputStream(file)))) {
      write(resource, file);
      if (!hash.equals(hash(Files.newInputStream(file)))) {
        Files.delete(file);
        String is = hash(resource.openStream());
        throw new IOException(
            is.equals(hash)
                ? "it does not hold what was written to it"
                : resource + " is another one than expected: its SHA-256 is " + is);
      }
    }
    return file;
  }

  private static void write(URL resource, Path file) throws IOException {
    Path part = Files.createTempFile(file.getParent(), "." + file.getFileName(), ".part");
    try {
      try (InputStream in = resource.openStream();
          FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE);
          OutputStream out = Channels.newOutputStream(written)) {
        in.transferTo(out);
        written.force(true); // once: to write each part through takes ten times as long
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static String hash(InputStream content) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    try (InputStream in = content;
        OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(sink);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static BackendException failed(Path where, IOException e) {
    return new BackendException(
        "native libraries cannot be unpacked to "
            + where
            + ": "
            + reason(e)
            + "; mend that, or name another folder with -D"
            + PROPERTY
            + "=",
        e);
  }

  /**
   * What to do where a library of the cache does not load, as far as that is known.
   *
   * @param failure what loading threw
   * @return text to add to a message; empty if nothing is known
   */
  public String advice(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage());
      if (message.contains("failed to map segment from shared object")) {
        // The linker says the same of both.
        return "; either "
            + folder
            + " is mounted noexec (name another folder with -D"
            + PROPERTY
            + "=), or the process may not take more memory (ulimit -v)";
      }
    }
    try {
      // A library that unpacks itself does not always say that the disk was full.
      long free = Files.getFileStore(folder).getUsableSpace();
      return free >= NEEDED
          ? ""
          : "; "
              + folder
              + " has room for "
              + (free >> 20)
              + " MB more, some "
              + (NEEDED >> 20)
              + " are needed: make room, or name another folder with -D"
              + PROPERTY
              + "=";
    } catch (IOException e) {
      return "; " + folder + " is gone: " + reason(e);
    }
  }

  private static String reason(Exception e) {
    if (e instanceof java.nio.file.AccessDeniedException a) {
      return a.getFile() + ": permission denied";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
