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
      names = "--unit-range",
      description = "Divide uint8 values in --x by 255, as pixels of trailers are.")
  boolean unitRange;

  boolean given() {
    return !x.isEmpty() || !y.isEmpty();
  }

  /** Opens the files for a compiled model. */
  ArrayData open(Model model) {
    if (x.isEmpty() || y.isEmpty()) {
      throw new IllegalArgumentException(
          x.isEmpty() ? "--x is missing beside --y" : "--y is missing beside --x");
    }
    List<String> trained =
        model.network().outputNames().stream()
            .filter(model.compilation().orElseThrow()::isTrained)
            .toList();
    return new ArrayData(model, "--x", x, unitRange).targets("--y", y, trained);
  }
}
