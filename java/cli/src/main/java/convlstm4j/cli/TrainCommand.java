package convlstm4j.cli;

import convlstm4j.cli.article.Architectures;
import convlstm4j.data.Dataset;
import convlstm4j.data.Prefetch;
import convlstm4j.io.checkpoint.LastCheckpoint;
import convlstm4j.io.folder.TrailerFolder;
import convlstm4j.model.CsvLog;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import convlstm4j.train.Adam;
import convlstm4j.train.F1Score;
import convlstm4j.train.Loss;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convlstm4j train}. */
@Command(
    name = "train",
    description = {
      "Train a model on a folder of trailers, loaded one at a time, and save it after every epoch.",
      "Ctrl-C finishes the running step and saves; the same command with --model CHECKPOINT goes on"
          + " from there, in the middle of the epoch."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j train --data demo/train --output my.ckpt --window 12 --batch-size 4",
      "  convlstm4j train --data demo/train --output my.ckpt --model my.ckpt --window 12"
          + " --batch-size 4 --epochs 20"
    })
final class TrainCommand implements Callable<Integer> {
  @Mixin CommonOptions common;
  @Mixin BackendOption backend;
  @Spec CommandSpec spec;
  @Mixin DataOptions data;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "CHECKPOINT",
      description = "The file to write: architecture, weights, state of training.")
  Path output;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = {
        "A checkpoint to go on from, or an architecture in JSON (Keras's form). Default: the"
            + " article's ConvLSTM for the folder's frames and genres."
      })
  Path start;

  @Option(
      names = "--epochs",
      defaultValue = "10",
      paramLabel = "N",
      description = {
        "Train until N epochs are done in all, those of the checkpoint included. Default:"
            + " ${DEFAULT-VALUE}."
      })
  long epochs;

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description = "Of Adam. Default: 0.001, or the checkpoint's.")
  Double learningRate;

  @Option(
      names = "--batch-size",
      defaultValue = "1",
      paramLabel = "N",
      description = "Trailers or windows in a step. Default: ${DEFAULT-VALUE}.")
  int batchSize;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "S",
      description =
          "Decides first weights and order. Default: ${DEFAULT-VALUE}, or the checkpoint's.")
  long seed;

  @Option(
      names = "--filters",
      defaultValue = "8",
      paramLabel = "F",
      description = "Of the default model's ConvLSTMs. Default: ${DEFAULT-VALUE}.")
  int filters;

  @Option(
      names = "--validation",
      paramLabel = "IDS",
      description = "Trailers of the folder to evaluate on after each epoch, not to train on.")
  String validation;

  @Option(
      names = "--log",
      paramLabel = "FILE.csv",
      description = "Append losses and metrics of each epoch to a CSV file.")
  Path log;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    OutputFiles.check("--output", output);
    if (log != null) {
      OutputFiles.check("--log", log);
    }
    if (epochs < 1) {
      throw new IllegalArgumentException("--epochs " + epochs + ", must be at least 1");
    }
    TrailerFolder all = data.folder();
    try (Model model = model(all)) {
      if (model.progress().epoch() >= epochs) {
        throw new IllegalArgumentException(
            "--epochs "
                + epochs
                + ": "
                + start
                + " has done "
                + model.progress().epoch()
                + " already; ask for more, in all");
      }
      Dataset training =
          data.fullWindows(without(all).fitting(model.network()))
              .batch(batchSize)
              .shuffle(model.snapshot().seed());
      Fit fit = Fit.epochs(epochs).callbacks(ProgressDisplay.of(err, ""));
      fit = fit.callbacks(new LastCheckpoint(output));
      if (log != null) {
        fit = fit.callbacks(new CsvLog(log));
      }
      if (validation != null) {
        TrailerFolder held = TrailerFolder.open(data.folder).ids(validation);
        fit = fit.validation(data.everyFrame(held.fitting(model.network())));
      }
      return train(model, Prefetch.of(training, 2), fit, err);
    }
  }

  private int train(Model model, Dataset training, Fit fit, PrintWriter err) {
    try (Interrupt interrupt =
        new Interrupt(
            () -> {
              err.println("stopping after the running step; Ctrl-C again ends at once");
              model.requestStop();
            })) {
      model.fit(training, fit);
      Progress p = model.progress();
      err.println(
          (interrupt.happened() ? "stopped: " : "done: ")
              + p.epoch()
              + " epochs"
              + (p.batch() > 0 ? " and " + p.batch() + " batches" : "")
              + ", saved to "
              + output);
      return interrupt.happened() ? Errors.STOPPED : 0;
    }
  }

  private TrailerFolder without(TrailerFolder all) {
    if (validation == null) {
      return all;
    }
    var held = TrailerFolder.open(data.folder).ids(validation).ids();
    var left = all.ids().stream().filter(id -> !held.contains(id)).toList();
    if (left.isEmpty()) {
      throw new IllegalArgumentException(
          "--validation " + validation + " leaves no trailer to train on");
    }
    return all.ids(left);
  }

  private Model model(TrailerFolder folder) {
    if (folder.genres().isEmpty()) {
      throw new IllegalArgumentException(
          data.folder
              + ": has no labels, expected labels_{id}.npy [T, genres] for each trailer, or one"
              + " labels.csv");
    }
    Model model =
        start == null
            ? Architectures.convLstm(
                folder.frameShape(),
                folder.genres(),
                filters,
                Math.max(1, filters / 2),
                2 * filters)
            : ModelFiles.open(start, backend::apply);
    if (model.compilation().isEmpty()) {
      backend.apply(model);
      model.seed(seed);
      model.compile(
          new Adam(learningRate == null ? 1e-3 : learningRate),
          Loss.binaryCrossentropy(),
          new F1Score());
    } else if (learningRate != null) {
      model.learningRate(learningRate);
    }
    return model;
  }
}
