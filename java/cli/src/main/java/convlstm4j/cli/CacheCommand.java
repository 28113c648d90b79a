package convlstm4j.cli;

import convlstm4j.backend.NativeCache;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convlstm4j cache}. */
@Command(
    name = "cache",
    description = {
      "Say where this program keeps what it unpacks for later starts (native libraries of backends), and"
          + " how much it is; nothing else is left outside of the files that you name. Another folder:"
          + " CONVLSTM4J_OPTS=-Dconvlstm4j.cache=FOLDER."
    },
    footer = {"", "Example:", "  convlstm4j cache"})
final class CacheCommand implements Runnable {
  private static final double MEGABYTE = 1 << 20;

  @Mixin CommonOptions common;
  @Spec CommandSpec spec;

  @Option(
      names = "--clear",
      description = {
        "Remove it. What is needed is unpacked anew at the next start; programs that run go on."
      })
  boolean clear;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    Path folder = NativeCache.location();
    String size = String.format(java.util.Locale.ROOT, "%.1f MB", bytes(folder) / MEGABYTE);
    if (!clear) {
      out.println(folder + ": " + size);
      return;
    }
    NativeCache.clear();
    out.println(folder + ": removed " + size);
  }

  private static long bytes(Path folder) {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).mapToLong(CacheCommand::size).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // removed meanwhile
    }
  }
}
