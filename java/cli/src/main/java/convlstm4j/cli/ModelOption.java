package convlstm4j.cli;

import convlstm4j.model.Model;
import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Which model. */
final class ModelOption {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "A checkpoint, as train writes it.")
  Path file;

  /** Opens it with its weights. */
  Model trained(Consumer<Model> options, CommandSpec spec) {
    return ModelFiles.trained(file, options);
  }
}
