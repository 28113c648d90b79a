package convlstm4j.cli;

import convlstm4j.data.Dataset;
import convlstm4j.data.IndexedDataset;
import convlstm4j.data.Prefetch;
import convlstm4j.io.checkpoint.LastCheckpoint;
import convlstm4j.model.CsvLog;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code convlstm4j train}. */
@Command(
    name = "train",
    description = {
      "Train a model on samples in npy files (--x, --y) or on a folder of trailers (--data), of which"
          + " only what a step needs is in memory, and save it after every epoch.",
      "Ctrl-C finishes the running step and saves; the same command with --model CHECKPOINT goes on"
          + " from there, in the middle of the epoch."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j train --model model.ckpt --x x.npy --y y.npy --loss mse \\",
      "    --optimizer sgd --learning-rate 0.01 --momentum 0.9 --nesterov=true \\",
      "    --epochs 2 --batch-size 8 --shuffle true --output trained.ckpt",
      "  convlstm4j train --model twins.ckpt --output learnt.ckpt --epochs 2 \\",
      "    --x left=left.npy --x right=right.npy --y sum=sum.npy --y kind=kind.npy \\",
      "    --loss sum=mae --loss kind=categorical_crossentropy --loss-weight kind=0.5",
      "  convlstm4j train --data demo/train --output my.ckpt --window 12 \\",
      "    --batch-size 4",
      "  convlstm4j train --data demo/train --output my.ckpt --model my.ckpt \\",
      "    --window 12 --batch-size 4 --epochs 20"
    })
final class TrainCommand implements Callable<Integer> {
  @Mixin CommonOptions common;
  @Mixin BackendOption backend;
  @Mixin ModelFiles files;
  @Spec CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = {
        "A checkpoint to go on from, a Keras file (.h5, .keras), or an architecture in JSON (Keras's"
            + " form). Default, with --data: the article's ConvLSTM for the folder's frames and genres."
      })
  Path start;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "OUT",
      description = {
        "The file to write, its ending says its kind: .ckpt (a checkpoint, which alone keeps all that"
            + " training needs to go on bit for bit), or .h5 or .keras for Keras."
      })
  Path output;

  @Mixin ArrayOptions arrays;
  @Mixin CompileOptions compile;
  @Mixin FolderTraining folder;

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
      names = "--batch-size",
      paramLabel = "N",
      description = "Samples in a step. Default: 32, or of trailers or windows 1.")
  Integer batchSize;

  @Option(
      names = "--shuffle",
      defaultValue = "true",
      arity = "1",
      paramLabel = "true|false",
      description = "Take samples in another order in every epoch. Default: ${DEFAULT-VALUE}.")
  boolean shuffle;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "S",
      description =
          "Decides first weights and order. Default: ${DEFAULT-VALUE}, or the checkpoint's.")
  long seed;

  @Option(
      names = "--log",
      paramLabel = "FILE.csv",
      description = "Append losses and metrics of each epoch to a CSV file.")
  Path log;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    checkForm();
    OutputFiles.check("--output", output);
    ModelKind kind = ModelKind.of("--output", output, ModelKind.WITH_WEIGHTS);
    if (log != null) {
      OutputFiles.check("--log", log);
    }
    if (epochs < 1) {
      throw new IllegalArgumentException("--epochs " + epochs + ", must be at least 1");
    }
    try (Model model = model()) {
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
      files.checkSavable(model, kind, output);
      Fit fit =
          Fit.epochs(epochs)
              .callbacks(
                  ProgressDisplay.of(err, ""), new LastCheckpoint(output, files.form(kind, err)));
      if (log != null) {
        fit = fit.callbacks(new CsvLog(log));
      }
      Dataset validation = arrays.given() ? null : folder.validation(model);
      if (validation != null) {
        fit = fit.validation(validation);
      }
      return train(model, Prefetch.of(training(model), 2), fit, err);
    }
  }

  /** Samples come from arrays or from a folder. */
  private void checkForm() {
    if (arrays.given() == (folder.data.folder != null)) {
      throw new ParameterException(
          spec.commandLine(),
          arrays.given()
              ? "--data goes without --x and --y"
              : "Missing: --x=X.npy and --y=Y.npy, or --data=FOLDER");
    }
    List<String> strange = arrays.given() ? folder.given() : compile.given();
    if (!strange.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          strange.get(0) + " goes with " + (arrays.given() ? "--data" : "--x and --y"));
    }
    if (arrays.given() && start == null) {
      throw new ParameterException(spec.commandLine(), "Missing: --model=FILE, with --x and --y");
    }
  }

  private Model model() {
    if (!arrays.given()) {
      return folder.model(
          start == null ? null : () -> files.open(start, this::choose, spec.commandLine().getErr()),
          compile.learningRate,
          this::choose);
    }
    Model model = files.open(start, this::choose, spec.commandLine().getErr());
    try {
      compile.apply(model, start);
      return model;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** Before weights are made; a checkpoint restores its own seed. */
  private void choose(Model model) {
    backend.apply(model);
    model.seed(seed);
  }

  private Dataset training(Model model) {
    if (!arrays.given()) {
      return folder.training(model, batchSize == null ? 1 : batchSize);
    }
    IndexedDataset data = arrays.open(model).dataset(batchSize);
    return shuffle ? data.shuffle(model.snapshot().seed()) : data;
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
      backend.report(err);
      return interrupt.happened() ? Errors.STOPPED : 0;
    }
  }
}
