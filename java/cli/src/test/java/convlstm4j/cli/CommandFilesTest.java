package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that are the same, by whatever name, among few and among thousands. */
class CommandFilesTest {
  private static final int MANY = 3000;

  @TempDir Path dir;

  private final PrintWriter err = new PrintWriter(new StringWriter());

  /** Each pair by itself was looked at: some hundred million looks at the disk. */
  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void thousands() throws IOException {
    Files.createDirectory(dir.resolve("in"));
    CommandFiles files = new CommandFiles();
    for (int i = 0; i < MANY; i++) {
      Path video = Files.write(dir.resolve("in/" + i + ".npy"), new byte[0]);
      files
          .reads("--input", video)
          .writes("--output", dir.resolve(i + ".csv"))
          .writes("--picture", dir.resolve(i + ".png"))
          .writes("--intervals", dir.resolve(i + ".srt"));
    }
    files.writes("--output", dir.resolve("in/1234.npy"));
    String message = refused(files);
    assertTrue(message.contains("1234.npy: is the same file as --input"), message);
  }

  private String refused(CommandFiles files) {
    return assertThrows(IllegalArgumentException.class, () -> files.claim(err).close())
        .getMessage();
  }

  @Test
  void byOtherNames() throws IOException {
    Path file = Files.write(dir.resolve("a.npy"), new byte[1]);
    Path link = Files.createSymbolicLink(dir.resolve("link.npy"), file);
    Path hard = Files.createLink(dir.resolve("hard.npy"), file);
    Path inside = Files.createDirectory(dir.resolve("inside"));
    Path round = inside.resolve("../a.npy");
    for (Path other : List.of(file, link, hard, round)) {
      String message = refused(new CommandFiles().reads("--input", file).writes("--output", other));
      assertTrue(message.contains("is the same file as --input"), message);
    }
    // Not there yet, by a link to where it will be.
    Path dangling = Files.createSymbolicLink(dir.resolve("later"), dir.resolve("new.csv"));
    String message =
        refused(
            new CommandFiles()
                .writes("--output", dir.resolve("new.csv"))
                .writes("--log", dangling));
    assertTrue(message.contains("is the same file as --output"), message);
    CommandFiles several =
        new CommandFiles().reads("--input", file).writes("--output", dir.resolve("b.npy"));
    several.claim(err).close();
    assertEquals(1, Files.size(file));
  }

  @Test
  void ofFolders() throws IOException {
    Path data = Files.createDirectories(dir.resolve("data/goal"));
    Path film = Files.write(data.resolve("1.npy"), new byte[1]);
    Path linked = Files.createSymbolicLink(dir.resolve("elsewhere.npy"), film);
    for (Path other :
        List.of(film, linked, data.resolve("2.npy"), dir.resolve("data/labels.csv"))) {
      String message =
          refused(
              new CommandFiles()
                  .readsFolder("--data", dir.resolve("data"))
                  .writes("--output", other));
      assertTrue(message.contains("is part of --data"), message);
    }
    new CommandFiles()
        .readsFolder("--data", dir.resolve("data"))
        .writes("--output", data.resolve("scores.csv"))
        .claim(err)
        .close();
  }
}
