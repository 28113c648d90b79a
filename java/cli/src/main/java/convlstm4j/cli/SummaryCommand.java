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
    description = "Show the layers of a model, their shapes and parameters.",
    footer = {"", "Example:", "  convlstm4j summary demo/convlstm.ckpt"})
final class SummaryCommand implements Runnable {
  @Mixin CommonOptions common;
  @Mixin ModelFiles files;
  @Spec CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description = "A checkpoint, a Keras file (.h5, .keras), or an architecture in JSON.")
  Path file;

  @Override
  public void run() {
    try (Model model = files.open(file, m -> m.backend("reference"), spec.commandLine().getErr())) {
      spec.commandLine().getOut().println(model.summary());
    }
  }
}
