package convlstm4j.cli;

import convlstm4j.model.Model;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Samples with targets in npy files. */
final class ArrayOptions {
  @Option(
      names = "--x",
      paramLabel = "[NAME=]X.npy",
      description = {
        "Samples along axis 0, read when their turn comes; with several inputs one file for each."
      })
  List<String> x = new ArrayList<>();

  @Option(
      names = "--y",
      paramLabel = "[NAME=]Y.npy",
      description = "Their targets; with several outputs one file for each.")
  List<String> y = new ArrayList<>();

  @Option(
      names = "--sample-weight",
      paramLabel = "[NAME=]W.npy",
      description = {
        "Weights of the samples in losses and metrics: one a sample [N], a frame [N, T], a pixel"
            + " [N, T, H, W] or whatever axes the output has before its last. Without a name, for every"
            + " output. With --data a folder with weights_{id}.npy [T]."
      })
  List<String> weights = new ArrayList<>();

  @Option(
      names = "--unit-range",
      description = {
        "Divide uint8 values in --x by 255, as pixels of videos are. The model remembers it from"
            + " training, so that it is needed once."
      })
  boolean unitRange;

  boolean given() {
    return !x.isEmpty() || !y.isEmpty();
  }

  /** Names of options that were given beside the arrays. */
  List<String> beside() {
    return Given.of("--unit-range", unitRange).names();
  }

  /** Opens the files for a compiled model. */
  ArrayData open(Model model, Conversions conversions) {
    if (x.isEmpty() || y.isEmpty()) {
      throw new IllegalArgumentException(
          x.isEmpty() ? "--x is missing beside --y" : "--y is missing beside --x");
    }
    return open(model, "", x, y, weights, conversions);
  }

  /**
   * Opens other samples as these are opened.
   *
   * @param prefix of the options that name them, as {@code validation-}
   */
  ArrayData open(
      Model model,
      String prefix,
      List<String> samples,
      List<String> targets,
      List<String> sampleWeights,
      Conversions conversions) {
    List<String> trained =
        model.network().outputNames().stream()
            .filter(model.compilation().orElseThrow()::isTrained)
            .toList();
    return new ArrayData(model, "--" + prefix + "x", samples, unitRange, conversions)
        .targets("--" + prefix + "y", targets, trained)
        .weights("--" + prefix + "sample-weight", sampleWeights, trained);
  }
}
