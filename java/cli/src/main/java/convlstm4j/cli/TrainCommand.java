package convlstm4j.cli;

import convlstm4j.data.Prefetch;
import convlstm4j.io.checkpoint.LastCheckpoint;
import convlstm4j.model.Callback;
import convlstm4j.model.CsvLog;
import convlstm4j.model.Fit;
import convlstm4j.model.History;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import convlstm4j.model.TensorBoard;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
      "Train a model on a folder of videos (--data) or on samples in npy files (--x, --y).",
      "Only what a step needs is in memory; the model is saved after every epoch. Ctrl-C and SIGTERM finish the running step and save;"
          + " the same command with --model CHECKPOINT or --resume goes on from there, in the middle of the epoch."
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
      "  convlstm4j train --model model.ckpt --x x.npy --y y.npy --loss mse \\",
      "    --metrics mae --sample-weight w.npy --validation-split 0.2 \\",
      "    --early-stopping :5 --restore-best --best best.ckpt --epochs 4 \\",
      "    --output weighted.ckpt",
      "  convlstm4j train --model model.ckpt --x x.npy --y y.npy --loss mse \\",
      "    --optimizer adamw --weight-decay 0.01 --learning-rate 0.02 \\",
      "    --schedule cosine:20,alpha=0.1,warmup=4 --clip-norm 0.5 --epochs 8 \\",
      "    --output annealed.ckpt",
      "  convlstm4j train --data demo/train --output augmented.ckpt --filters 2 \\",
      "    --window 8 --augment flip,speed=0.8:1.25,noise=0.02 --epochs 1",
      "  convlstm4j train --model model.ckpt --x x.npy --y y.npy --loss mse \\",
      "    --clip-value 0.02 --validation-x x.npy --validation-y y.npy \\",
      "    --validation-sample-weight w.npy --reduce-on-plateau val_loss:1:0.5 \\",
      "    --optimizer sgd --learning-rate 9 --epochs 8 --output reduced.ckpt",
      "  convlstm4j train --model twins.ckpt --x left=left.npy --x right=right.npy \\",
      "    --y sum=sum.npy --y kind=kind.npy --loss sum=mse \\",
      "    --loss kind=categorical_crossentropy --class-weight kind=0=2,1=0.5 \\",
      "    --metrics kind=accuracy,f1 --monitor kind_f1_score --mode max \\",
      "    --best best.keras --global-clip-norm 0.1 --epochs 3 --output fair.ckpt",
      "  convlstm4j train --data demo/train --output my.ckpt --window 12 \\",
      "    --batch-size 4 --epochs 2",
      "  convlstm4j train --data demo/train --output my.ckpt --model my.ckpt \\",
      "    --window 12 --batch-size 4 --epochs 4",
      "  convlstm4j train --data demo/train --validation 1 --output yes.ckpt \\",
      "    --window 12 --class-weight 1=3 --metrics f1,auc \\",
      "    --early-stopping val_loss:2 --epochs 2 --picture curves.png",
      "  convlstm4j train --data demo/train --output long.ckpt --memory 1g \\",
      "    --truncate 8 --spill demo --epochs 1",
      "  convlstm4j train --data demo/train --output my.ckpt --resume --window 12 \\",
      "    --batch-size 4 --epochs 5",
      "  convlstm4j train --data demo/train --output my.ckpt --overwrite \\",
      "    --filters 2 --epochs 1",
      "  convlstm4j train --model model.json --x bytes.npy --y y.npy --unit-range \\",
      "    --loss mse --ema 0.9 --ema-overwrite 2 --accumulate 2 --seed 7 \\",
      "    --backend reference --precision float32 --threads 2 --profile \\",
      "    --batch-size 2 --epochs 2 --log log.csv --tensorboard events \\",
      "    --output averaged.ckpt",
      "  convlstm4j train --data films --output square.ckpt --ids still/a,moving/a \\",
      "    --frame-size 24x32 --frame-fit crop --frame-rate 5 \\",
      "    --frame-colours grey --epochs 1",
      "  convlstm4j train --data films --output head.ckpt --backbone eye.keras \\",
      "    --backbone-range -1:1 --feature-cache features --epochs 2"
    })
final class TrainCommand implements Callable<Integer> {
  @Mixin CommonOptions common;
  @Mixin BackendOption backend;
  @Mixin ModelFiles files;
  @Mixin MemoryOption memory;
  @Mixin TruncateOption truncation;
  @Mixin SpillOption spill;
  @Spec CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = {
        "A checkpoint to go on from, a Keras file (.h5, .keras), or an architecture in JSON (Keras's"
            + " form). Default, with --data: the article's ConvLSTM for the folder's frames and labels."
      })
  @Nullable Path start;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "OUT",
      description = {
        "The file to write, its ending says its kind: .ckpt (a checkpoint, which alone keeps all that"
            + " training needs to go on bit for bit), or .h5 or .keras for Keras."
      })
  Path output;

  @Option(
      names = "--resume",
      description = {
        "Go on from --output where it is there, whatever --model says, and begin where it is not: one"
            + " command to start with and to go on with."
      })
  boolean resume;

  @Option(
      names = "--overwrite",
      description = "Begin anew even if --output is there; the model in it is lost.")
  boolean overwrite;

  @Mixin TrainingSamples samples;
  @Mixin CompileOptions compile;
  @Mixin StopOptions stop;
  @Mixin BestOption best;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Decides first weights and order. Default: 0, or the checkpoint's.")
  @Nullable Long seed;

  @Option(
      names = "--log",
      paramLabel = "FILE.csv",
      description = "Append losses and metrics of each epoch to a CSV file.")
  @Nullable Path log;

  @Option(
      names = "--picture",
      paramLabel = "FILE.png",
      description = "Draw losses and metrics of this run's epochs, anew after each of them.")
  @Nullable Path picture;

  @Option(
      names = "--tensorboard",
      paramLabel = "FOLDER",
      description = {
        "Write losses and metrics of each epoch for TensorBoard, an event file for each run, into"
            + " train and validation below this folder."
      })
  @Nullable Path events;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    if (resume && overwrite) {
      throw new ParameterException(spec.commandLine(), "--resume goes without --overwrite");
    }
    boolean goesOn = resume && OutputFiles.holdsSomething(output);
    samples.checkForm(spec.commandLine(), start != null || goesOn);
    OutputFiles.check("--output", output);
    ModelKind kind = ModelKind.of("--output", output, ModelKind.WITH_WEIGHTS);
    if (resume && kind != ModelKind.CHECKPOINT) {
      throw new IllegalArgumentException(
          "--output "
              + output
              + ": --resume goes with a checkpoint (.ckpt), which keeps how far training has come");
    }
    best.check();
    stop.check();
    OutputFiles.checkPng("--picture", picture);
    samples.folder.data.backbone.check();
    CommandFiles claimed = claim(err);
    try (claimed;
        Interrupt interrupt = new Interrupt(err);
        BackboneOption backbone = samples.folder.data.backbone.open(backend, err)) {
      Path from = resume && OutputFiles.holdsSomething(output) ? output : start;
      boolean same = from != null && SameFiles.isSame(from, output);
      if (!same) {
        OutputFiles.checkModel(
            "--output",
            output,
            overwrite,
            "--resume goes on from it, --overwrite begins anew in its place");
      }
      best.checkPlace(overwrite || same);
      try (Model model = model(from, same)) {
        if (!samples.arrays.given()) {
          backbone.checkFits(model, from == null ? "the default model" : from);
        }
        return train(model, from, kind, interrupt);
      }
    }
  }

  private CommandFiles claim(PrintWriter err) {
    return samples
        .folder
        .data
        .backbone
        .files(samples.reads(new CommandFiles()))
        .reads("--model", start, "--output")
        .writes("--output", output)
        .writes("--best", best.file)
        .writes("--log", log)
        .writes("--picture", picture)
        .writesFolders("--tensorboard", TensorBoard.folders(events))
        .claim(err);
  }

  /**
   * Opens the model and compiles it.
   *
   * @param from null for the article's network
   * @param same whether the trained model takes its place
   */
  private Model model(@Nullable Path from, boolean same) {
    PrintWriter err = spec.commandLine().getErr();
    Model model =
        samples.arrays.given()
            ? files.open(Objects.requireNonNull(from, "--model"), this::choose, err)
            : samples.folder.model(
                from == null ? null : () -> files.open(from, this::choose, err),
                from,
                this::choose);
    try {
      memory.apply(model);
      truncation.apply(model);
      spill.apply(model);
      long learnt = model.progress().step();
      if (seed != null && learnt > 0 && seed != model.seed()) {
        throw new IllegalArgumentException(
            "--seed " + seed + ": " + from + " began with --seed " + model.seed());
      }
      StringWriter said = new StringWriter();
      compile.apply(
          model,
          samples.arrays.given() ? null : FolderTraining.standard(),
          from,
          new PrintWriter(said, true));
      if (same && !overwrite && learnt > model.progress().step()) {
        throw new IllegalArgumentException(
            said.toString().strip().replaceFirst("^convlstm4j: ", "")
                + "; --overwrite lets them, another --output keeps the model");
      }
      err.print(said);
      err.flush();
      return model;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** Before weights are made; a checkpoint restores its own seed. */
  private void choose(Model model) {
    backend.apply(model);
    model.seed(seed == null ? 0 : seed);
  }

  private int train(Model model, @Nullable Path from, ModelKind kind, Interrupt interrupt) {
    PrintWriter err = spec.commandLine().getErr();
    boolean done = model.progress().epoch() >= stop.epochs && !resume;
    if (done && log == null) {
      throw done(model, from);
    }
    if (log != null) {
      OutputFiles.checkLog("--log", log, overwrite || model.progress().epoch() > 0);
    }
    files.checkSavable(model, kind, output);
    TrainingSamples.Parts parts = samples.open(model, new Conversions(err));
    boolean validated = parts.validation() != null;
    Fit fit = samples.apply(Fit.epochs(stop.epochs).quiet(), model, parts);
    for (Callback c : stop.callbacks(model, validated)) {
      fit = fit.callbacks(c);
    }
    fit =
        best.apply(fit, stop.monitor(validated), files, model, err)
            .callbacks(
                ProgressDisplay.of(err, ""),
                // CommandFiles has the locks.
                new LastCheckpoint(output, files.form(kind, err)).lockedByCaller());
    if (log != null) {
      fit = fit.callbacks(new CsvLog(log).lockedByCaller());
    }
    if (picture != null) {
      fit = fit.callbacks(new TrainingCurves(picture, model.network().outputNames()));
    }
    if (events != null) {
      fit = fit.callbacks(new TensorBoard(events));
    }
    interrupt.stopWith(model::requestStop);
    History history = model.fit(Prefetch.of(parts.training(), 2), fit);
    if (done) {
      throw done(model, from); // now that the log has the last line that a killed run owed it
    }
    Progress p = model.progress();
    spec.commandLine()
        .getOut()
        .print(ScoreTable.of(model, history, stop.monitor(validated)).text());
    spec.commandLine().getOut().flush();
    err.println(
        (interrupt.happened() ? "stopped: " : "done: ")
            + p.epoch()
            + " epochs"
            + (p.batch() > 0 ? " and " + p.batch() + " batches" : "")
            + ", saved to "
            + output);
    backend.report(err);
    return interrupt.code();
  }

  private IllegalArgumentException done(Model model, @Nullable Path from) {
    return new IllegalArgumentException(
        "--epochs "
            + stop.epochs
            + ": "
            + from
            + " has done "
            + model.progress().epoch()
            + " already; ask for more, in all");
  }
}
