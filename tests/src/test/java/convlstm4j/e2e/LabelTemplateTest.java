package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table to fill in, which training reads. */
class LabelTemplateTest {
  @TempDir Path dir;

  @BeforeAll
  static void program() {
    TestFilms.quick().forEach(System::setProperty);
  }

  @AfterAll
  static void forgetProgram() {
    TestFilms.quick().keySet().forEach(System::clearProperty);
  }

  private void refused(String part, Object... words) throws IOException {
    var before = Cli.contents(dir);
    Cli cli = Cli.run(words);
    assertEquals(2, cli.code(), cli::toString);
    assertTrue(cli.err().contains(part), cli::toString);
    assertEquals(before, Cli.contents(dir), cli::toString);
  }

  @Test
  void filledInItIsLearntFrom() throws Exception {
    Path films = dir.resolve("films");
    TestFilms.makeAll(
        Map.of(
            films.resolve("a, \"b\".mp4"), "testsrc2=s=32x24:r=10:d=2",
            films.resolve("c.mkv"), "color=c=gray:s=16x16:r=25:d=1"));
    Path table = films.resolve("labels.csv");
    Cli cli = Cli.good("label-template", films);
    assertEquals(table + ": 2 films to label", cli.out().strip());
    List<String> lines = Files.readAllLines(table);
    assertEquals(List.of("id,start,end,label", "\"a, \"\"b\"\"\",0,2.000,", "c,0,1.000,"), lines);
    Object[] train = {
      "train",
      "--data",
      films,
      "--output",
      dir.resolve("m.ckpt"),
      "--frame-size",
      "8x8",
      "--filters",
      2,
      "--epochs",
      1,
      "--backend",
      "reference"
    };
    // What is not filled in is said.
    refused("labels.csv: line 2: label = \"\"", train);
    Files.write(table, lines.stream().map(l -> l.replaceAll(",$", ",busy")).toList());
    Cli.good(train);
    // What was filled in is not lost.
    refused("is there already; name another file", "label-template", films);
  }

  @Test
  void wrongCalls() throws IOException {
    Path data = TinyFolder.write(dir.resolve("data"));
    Path own = Files.writeString(dir.resolve("own.csv"), "mine\n");
    refused("does not say when its frames are shown", "label-template", data);
    refused("is there already", "label-template", data, "--output", own);
    refused("ending in .csv", "label-template", data, "--output", dir.resolve("t.txt"));
    refused("there is no such folder", "label-template", dir.resolve("absent"));
  }
}
