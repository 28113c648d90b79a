package convlstm4j.cli;

import convlstm4j.model.Model;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where what a training step keeps may lie in files. */
final class SpillOption {
  @Option(
      names = "--spill",
      paramLabel = "FOLDER",
      description =
          "Let a step that does not fit in any other way keep in files of this folder what it needs on"
              + " its way back; they are gone when the program ends. Default: nothing is in files.")
  @Nullable Path folder;

  /** Says it to a model. */
  void apply(Model model) {
    if (folder != null) {
      model.spill(folder);
    }
  }
}
