package convlstm4j.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code convlstm4j man}. */
@Command(
    name = "man",
    description = {
      "Print a manual page.",
      "Read it by  convlstm4j man predict | man -l -  or keep it as ~/.local/share/man/man1/convlstm4j-predict.1."
    },
    footer = {"", "Example:", "  convlstm4j man predict"})
final class ManCommand implements Runnable {
  @Mixin CommonOptions common;
  @Spec CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "COMMAND",
      description = "Which command. Default: the whole program.")
  @Nullable String command;

  @Override
  public void run() {
    CommandLine root = spec.root().commandLine();
    PrintWriter out = root.getOut();
    out.print(ManPage.of(Commands.find(root, command)));
    out.flush();
  }
}
