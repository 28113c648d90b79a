package convlstm4j.cli;

import convlstm4j.backend.BackendException;
import convlstm4j.io.architecture.ArchitectureException;
import convlstm4j.io.file.FileException;
import convlstm4j.model.NonFiniteException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one line on stderr and an exit code. */
final class Errors {
  /** The work failed. */
  static final int FAILED = 1;

  /** A wrong call or input. */
  static final int WRONG = 2;

  /** A list of constants in a message of picocli's. */
  private static final Pattern CONSTANTS = Pattern.compile("expected one of \\[[A-Z0-9_, ]+]");

  private Errors() {}

  static int wrongCall(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    List<String> meant = e instanceof UnmatchedArgumentException u ? u.getSuggestions() : List.of();
    command
        .getErr()
        .println(
            "convlstm4j: "
                + words(oneLine(String.valueOf(e.getMessage())))
                + (meant.isEmpty() ? "" : "; did you mean " + String.join(" or ", meant) + "?")
                + "; see "
                + command.getCommandSpec().qualifiedName()
                + " --help");
    return WRONG;
  }

  /** A message with the words of an option as its help has them, not Java's constants. */
  private static String words(String message) {
    return CONSTANTS.matcher(message).replaceFirst(m -> m.group().toLowerCase(Locale.ROOT));
  }

  static int failure(Exception e, CommandLine command, ParseResult result) {
    PrintWriter err = command.getErr();
    err.println("convlstm4j: " + message(e));
    if (CommonOptions.isVerbose(command)) {
      e.printStackTrace(err);
    }
    return code(e);
  }

  /** Java's own memory has run out, which no estimate foresaw, or the system's threads have. */
  static int outOfMemory(OutOfMemoryError e, PrintWriter err) {
    if (String.valueOf(e.getMessage()).contains("native thread")) {
      err.println(
          "convlstm4j: no more threads may be started here: --threads 1 needs the fewest; or raise the"
              + " limit of the user (ulimit -u) or of the container (pids.max, docker's --pids-limit)");
      return FAILED;
    }
    err.println(
        "convlstm4j: out of memory ("
            + oneLine(e.toString())
            + "): use --window, a smaller batch or model, or give Java more (JAVA_OPTS=-Xmx..)");
    return FAILED;
  }

  private static String message(Exception e) {
    boolean worded =
        e instanceof IllegalArgumentException
            || e instanceof FileException
            || e instanceof ArchitectureException
            || e instanceof BackendException
            || e instanceof NonFiniteException
            || e instanceof UncheckedIOException;
    return worded && e.getMessage() != null
        ? oneLine(e.getMessage())
        : "unexpected " + oneLine(e.toString()) + "; --verbose shows where";
  }

  private static int code(Exception e) {
    boolean inInput = e instanceof NonFiniteException n && n.where().startsWith("input");
    boolean wrong =
        e instanceof IllegalArgumentException
            || e instanceof FileException
            || e instanceof ArchitectureException
            || e instanceof BackendException
            || inInput;
    return wrong ? WRONG : FAILED;
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
