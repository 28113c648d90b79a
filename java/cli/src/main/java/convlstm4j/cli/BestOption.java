package convlstm4j.cli;

import convlstm4j.io.checkpoint.BestCheckpoint;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.Monitor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the best model goes. */
final class BestOption {
  @Option(
      names = "--best",
      paramLabel = "FILE",
      description = {
        "Save the model there, too, whenever the monitored number has got better: .h5 or .keras for"
            + " Keras, else a checkpoint."
      })
  @Nullable Path file;

  /** What can be checked before a model is there. */
  void check() {
    if (file != null) {
      kind(file);
    }
  }

  private static ModelKind kind(Path file) {
    return ModelKind.of("--best", file, ModelKind.WITH_WEIGHTS);
  }

  /** Checks that no other training's model is replaced. */
  void checkPlace(boolean mayReplace) {
    if (file != null) {
      OutputFiles.checkModel(
          "--best", file, mayReplace, "name another file, or let --overwrite replace it");
    }
  }

  /** Adds it to the options of a training, after callbacks whose memory it saves. */
  Fit apply(Fit fit, Monitor monitor, ModelFiles files, Model model, PrintWriter err) {
    if (file == null) {
      return fit;
    }
    ModelKind kind = kind(file);
    files.checkSavable(model, kind, file);
    return fit.callbacks(
        new BestCheckpoint(file, monitor.name(), files.form(kind, err))
            .mode(monitor.mode().toString().toLowerCase(Locale.ROOT))
            .lockedByCaller());
  }
}
