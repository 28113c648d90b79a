package convlstm4j.cli;

import convlstm4j.backend.BackendException;
import convlstm4j.io.file.FileException;
import convlstm4j.model.NonFiniteException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
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

  /** Stopped by Ctrl-C. */
  static final int STOPPED = 130;

  private Errors() {}

  static int wrongCall(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("convlstm4j: " + oneLine(e.getMessage()));
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    return WRONG;
  }

  static int failure(Exception e, CommandLine command, ParseResult result) {
    PrintWriter err = command.getErr();
    err.println("convlstm4j: " + message(e));
    if (CommonOptions.isVerbose(command)) {
      e.printStackTrace(err);
    }
    return code(e);
  }

  private static String message(Exception e) {
    boolean worded =
        e instanceof IllegalArgumentException
            || e instanceof FileException
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
            || e instanceof BackendException
            || inInput;
    return wrong ? WRONG : FAILED;
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
