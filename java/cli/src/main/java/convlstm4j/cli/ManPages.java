package convlstm4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** Writes all manual pages, for the archive (java/cli/archive): one Java makes them faster. */
final class ManPages {
  private ManPages() {}

  /**
   * Writes {@code convlstm4j.1} and {@code convlstm4j-COMMAND.1} of each command.
   *
   * @param args the folder
   * @throws IOException if one cannot be written
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("ManPages: got " + args.length + " words, expected: FOLDER");
      System.exit(2);
    }
    Path folder = Path.of(args[0]);
    write(folder.resolve("convlstm4j.1"));
    for (String command : new CommandLine(Main.class).getSubcommands().keySet()) {
      write(folder.resolve("convlstm4j-" + command + ".1"), command);
    }
  }

  /** What the command man prints. */
  private static void write(Path file, String... command) throws IOException {
    StringWriter page = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> words = new ArrayList<>(List.of("man"));
    words.addAll(List.of(command));
    int code = Main.run(new PrintWriter(page), new PrintWriter(err), words.toArray(String[]::new));
    if (code != 0) {
      throw new IOException(String.join(" ", words) + " ended with code " + code + ": " + err);
    }
    Files.writeString(file, page.toString(), StandardCharsets.UTF_8);
  }
}
