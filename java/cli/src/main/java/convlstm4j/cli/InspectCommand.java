package convlstm4j.cli;

import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.keras.KerasDescription;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code convlstm4j inspect}. */
@Command(
    name = "inspect",
    description = {
      "Say what a file is: kind, version, layers, shapes, parameters; and whether it can be taken, or"
          + " else all that stands in the way (exit code 2)."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j inspect model.keras",
      "  convlstm4j inspect trained.ckpt"
    })
final class InspectCommand implements Callable<Integer> {
  @Mixin CommonOptions common;
  @Mixin ModelFiles files;
  @Spec CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description =
          "A checkpoint, a Keras file (.h5, .keras, weights only too), or an architecture in JSON.")
  Path file;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    KerasDescription description = files.describe(file);
    boolean checkpoint = Checkpoint.isCheckpoint(file);
    if (!checkpoint || !description.isWhole()) {
      out.print(description.text());
      out.flush();
      return description.isWhole() ? 0 : Errors.WRONG;
    }
    try (Model model = files.open(file, m -> m.backend("reference"), spec.commandLine().getErr())) {
      out.println(file + ": " + checkpoint(model));
      out.println(description.verdict());
      out.println(model.summary());
      return 0;
    }
  }

  private static String checkpoint(Model model) {
    Progress done = model.progress();
    return "checkpoint, "
        + model.dtype().toString().toLowerCase(Locale.ROOT)
        + ", trained for "
        + done.epoch()
        + " epochs ("
        + done.step()
        + " steps), "
        + model.compilation().map(c -> compiled(c.config())).orElse("not compiled");
  }

  /** Optimiser and losses by Keras's class names. */
  private static String compiled(Map<String, Object> config) {
    List<String> losses = new ArrayList<>();
    ((Map<?, ?>) Objects.requireNonNull(config.get("losses"), "losses"))
        .forEach((output, loss) -> losses.add((output + " " + className(loss)).strip()));
    return "compiled with "
        + className(Objects.requireNonNull(config.get("optimizer"), "optimizer"))
        + ", "
        + String.join(", ", losses);
  }

  private static String className(Object form) {
    return String.valueOf(((Map<?, ?>) form).get("class_name"));
  }
}
