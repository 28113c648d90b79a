package convlstm4j.cli;

import convlstm4j.data.Dataset;
import convlstm4j.io.folder.TrailerFolder;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code convlstm4j evaluate}. */
@Command(
    name = "evaluate",
    description =
        "Compute the losses and metrics of a trained model on samples in npy files (--x, --y) or on a"
            + " folder of trailers (--data).",
    footer = {
      "",
      "Examples:",
      "  convlstm4j evaluate --model trained.ckpt --x x.npy --y y.npy",
      "  convlstm4j evaluate --model demo/convlstm.ckpt --data demo/test"
    })
final class EvaluateCommand implements Runnable {
  @Mixin CommonOptions common;
  @Mixin BackendOption backend;
  @Spec CommandSpec spec;

  @Mixin ModelOption model;
  @Mixin ArrayOptions arrays;
  @Mixin DataOptions data;

  @Option(
      names = "--batch-size",
      paramLabel = "B",
      description = "Samples of --x at a time. Default: 32, or the model's own.")
  Integer batchSize;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    if (arrays.given() == (data.folder != null)) {
      throw new ParameterException(
          spec.commandLine(),
          arrays.given()
              ? "--data goes without --x and --y"
              : "Missing: --x=X.npy and --y=Y.npy, or --data=FOLDER");
    }
    TrailerFolder folder = arrays.given() ? null : data.folder();
    try (Model trained = model.open(backend::apply, spec.commandLine().getErr())) {
      if (trained.compilation().isEmpty()) {
        throw new IllegalArgumentException(
            model.file + ": does not say what the model is trained for; train it with --loss");
      }
      Compile compiled = trained.compilation().get();
      if (!compiled.unregistered().isEmpty()) {
        spec.commandLine()
            .getErr()
            .println(
                "convlstm4j: "
                    + model.file
                    + ": not measured, for they are not registered (--classpath JAR): "
                    + String.join(", ", compiled.unregistered()));
        trained.compile(compiled.withoutUnregistered());
      }
      Dataset samples =
          folder == null
              ? arrays.open(trained).dataset(batchSize)
              : data.everyFrame(folder.fitting(trained.network()));
      trained
          .evaluate(samples)
          .forEach((name, value) -> out.printf(Locale.ROOT, "%-32s %.4f%n", name, value));
      backend.report(out);
    }
  }
}
