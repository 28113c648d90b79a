package convlstm4j.cli;

import convlstm4j.model.Model;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model, with its weights. */
final class ModelOption {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "A checkpoint, as train writes it, or a Keras file, .h5 or .keras.")
  Path file;

  @Mixin ModelFiles files;

  /** Opens it to be used, not trained. */
  Model open(Consumer<Model> options, PrintWriter err) {
    ModelFiles.checkWeights(file);
    return files.openToUse(file, options, err);
  }
}
