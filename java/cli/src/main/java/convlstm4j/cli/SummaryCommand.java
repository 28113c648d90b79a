package convlstm4j.cli;

import convlstm4j.model.Model;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code convlstm4j summary}. */
@Command(
    name = "summary",
    description =
        "Show the layers of a checkpoint or an architecture, their shapes and parameters.",
    footer = {"", "Example:", "  convlstm4j summary demo/convlstm.ckpt"})
final class SummaryCommand implements Runnable {
  @Mixin CommonOptions common;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "A checkpoint, or an architecture in JSON.")
  Path file;

  @Override
  public void run() {
    try (Model model = ModelFiles.open(file, m -> {})) {
      spec.commandLine().getOut().println(model.summary());
    }
  }
}
