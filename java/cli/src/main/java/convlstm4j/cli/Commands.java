package convlstm4j.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** All commands, and how their help looks. */
final class Commands {
  /** Narrower, words of options leave no room for what they do. */
  private static final int NARROWEST = 60;

  private Commands() {}

  /** The command of a name; the whole program for null. */
  static CommandLine find(CommandLine root, @Nullable String name) {
    if (name == null) {
      return root;
    }
    Map<String, CommandLine> all = root.getSubcommands();
    CommandLine found = all.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          name + ": there is no such command, expected one of " + String.join(", ", all.keySet()));
    }
    return found;
  }

  /** Marks options that are needed, and says so where there are any. */
  static void markRequired(CommandLine root) {
    for (CommandLine command : root.getSubcommands().values()) {
      CommandSpec spec = command.getCommandSpec();
      if (spec.options().stream().anyMatch(OptionSpec::required)) {
        spec.usageMessage().requiredOptionMarker('*');
        spec.usageMessage().optionListHeading("%nOptions (* is needed):%n");
      }
    }
  }

  /** Help is as wide as the terminal. */
  static void setWidth(CommandLine command) {
    command.setUsageHelpWidth(Math.max(NARROWEST, TerminalWidth.columns()));
  }
}
