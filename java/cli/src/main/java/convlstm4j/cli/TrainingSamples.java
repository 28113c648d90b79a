package convlstm4j.cli;

import convlstm4j.data.Dataset;
import convlstm4j.data.IndexedDataset;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What a model is trained and evaluated on, in which batches and order. */
final class TrainingSamples {
  @Mixin ArrayOptions arrays;
  @Mixin ArrayValidation validation;
  @Mixin FolderTraining folder;
  @Mixin ClassWeights classWeights;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Samples in a step. Default: 32, or of videos or windows 1.")
  @Nullable Integer batchSize;

  @Option(
      names = "--shuffle",
      arity = "1",
      paramLabel = "true|false",
      description = {
        "Take samples in another order in every epoch. Default: true, but for a stateful model, whose"
            + " samples go on from batch to batch."
      })
  @Nullable Boolean shuffle;

  /** Samples come from arrays or from a folder. */
  void checkForm(CommandLine command, boolean modelGiven) {
    if (arrays.given() == (folder.data.folder != null)) {
      throw new ParameterException(
          command,
          arrays.given()
              ? "--data goes without --x and --y"
              : "Missing: --x=X.npy and --y=Y.npy, or --data=FOLDER");
    }
    List<String> strange = new ArrayList<>(folder.given());
    if (!arrays.given()) {
      strange = new ArrayList<>(arrays.beside());
      strange.addAll(validation.given());
    }
    if (!strange.isEmpty()) {
      throw new ParameterException(
          command, strange.get(0) + " goes with " + (arrays.given() ? "--data" : "--x and --y"));
    }
    if (arrays.given() && !modelGiven) {
      throw new ParameterException(command, "Missing: --model=FILE, with --x and --y");
    }
  }

  /** Says which files are read. */
  CommandFiles reads(CommandFiles files) {
    return files
        .reads("--x", arrays.x)
        .reads("--y", arrays.y)
        .reads("--sample-weight", arrays.weights)
        .reads("--validation-x", validation.x)
        .reads("--validation-y", validation.y)
        .reads("--validation-sample-weight", validation.weights)
        .readsFolder("--data", folder.data.folder);
  }

  /** What is trained on, and what is evaluated after each epoch, null for nothing. */
  record Parts(Dataset training, @Nullable Dataset validation) {}

  /** Opens them for a compiled model. */
  Parts open(Model model, Conversions conversions) {
    boolean shuffled = shuffled(model, conversions.err());
    if (!arrays.given()) {
      VideoFolder trailers =
          folder.training(model, batchSize == null ? 1 : batchSize, arrays.weights);
      conversions.of(trailers, model.dtype());
      return new Parts(
          shuffled ? trailers.shuffle(model.seed()) : trailers,
          folder.validation(model, arrays.weights));
    }
    ArrayValidation.Parts parts = validation.of(model, arrays, batchSize, conversions);
    IndexedDataset training = parts.training();
    return new Parts(shuffled ? training.shuffle(model.seed()) : training, parts.validation());
  }

  private boolean shuffled(Model model, PrintWriter err) {
    boolean stateful = !model.network().states().isEmpty();
    if (stateful && shuffle != null && shuffle) {
      err.println(
          "convlstm4j: --shuffle is off: the model is stateful, each sample of a batch goes on in the"
              + " sample at its place in the next");
    }
    return !stateful && (shuffle == null || shuffle);
  }

  /** Adds validation and weights of classes to the options of a training. */
  Fit apply(Fit fit, Model model, Parts parts) {
    Fit weighted = classWeights.apply(fit, model);
    return parts.validation() == null ? weighted : weighted.validation(parts.validation());
  }
}
