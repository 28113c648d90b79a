package convlstm4j.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code convlstm4j help}. */
@Command(
    name = "help",
    description = "Show what a command does and its options, as COMMAND --help does.",
    footer = {"", "Example:", "  convlstm4j help label-template"})
final class HelpCommand implements Runnable {
  @Mixin CommonOptions common;
  @Spec CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "COMMAND",
      description = "Which command. Default: all of them, in a line each.")
  @Nullable String command;

  @Override
  public void run() {
    CommandLine of = Commands.find(spec.root().commandLine(), command);
    Commands.setWidth(of);
    of.usage(spec.root().commandLine().getOut());
  }
}
