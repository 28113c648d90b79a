package convlstm4j.cli;

import convlstm4j.data.Dataset;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.optim.Adam;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code convlstm4j evaluate}. */
@Command(
    name = "evaluate",
    description = {
      "Compute the losses and metrics of a trained model on samples in npy files (--x, --y) or on a"
          + " folder of videos (--data): a row for each output, over all its frames and pixels; the"
          + " row \"all\" has the loss of all outputs together and the mean of each metric."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j evaluate --model trained.ckpt --x x.npy --y y.npy",
      "  convlstm4j evaluate --model trained.ckpt --x x.npy --y y.npy \\",
      "    --sample-weight w.npy --metrics mae,mse --output scores.csv",
      "  convlstm4j evaluate --model demo/convlstm.ckpt --data demo/test",
      "  convlstm4j evaluate --model demo/convlstm.ckpt --data demo/test \\",
      "    --metrics precision,recall,auc"
    })
final class EvaluateCommand implements Runnable {
  @Mixin CommonOptions common;
  @Mixin BackendOption backend;
  @Spec CommandSpec spec;

  @Mixin ModelOption model;
  @Mixin ArrayOptions arrays;
  @Mixin DataOptions data;

  @Mixin ObjectiveOptions objectives;

  @Option(
      names = "--output",
      paramLabel = "FILE.csv",
      description = "Write the table there, too, with all digits.")
  Path output;

  @Option(
      names = "--batch-size",
      paramLabel = "B",
      description = "Samples of --x at a time. Default: 32, or the model's own.")
  Integer batchSize;

  @Option(
      names = "--strict",
      description = "Fail if a prediction is NaN or infinite; else that is said.")
  boolean strict;

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
    List<String> beside = arrays.given() ? data.given() : arrays.beside();
    if (!beside.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          beside.get(0) + " goes with " + (arrays.given() ? "--data" : "--x and --y"));
    }
    checkOutput();
    VideoFolder folder = arrays.given() ? null : data.folder(arrays.weights);
    PrintWriter err = spec.commandLine().getErr();
    CommandFiles claimed = claim(err);
    try (claimed;
        Model trained = model.open(backend::apply, err)) {
      trained.onNonFinite(new NonFinite(strict, err));
      compile(trained);
      ScoreTable table = ScoreTable.of(trained, trained.evaluate(samples(trained, folder)));
      out.print(table.text());
      out.flush();
      if (output != null) {
        table.writeCsv(output);
      }
      backend.report(out);
    }
  }

  private void checkOutput() {
    if (output == null) {
      return;
    }
    if (!output.toString().endsWith(".csv")) {
      throw new IllegalArgumentException("--output " + output + ": expected a name ending in .csv");
    }
    OutputFiles.check("--output", output);
    OutputFiles.checkScores("--output", output);
  }

  private CommandFiles claim(PrintWriter err) {
    return new CommandFiles()
        .reads("--model", model.file)
        .reads("--x", arrays.x)
        .reads("--y", arrays.y)
        .reads("--sample-weight", arrays.weights)
        .readsFolder("--data", data.folder)
        .writes("--output", output)
        .claim(err);
  }

  /** Adds what is to be measured to what the model was trained for. */
  private void compile(Model trained) {
    Compile before = trained.compilation().map(c -> measurable(trained, c)).orElse(null);
    if (before == null && objectives.losses.isEmpty()) {
      throw new IllegalArgumentException(
          model.file + ": does not say what the model is trained for; name it with --loss");
    }
    if (!objectives.isEmpty()) {
      trained.compile(
          objectives.apply(
              before == null ? new Adam() : before.optimizer(),
              before,
              trained.network().outputNames(),
              true));
    }
  }

  private Compile measurable(Model trained, Compile compiled) {
    if (compiled.unregistered().isEmpty()) {
      return compiled;
    }
    spec.commandLine()
        .getErr()
        .println(
            "convlstm4j: "
                + model.file
                + ": not measured, for they are not registered (--classpath JAR): "
                + String.join(", ", compiled.unregistered()));
    Compile known = compiled.withoutUnregistered();
    trained.compile(known);
    return known;
  }

  private Dataset samples(Model trained, VideoFolder folder) {
    Conversions conversions = new Conversions(spec.commandLine().getErr());
    if (folder == null) {
      return arrays.open(trained, conversions).dataset(batchSize);
    }
    conversions.of(folder, trained.dtype());
    return data.everyFrame(folder.fitting(trained.signature()));
  }
}
