package convlstm4j.cli;

import convlstm4j.cli.picture.Drawing;
import convlstm4j.cli.picture.Intervals;
import convlstm4j.cli.picture.Report;
import convlstm4j.data.Dataset;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.F1Score;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.option.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
      "Compute the losses and metrics of a trained model on a folder of videos (--data) or on samples in npy files (--x, --y).",
      "A row for each output, over all its frames and pixels; the row \"all\" has the loss of all outputs together and the mean"
          + " of each metric. Of classifiers without metrics, F1, too."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j evaluate --model trained.ckpt --x x.npy --y y.npy",
      "  convlstm4j evaluate --model trained.ckpt --x x.npy --y y.npy \\",
      "    --sample-weight w.npy --metrics mae,mse --output scores.csv",
      "  convlstm4j evaluate --model demo/convlstm.ckpt --data demo/test \\",
      "    --report report",
      "  convlstm4j evaluate --model trained.ckpt --x x.npy --y y.npy --loss mae \\",
      "    --batch-size 4 --strict",
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
  @Nullable Path output;

  @Option(
      names = "--report",
      paramLabel = "FOLDER",
      description = {
        "Write a page FOLDER/report.html: the table, and of labels what was taken for what, precision"
            + " and recall, calibration, and the worst clips over time. Predicts all once more."
      })
  @Nullable Path report;

  @Option(
      names = "--batch-size",
      paramLabel = "B",
      description = "Samples of --x at a time. Default: 32, or the model's own.")
  @Nullable Integer batchSize;

  @Option(
      names = "--strict",
      description = "Fail if a prediction is NaN or infinite; else that is said.")
  boolean strict;

  @Override
  public void run() {
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
    PrintWriter err = spec.commandLine().getErr();
    try (BackboneOption opened = data.backbone.open(backend, err)) {
      evaluate(opened, err);
    }
  }

  private void evaluate(BackboneOption backbone, PrintWriter err) {
    VideoFolder folder = arrays.given() ? null : data.folder(arrays.weights);
    if (report != null) {
      OutputFiles.checkFolder("--report", report);
      Drawing.check();
    }
    MadeFolder made = report == null ? null : MadeFolder.of(report);
    try (made) {
      work(folder, backbone, err);
    }
  }

  private void work(@Nullable VideoFolder folder, BackboneOption backbone, PrintWriter err) {
    PrintWriter out = spec.commandLine().getOut();
    CommandFiles claimed = claim(err);
    try (claimed;
        Model trained = model.open(backend::apply, err)) {
      if (folder != null) {
        backbone.checkFits(trained, model.file);
      }
      trained.onNonFinite(new NonFinite(strict, err));
      compile(trained);
      if (objectives.metrics.isEmpty()) {
        addF1(trained);
      }
      Dataset samples = samples(trained, folder);
      ScoreTable table = ScoreTable.of(trained, trained.evaluate(samples));
      out.print(table.text());
      out.flush();
      if (output != null) {
        table.writeCsv(output);
      }
      if (report != null) {
        Path page = reportFile(report);
        report(trained, folder, samples, table, page);
        out.println(page);
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

  private static Path reportFile(Path folder) {
    return folder.resolve("report.html");
  }

  private void report(
      Model trained, @Nullable VideoFolder folder, Dataset samples, ScoreTable table, Path file) {
    Report page = new Report(trained.network().outputNames(), Intervals.HALF);
    ReportRun run = new ReportRun(trained, page);
    if (folder == null) {
      run.run(samples);
    } else {
      run.run(folder.fitting(trained.signature()), data);
    }
    String on = folder == null ? String.join(", ", arrays.x) : folder.toString();
    try {
      AtomicFile.write(file, page.page(model.file.toString(), on, table.header(), table.cells()));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private CommandFiles claim(PrintWriter err) {
    Path page = report == null ? null : reportFile(report);
    if (page != null) {
      OutputFiles.checkPicture("--report", page);
    }
    return data.backbone
        .files(new CommandFiles())
        .reads("--model", model.file)
        .reads("--x", arrays.x)
        .reads("--y", arrays.y)
        .reads("--sample-weight", arrays.weights)
        .readsFolder("--data", data.folder)
        .writes("--output", output)
        .writes("--report", page)
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

  /** F1 of classifiers for which nobody asked for a metric: their loss says little. */
  private void addF1(Model trained) {
    Compile compiled = trained.compilation().orElseThrow();
    Compile more = compiled;
    for (String output : trained.network().outputNames()) {
      if (compiled.isTrained(output)
          && compiled.metricsOf(output).isEmpty()
          && isOfProbabilities(compiled.lossOf(output))) {
        more = more.metrics(output, new F1Score());
      }
    }
    if (more != compiled) {
      trained.compile(more);
    }
  }

  private static boolean isOfProbabilities(@Nullable Loss loss) {
    if (loss == null) {
      return false;
    }
    Config config = loss.config();
    return config.className().matches(".*(Binary|Categorical).*[Cc]rossentropy")
        && !Boolean.TRUE.equals(config.values().get("from_logits"));
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

  private Dataset samples(Model trained, @Nullable VideoFolder folder) {
    Conversions conversions = new Conversions(spec.commandLine().getErr());
    if (folder == null) {
      return arrays.open(trained, conversions).dataset(batchSize);
    }
    conversions.of(folder, trained.dtype());
    return data.everyFrame(folder.fitting(trained.signature()));
  }
}
