package convlstm4j.cli;

import convlstm4j.backend.NativeCache;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convlstm4j cache}. */
@Command(
    name = "cache",
    description = {
      "Say what this program keeps for later starts, and remove it (--clear).",
      "That is what it unpacks: native libraries of backends, and ffmpeg where a build brings it along. Nothing else is left outside of the files that you name."
          + " Another folder: CONVLSTM4J_OPTS=-Dconvlstm4j.cache=FOLDER."
    },
    footer = {"", "Examples:", "  convlstm4j cache", "  convlstm4j cache --clear"})
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
    long before = NativeCache.bytes();
    if (!clear) {
      out.println(folder + ": " + megabytes(before));
      return;
    }
    NativeCache.clear();
    out.println(folder + ": removed " + megabytes(before - NativeCache.bytes()));
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / MEGABYTE);
  }
}
