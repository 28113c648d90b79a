package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names in a file that a terminal would take as commands reach it as text. */
class HostileNamesTest {
  /** Sets the window's title and red letters, and goes back to the line's start. */
  private static final String NAME = "\\u001b]0;title set by the file\\u0007\\u001b[31m\\rhidden";

  private static final String SHOWN =
      "\\u001b]0;title set by the file\\u0007\\u001b[31m\\u000dhidden";

  @TempDir Path folder;

  private Path model(String kind) throws IOException {
    return Files.writeString(
        folder.resolve("model.json"),
        """
        {"class_name": "Functional", "config": {"name": "NAME", "layers": [
          {"class_name": "InputLayer", "name": "in",
           "config": {"name": "in", "batch_shape": [null, 4]}, "inbound_nodes": []},
          {"class_name": "KIND", "name": "NAME", "config": {"name": "NAME", "units": 4},
           "inbound_nodes": [[["in", 0, 0, {}]]]}],
         "input_layers": [["in", 0, 0]], "output_layers": [["NAME", 0, 0]]}}
        """
            .replace("NAME", NAME)
            .replace("KIND", kind));
  }

  @Test
  void inResults() throws IOException {
    Path file = model("Dense");
    for (String command : new String[] {"inspect", "summary"}) {
      Cli cli = Cli.good(command, file);
      plain(cli);
      assertTrue(cli.out().contains(SHOWN), cli::toString);
    }
  }

  @Test
  void inErrors() throws IOException {
    Path file = model("\\u001b[5mUnheard");
    Cli refused = Cli.run("summary", file);
    assertEquals(2, refused.code(), refused::toString);
    plain(refused);
    assertEquals(1, refused.errLines().size(), refused::toString);
    assertTrue(refused.err().contains("\\u001b[5mUnheard"), refused::toString);
    Cli inspected = Cli.run("inspect", file);
    assertEquals(2, inspected.code(), inspected::toString);
    plain(inspected);
  }

  @Test
  void inWordsOfTheCommand() {
    Cli cli = Cli.run("inspect", folder.resolve("\u001b[31m.json"));
    assertEquals(2, cli.code(), cli::toString);
    plain(cli);
    assertTrue(cli.err().contains("\\u001b[31m.json"), cli::toString);
  }

  @Test
  void jsonThatIsNotUtf8() throws IOException {
    Path file = folder.resolve("latin.json");
    Files.write(file, "{\"class_name\": \"\u00ff\"}".getBytes(StandardCharsets.ISO_8859_1));
    for (String command : new String[] {"inspect", "summary"}) {
      Cli cli = Cli.run(command, file);
      assertEquals(2, cli.code(), cli::toString);
      assertEquals(
          "convlstm4j: "
              + file
              + ": is not text in UTF-8: byte 0xff at offset 16; save it as UTF-8",
          cli.err().strip());
    }
  }

  private static void plain(Cli cli) {
    for (String text : new String[] {cli.out(), cli.err()}) {
      assertFalse(text.contains("\u001b") || text.contains("\u0007"), cli::toString);
      assertFalse(text.replace("\r\n", "\n").contains("\r"), cli::toString);
    }
  }
}
