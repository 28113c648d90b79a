package convlstm4j.cli;

import convlstm4j.model.InputPlace;
import convlstm4j.model.Model;
import convlstm4j.model.RunPlan;
import convlstm4j.tensor.Shape;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convlstm4j plan}. */
@Command(
    name = "plan",
    description = {
      "Say how a model would run on inputs of some shape, and what memory and work that takes, without doing it.",
      "The peak, by phase, with the arrays that dominate it; which layers want all frames at once. Exit code 2 if it does not fit."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j plan --model demo/convlstm.ckpt --input-shape 1,1000,3,24,24",
      "  convlstm4j plan --model demo/convlstm.ckpt --memory 400m \\",
      "    --input-shape 1,1000,3,24,24 --stretch 8",
      "  convlstm4j plan --model demo/convlstm.ckpt --training \\",
      "    --input-shape 1,30,3,24,24 --truncate 10 --inputs files --spill demo",
      "  convlstm4j plan --model twins.ckpt \\",
      "    --input-shape left=8,3 --input-shape right=8,3"
    })
final class PlanCommand implements Callable<Integer> {
  @Mixin CommonOptions common;
  @Mixin ModelFiles files;
  @Mixin BackendOption backend;
  @Mixin MemoryOption memory;
  @Mixin TruncateOption truncation;
  @Mixin SpillOption spill;
  @Spec CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "A checkpoint, a Keras file (.h5, .keras), or an architecture in JSON.")
  Path file;

  @Option(
      names = "--input-shape",
      required = true,
      paramLabel = "[NAME=]N,T,..",
      description = "The shape of a batch; with several inputs one for each.")
  List<String> shapes;

  @Option(names = "--training", description = "Of a step of training, else of a prediction.")
  boolean training;

  @Option(
      names = "--inputs",
      paramLabel = "WHERE",
      description =
          "Where the inputs to train on are: ${COMPLETION-CANDIDATES}; files of uint8 that are read as"
              + " they are needed, as train --data does, or on the Java heap as pixels (uint8) or as"
              + " numbers. Default: files.")
  @Nullable InputPlace inputs;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    try (Model model =
        training
            ? files.open(file, backend::apply, err)
            : files.openToUse(file, backend::apply, err)) {
      memory.apply(model);
      truncation.apply(model);
      spill.apply(model);
      if (training && model.compilation().isEmpty()) {
        throw new IllegalArgumentException(
            "--training: the model in "
                + file
                + " is not compiled, so that there is no loss and no optimizer to plan for; expected"
                + " one that was trained");
      }
      if (spill.folder != null && !training) {
        throw new IllegalArgumentException(
            "--spill: only training keeps arrays in files; use it with --training");
      }
      if (inputs != null && !training) {
        throw new IllegalArgumentException(
            "--inputs: a prediction reads its frames from files as they are needed; use it with"
                + " --training");
      }
      List<String> names = model.network().inputNames();
      Shape[] all =
          Named.all("--input-shape", shapes, "input", names).stream()
              .map(PlanCommand::shape)
              .toArray(Shape[]::new);
      RunPlan plan =
          training
              ? model.planTraining(inputs == null ? InputPlace.FILES : inputs, all)
              : model.plan(false, all);
      spec.commandLine().getOut().println(plan);
      return plan.refusal().isEmpty() ? 0 : Errors.WRONG;
    }
  }

  private static Shape shape(String words) {
    if (!words.matches("[1-9][0-9]{0,9}(,[1-9][0-9]{0,9})*")) {
      throw new IllegalArgumentException(
          "--input-shape " + words + ": expected sizes of at least 1, as 1,1000,3,400,400");
    }
    return Shape.of(Stream.of(words.split(",")).mapToLong(Long::parseLong).toArray());
  }
}
