package convlstm4j.cli;

import convlstm4j.data.Dataset;
import convlstm4j.data.IndexedDataset;
import convlstm4j.model.Model;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Samples in npy files to evaluate on after each epoch. */
final class ArrayValidation {
  @Option(
      names = "--validation-x",
      paramLabel = "[NAME=]X.npy",
      description = "Samples to evaluate on after each epoch, not to train on.")
  List<String> x = new ArrayList<>();

  @Option(
      names = "--validation-y",
      paramLabel = "[NAME=]Y.npy",
      description = "Targets of --validation-x.")
  List<String> y = new ArrayList<>();

  @Option(
      names = "--validation-sample-weight",
      paramLabel = "[NAME=]W.npy",
      description = "Weights of --validation-x, as --sample-weight.")
  List<String> weights = new ArrayList<>();

  @Option(
      names = "--validation-split",
      paramLabel = "F",
      description = {
        "Evaluate on the last part F of --x, between 0 and 1, and do not train on it. Which samples"
            + " these are does not depend on --shuffle."
      })
  @Nullable Double split;

  /** Names of options that were given. */
  List<String> given() {
    return Given.of("--validation-x", !x.isEmpty())
        .and("--validation-y", !y.isEmpty())
        .and("--validation-sample-weight", !weights.isEmpty())
        .and("--validation-split", split != null)
        .names();
  }

  /** What is trained on, in order, and what is evaluated after each epoch, null for nothing. */
  record Parts(IndexedDataset training, @Nullable Dataset validation) {}

  /** Divides the samples, or opens those that are for validation. */
  Parts of(Model model, ArrayOptions arrays, @Nullable Integer batchSize, Conversions conversions) {
    ArrayData all = arrays.open(model, conversions);
    if (split == null) {
      return new Parts(all.dataset(batchSize), separate(model, arrays, batchSize, conversions));
    }
    if (given().size() > 1) {
      throw new IllegalArgumentException("--validation-split goes without " + given().get(0));
    }
    if (!(split > 0 && split < 1)) {
      throw new IllegalArgumentException(
          "--validation-split " + split + ", expected a part between 0 and 1");
    }
    // Keras's rounding.
    long border = (long) Math.floor(all.samples() * (1 - split));
    if (border == 0 || border == all.samples()) {
      throw new IllegalArgumentException(
          "--validation-split "
              + split
              + " leaves none of the "
              + all.samples()
              + " samples to "
              + (border == 0 ? "train" : "evaluate")
              + " on");
    }
    return new Parts(
        all.dataset(batchSize, 0, border), all.dataset(batchSize, border, all.samples()));
  }

  private @Nullable Dataset separate(
      Model model, ArrayOptions arrays, @Nullable Integer batchSize, Conversions conversions) {
    if (given().isEmpty()) {
      return null;
    }
    if (x.isEmpty() || y.isEmpty()) {
      throw new IllegalArgumentException(
          (x.isEmpty() ? "--validation-x" : "--validation-y")
              + " is missing beside "
              + given().get(0));
    }
    return arrays.open(model, "validation-", x, y, weights, conversions).dataset(batchSize);
  }
}
