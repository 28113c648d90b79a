package convlstm4j.cli;

import convlstm4j.cli.demo.Demo;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convlstm4j demo}. */
@Command(
    name = "demo",
    description = {
      "Make videos of real handwritten digits that move through noise and gaps, one digit class a"
          + " genre; train the article's ConvLSTM on them, its Convolution-LSTM, and the ConvLSTM"
          + " without memory (each frame alone); compare them on unseen digits, and draw one trailer"
          + " with its scores. Takes some minutes."
    },
    footer = {"", "Example:", "  convlstm4j demo --output demo --seed 2"})
final class DemoCommand implements Callable<Integer> {
  @Mixin CommonOptions common;
  @Mixin BackendOption backend;
  @Spec CommandSpec spec;

  @Option(
      names = "--output",
      defaultValue = "demo",
      paramLabel = "FOLDER",
      description = "Where trailers, checkpoints and the picture go. Default: ${DEFAULT-VALUE}.")
  Path folder;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Decides trailers, first weights and order. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Override
  public Integer call() {
    OutputFiles.checkFolder("--output", folder);
    PrintWriter err = spec.commandLine().getErr();
    try (Interrupt interrupt = new Interrupt(err)) {
      Demo demo =
          new Demo(
              folder,
              seed,
              backend::apply,
              err::println,
              title -> ProgressDisplay.of(err, title),
              model -> interrupt.stopWith(model == null ? null : model::requestStop));
      try {
        spec.commandLine().getOut().print(demo.run());
      } catch (CancellationException e) {
        err.println(e.getMessage());
        return interrupt.code();
      } catch (IOException e) {
        throw new UncheckedIOException(
            "--output " + folder + ": cannot be written: " + e.getMessage(), e);
      }
      backend.report(spec.commandLine().getOut());
      spec.commandLine().getOut().flush();
      return 0;
    }
  }
}
