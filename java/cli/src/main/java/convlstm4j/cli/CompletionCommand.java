package convlstm4j.cli;

import java.util.Locale;
import java.util.regex.Pattern;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code convlstm4j completion}. */
@Command(
    name = "completion",
    description = {
      "Print a script that makes a shell complete commands, options and their values.",
      "Put  eval \"$(convlstm4j completion bash)\"  into ~/.bashrc, or the same with zsh into ~/.zshrc."
    },
    footer = {"", "Example:", "  convlstm4j completion bash"})
final class CompletionCommand implements Runnable {
  private static final Pattern WORDS = Pattern.compile("(?m)(?<=_args=)\\(.*\\)");

  /** Shells that there is a script for. */
  enum Shell {
    BASH,
    ZSH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Mixin CommonOptions common;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "Which shell: ${COMPLETION-CANDIDATES}.")
  Shell shell;

  @Override
  public void run() {
    CommandLine root = spec.root().commandLine();
    // The script is of bash, and sets zsh up to read such. It would not let bash complete the names
    // of files where an option takes more than a file, as --input NAME=FILE does.
    String script =
        AutoComplete.bash(root.getCommandName(), root)
            .replaceAll("(?m)^.*compopt \\+o default$", "");
    // Words are those of the help, not of Java's constants.
    root.getOut().print(WORDS.matcher(script).replaceAll(m -> m.group().toLowerCase(Locale.ROOT)));
    root.getOut().flush();
  }
}
