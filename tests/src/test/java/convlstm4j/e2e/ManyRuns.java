package convlstm4j.e2e;

import convlstm4j.cli.Main;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A process in a folder that runs one command line after another: names of files count from that
 * folder, as they do for a user, and no JVM starts for each.
 */
final class ManyRuns implements AutoCloseable {
  private static final String BETWEEN = "\t";

  /** For what reads nothing. */
  static final File NOTHING = new File("/dev/null");

  private final Process process;
  private final PrintStream to;
  private final BufferedReader from;

  /**
   * Starts it.
   *
   * @param folder that names count from
   * @param properties of the system, for it
   */
  ManyRuns(Path folder, Map<String, String> properties) throws IOException {
    List<String> command = Cli.process(List.of());
    properties.forEach((name, value) -> command.add(1, "-D" + name + "=" + value));
    command.set(command.size() - 1, ManyRuns.class.getName());
    process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(Redirect.INHERIT)
            .start();
    to = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    from = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Runs a command.
   *
   * @param words of the command line
   * @param input what it reads on stdin
   * @param output the file for what it prints, on stdout and stderr
   * @return exit code
   */
  int run(Object[] words, File input, File output) throws IOException {
    List<String> line = new ArrayList<>(List.of(input.getPath(), output.getPath()));
    Stream.of(words).map(Object::toString).forEach(line::add);
    to.println(String.join(BETWEEN, line));
    String code = from.readLine();
    if (code == null) {
      throw new IOException("the process that runs examples has ended at " + List.of(words));
    }
    return Integer.parseInt(code);
  }

  @Override
  public void close() {
    to.close();
    process.onExit().join();
  }

  /** The process: a command per line of stdin, its exit code on stdout. */
  public static void main(String[] args) throws IOException {
    PrintStream codes = System.out;
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      List<String> words = List.of(line.split(BETWEEN));
      int code;
      try (InputStream in = Files.newInputStream(Path.of(words.get(0)));
          PrintStream file = new PrintStream(Files.newOutputStream(Path.of(words.get(1))), true);
          PrintWriter out = new PrintWriter(file, true, StandardCharsets.UTF_8)) {
        System.setIn(in);
        System.setOut(file);
        System.setErr(file);
        code = Main.run(out, out, words.stream().skip(2).toArray(String[]::new));
      }
      codes.println(code); // once the file is whole
    }
  }
}
