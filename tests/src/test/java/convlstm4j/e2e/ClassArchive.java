package convlstm4j.e2e;

import convlstm4j.cli.Main;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The classes that a command loads, in an archive that Java maps into memory (class data sharing).
 * Processes that tests start by the hundred are then spared loading and verifying them one by one,
 * which costs more than most of the commands do. Only classes from jars can be in it: there is an
 * archive once the modules are packaged, as in {@code mvn verify}.
 */
final class ClassArchive {
  private static final String PREFIX = "classes-";
  private static final String ENDING = ".jsa";

  /** Each made when first asked for, once in this JVM. */
  private static final class Made {
    static final List<String> JARS = new ArrayList<>();
    static final String CLASS_PATH = classPath();
    static final Optional<Path> ARCHIVE = archive();

    private Made() {}

    /** Jars first: the archive holds for class paths that begin with its own. */
    private static String classPath() {
      String all =
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
      List<String> folders = new ArrayList<>();
      for (String entry : all.split(File.pathSeparator)) {
        (Files.isRegularFile(Path.of(entry)) ? JARS : folders).add(entry);
      }
      return String.join(
          File.pathSeparator, Stream.concat(JARS.stream(), folders.stream()).toList());
    }
  }

  private ClassArchive() {}

  /** The class path of this JVM, jars first. */
  static String classPath() {
    return Made.CLASS_PATH;
  }

  /** Options of Java: {@link #classPath} behind {@code -cp}, and the archive if there is one. */
  static List<String> options() {
    List<String> options = new ArrayList<>();
    Made.ARCHIVE.ifPresent(file -> options.add("-XX:SharedArchiveFile=" + file));
    options.addAll(List.of("-cp", classPath()));
    return options;
  }

  /** The options of a command without the archive, whose pages would be counted as its memory. */
  static void remove(List<String> command) {
    command.removeIf(w -> w.startsWith("-XX:SharedArchiveFile="));
  }

  private static Optional<Path> archive() {
    try {
      Path home = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (Files.isDirectory(home)) {
        return Optional.empty();
      }
      Path folder = Files.createDirectories(Path.of("target").toAbsolutePath());
      // JVMs that run tests beside this one want it, too.
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve(PREFIX + "lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        Path file = folder.resolve(PREFIX + key() + ENDING);
        if (!Files.exists(file) && lock.isValid()) {
          forget(folder);
          make(folder, file);
        }
        return Files.exists(file) ? Optional.of(file) : Optional.empty();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Another one for other jars, or another Java. */
  private static String key() throws IOException {
    StringBuilder all = new StringBuilder(System.getProperty("java.vm.version"));
    all.append(System.getProperty("java.home"));
    for (String jar : Made.JARS) {
      Path file = Path.of(jar);
      all.append(jar).append(Files.size(file)).append(Files.getLastModifiedTime(file));
    }
    return Integer.toHexString(all.toString().hashCode());
  }

  private static void forget(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith(PREFIX) && name.endsWith(ENDING)) {
          Files.delete(file);
        }
      }
    }
  }

  /** A short training loads most of what commands need. */
  private static void make(Path folder, Path file) throws IOException {
    Path scratch = Files.createTempDirectory(PREFIX);
    Path archive = folder.resolve(PREFIX + "new");
    Files.deleteIfExists(archive);
    Path said = scratch.resolve("said.txt");
    List<String> command = new ArrayList<>(Cli.java());
    command.add("-XX:ArchiveClassesAtExit=" + archive);
    command.addAll(List.of("-cp", String.join(File.pathSeparator, Made.JARS)));
    command.add(Main.class.getName());
    command.addAll(List.of("train", "--filters", "2", "--epochs", "1", "--validation", "3"));
    command.addAll(List.of("--data", TinyFolder.write(scratch.resolve("data")).toString()));
    command.addAll(List.of("--output", scratch.resolve("a.ckpt").toString()));
    int code =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start()
            .onExit()
            .join()
            .exitValue();
    if (code != 0) {
      throw new IllegalStateException(
          "the training for the archive of classes ended with " + code + ", see " + said);
    }
    if (Files.exists(archive)) {
      Files.move(archive, file, StandardCopyOption.ATOMIC_MOVE);
    } else { // a Java without an archive of its own classes
      System.out.println("no archive of classes, so processes start more slowly: see " + said);
      return;
    }
    try (Stream<Path> files = Files.walk(scratch)) {
      for (Path left : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(left);
      }
    }
  }
}
