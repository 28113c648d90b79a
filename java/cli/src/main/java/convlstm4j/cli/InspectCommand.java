package convlstm4j.cli;

import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code convlstm4j inspect}. */
@Command(
    name = "inspect",
    description = {
      "Say what a file is: kind, version, layers, shapes, parameters; of a Keras file also what cannot"
          + " be taken, and why."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j inspect model.keras",
      "  convlstm4j inspect trained.ckpt"
    })
final class InspectCommand implements Runnable {
  @Mixin CommonOptions common;
  @Mixin ModelFiles files;
  @Spec CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description = "A checkpoint, a Keras file (.h5, .keras), or an architecture in JSON.")
  Path file;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    if (KerasModels.isKerasFile(file)) {
      out.print(KerasModels.describe(file, KerasOptions.defaults()).text());
      out.flush();
      return;
    }
    try (Model model = files.open(file, m -> m.backend("reference"), spec.commandLine().getErr())) {
      out.println(
          file
              + ": "
              + (Checkpoint.isCheckpoint(file)
                  ? checkpoint(model)
                  : "architecture in Keras's JSON, without weights"));
      out.println(model.summary());
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
    ((Map<?, ?>) config.get("losses"))
        .forEach((output, loss) -> losses.add((output + " " + className(loss)).strip()));
    return "compiled with " + className(config.get("optimizer")) + ", " + String.join(", ", losses);
  }

  private static String className(Object form) {
    return String.valueOf(((Map<?, ?>) form).get("class_name"));
  }
}
