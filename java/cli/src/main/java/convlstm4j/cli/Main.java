package convlstm4j.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;

/** The command {@code convlstm4j}. */
@Command(
    subcommands = {
      DemoCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      ExplainCommand.class,
      ConvertCommand.class,
      InspectCommand.class,
      SummaryCommand.class,
      LabelTemplateCommand.class,
      PlanCommand.class,
      InfoCommand.class,
      SelftestCommand.class,
      CacheCommand.class,
      CompletionCommand.class,
      ManCommand.class,
      HelpCommand.class
    })
public final class Main extends Program {
  /** The terminal that knows no control characters. */
  static final String DUMB = "dumb";

  /** Those that tell of all commands. */
  private static final Set<Class<?>> OF_ALL =
      Set.of(CompletionCommand.class, HelpCommand.class, ManCommand.class);

  private Main() {}

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param args the words of the command line
   */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
    PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
    System.exit(run(out, err, args));
  }

  /**
   * Runs the command.
   *
   * @param out where results go
   * @param err where progress and errors go
   * @param args the words of the command line
   * @return the exit code
   */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    PrintWriter shown = PrintableWriter.to(err);
    CommandLine line =
        line(args)
            .setOut(out) // as it is for the help, which has colours
            .setErr(shown)
            .setExecutionStrategy(
                words -> {
                  words.asCommandLineList().stream()
                      .filter(CommandLine::isUsageHelpRequested)
                      .forEach(Commands::setWidth);
                  Integer helped = CommandLine.executeHelpRequest(words);
                  if (helped != null) {
                    return helped;
                  }
                  words.commandSpec().commandLine().setOut(PrintableWriter.to(out));
                  return new RunLast().execute(words);
                })
            .setCaseInsensitiveEnumValuesAllowed(true)
            .registerConverter(Path.class, Main::path)
            .setParameterExceptionHandler(Errors::wrongCall)
            .setExecutionExceptionHandler(Errors::failure);
    Commands.markRequired(line);
    if (DUMB.equals(System.getenv("TERM"))) {
      line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    }
    try {
      return args.length == 0 ? line.execute("--help") : line.execute(args);
    } catch (OutOfMemoryError e) {
      return Errors.outOfMemory(e, shown);
    }
  }

  /**
   * The program with the command that is called, if that is known by the first word: to make them
   * all takes longer than many of them work.
   */
  private static CommandLine line(String... args) {
    for (Class<?> c : Main.class.getAnnotation(Command.class).subcommands()) {
      String name = c.getAnnotation(Command.class).name();
      if (args.length > 0 && args[0].equals(name) && !OF_ALL.contains(c)) {
        return new CommandLine(new Program()).addSubcommand(c);
      }
    }
    return new CommandLine(new Main());
  }

  /** An empty name, as of a shell's variable that is not set, would mean the current folder. */
  private static Path path(String word) {
    if (word.isBlank()) {
      throw new TypeConversionException("\"" + word + "\" is empty, expected a file or folder");
    }
    return Path.of(word);
  }
}
