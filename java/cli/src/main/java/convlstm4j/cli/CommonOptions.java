package convlstm4j.cli;

import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Options of every command. */
final class CommonOptions {
  @Option(names = "--verbose", description = "Show stack traces of errors.")
  boolean verbose;

  /** Whether the command that failed, or one inside it, was told to be verbose. */
  static boolean isVerbose(CommandLine command) {
    return command.getParseResult() != null
        && command.getParseResult().asCommandLineList().stream()
            .anyMatch(c -> c.getParseResult().hasMatchedOption("--verbose"));
  }
}
