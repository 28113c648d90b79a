package convlstm4j.cli;

import convlstm4j.model.Model;
import convlstm4j.model.WeightTransfer;
import convlstm4j.program.Parameter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convlstm4j convert}. */
@Command(
    name = "convert",
    description = {
      "Write a model into a file of another kind.",
      ".ckpt (a checkpoint), .h5 or .keras (as Keras 3.8 writes them, an .h5 also as 2.11), or .json (the architecture alone)."
          + " Only a checkpoint keeps all that training needs to go on bit for bit."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j convert --model model.ckpt --output model.keras",
      "  convlstm4j convert --model model.keras --output model.h5 --keras 2",
      "  convlstm4j convert --model model.h5 --output back.ckpt",
      "  convlstm4j convert --model model.ckpt --output network.json",
      "  convlstm4j convert --model model.json --weights model.h5 \\",
      "    --output built.ckpt",
      "  convlstm4j convert --model model.json --weights model.ckpt \\",
      "    --match name --skip-layer numbers --output headless.ckpt",
      "  convlstm4j convert --model trained.ckpt --output back.ckpt --overwrite"
    })
final class ConvertCommand implements Runnable {
  @Mixin CommonOptions common;
  @Mixin ModelFiles files;
  @Spec CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "IN",
      description = {
        "A checkpoint or a Keras file, .h5 or .keras; with --weights an architecture in JSON will do."
      })
  Path model;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = {
        "Take the weights from this file instead: a checkpoint or a Keras file, also one of weights"
            + " only. A table says what was taken and what was left; --skip-layer leaves a layer out of"
            + " it, such as the last."
      })
  @Nullable Path weights;

  @Option(
      names = "--match",
      paramLabel = "name|order",
      description = {
        "Which layer's --weights go into which: those of its name, or one after the other whatever"
            + " their names. Default: order."
      })
  WeightTransfer.@Nullable Match match;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "OUT",
      description = "Written anew; its ending says its kind: .ckpt, .h5, .keras or .json.")
  Path output;

  @Option(names = "--overwrite", description = "Replace a model that is there already.")
  boolean overwrite;

  @Option(
      names = "--keras",
      paramLabel = "2|3",
      description = {
        "Which generation of Keras an .h5 is for: 3 (default), or 2, also in TensorFlow up to 2.15. A"
            + " .keras file is of Keras 3."
      })
  @Nullable Integer keras;

  /** Whether {@code --keras 2} is given, checked. */
  private boolean isForKeras2(ModelKind kind) {
    if (keras == null) {
      return false;
    }
    if (keras != 2 && keras != 3) {
      throw new IllegalArgumentException("--keras " + keras + ": expected 2 or 3");
    }
    if (kind != ModelKind.H5 && (keras == 2 || kind != ModelKind.KERAS)) {
      throw new IllegalArgumentException(
          "--keras "
              + keras
              + ": --output "
              + output
              + " is not of Keras "
              + keras
              + "; expected a name that ends in .h5");
    }
    return keras == 2;
  }

  @Override
  public void run() {
    OutputFiles.check("--output", output);
    ModelKind kind = ModelKind.of("--output", output, EnumSet.allOf(ModelKind.class));
    boolean keras2 = isForKeras2(kind);
    PrintWriter err = spec.commandLine().getErr();
    if (match != null && weights == null) {
      throw new IllegalArgumentException("--match goes with --weights");
    }
    CommandFiles claimed = claim(err);
    try (claimed) {
      if (weights == null && kind != ModelKind.JSON) {
        ModelFiles.checkWeights(model);
      }
      convert(kind, keras2, err);
    }
  }

  private void convert(ModelKind kind, boolean keras2, PrintWriter err) {
    // Nothing is computed, so no other backend need start.
    try (Model from = files.open(model, m -> m.backend("reference"), err)) {
      if (weights != null) {
        WeightTransfer.Match by = match == null ? WeightTransfer.Match.ORDER : match;
        report(files.take(weights, by, from, err));
      }
      (keras2 ? files.keras2(err) : files.form(kind, err)).accept(from, output);
      List<Parameter> parameters = from.network().parameters();
      long numbers = parameters.stream().mapToLong(p -> p.shape().elements()).sum();
      spec.commandLine()
          .getOut()
          .println(
              String.format(
                  Locale.ROOT,
                  kind == ModelKind.JSON
                      ? "%s: %d layers, the architecture alone, without its %d weights of %,d numbers"
                      : "%s: %d layers, %d weights of %,d numbers",
                  output,
                  from.network().layers().size(),
                  parameters.size(),
                  numbers));
    }
  }

  private void report(WeightTransfer.Report report) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(report.text());
    List<String> left =
        report.rows().stream()
            .filter(r -> !r.isTaken() && !r.layer().isEmpty())
            .map(WeightTransfer.Row::layer)
            .toList();
    if (!left.isEmpty()) {
      out.println(
          (ModelFiles.isJson(model)
                  ? "left at initial values: "
                  : "left at the values of " + model + ": ")
              + String.join(", ", left));
    }
  }

  private CommandFiles claim(PrintWriter err) {
    CommandFiles claimed =
        new CommandFiles()
            .reads("--model", model)
            .reads("--weights", weights)
            .writes("--output", output)
            .claim(err);
    try {
      OutputFiles.checkModel("--output", output, overwrite, "--overwrite replaces it");
      return claimed;
    } catch (RuntimeException e) {
      claimed.close();
      throw e;
    }
  }
}
