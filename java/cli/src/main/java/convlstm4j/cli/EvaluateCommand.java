package convlstm4j.cli;

import convlstm4j.data.Dataset;
import convlstm4j.io.folder.TrailerFolder;
import convlstm4j.model.Model;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convlstm4j evaluate}. */
@Command(
    name = "evaluate",
    description = "Compute the losses and metrics of a trained model on a folder of trailers.",
    footer = {"", "Example:", "  convlstm4j evaluate --model demo/convlstm.ckpt --data demo/test"})
final class EvaluateCommand implements Runnable {
  @Mixin CommonOptions common;
  @Mixin BackendOption backend;
  @Spec CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "CHECKPOINT",
      description = "What train wrote.")
  Path checkpoint;

  @Mixin DataOptions data;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    TrailerFolder folder = data.folder();
    try (Model model = ModelFiles.trained(checkpoint, backend::apply)) {
      Dataset trailers = data.everyFrame(folder.fitting(model.network()));
      model
          .evaluate(trailers)
          .forEach((name, value) -> out.printf(Locale.ROOT, "%-32s %.4f%n", name, value));
    }
  }
}
