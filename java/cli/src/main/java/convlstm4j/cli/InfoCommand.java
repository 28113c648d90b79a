package convlstm4j.cli;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Backends;
import convlstm4j.video.FfmpegProgram;
import convlstm4j.video.FfmpegPrograms;
import convlstm4j.video.VideoException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code convlstm4j info}. */
@Command(
    name = "info",
    description =
        "Versions, what decodes films, and the backends: which start here, and why others do not.",
    footer = {"", "Examples:", "  convlstm4j info", "  convlstm4j info --verbose"})
final class InfoCommand implements Runnable {
  @Mixin CommonOptions common;
  @Spec CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    Installation.print(out);
    out.println(films());
    out.println("backends, the fastest first:");
    for (BackendProvider p : Backends.providers()) {
      out.printf("  %-10s%s%n", p.name(), state(p));
    }
  }

  /** What decodes them. */
  private static String films() {
    try {
      FfmpegProgram program = FfmpegPrograms.get("films");
      return "films       ffmpeg " + program.version() + ", " + program;
    } catch (VideoException e) {
      return String.valueOf(e.getMessage()); // begins with "films: "
    }
  }

  private static String state(BackendProvider provider) {
    try (Backend backend = provider.start()) {
      return "starts: " + backend.description() + backend.notice().map(n -> "; " + n).orElse("");
    } catch (BackendException e) {
      return "does not start: " + e.getMessage();
    }
  }
}
