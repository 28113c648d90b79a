package convlstm4j.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A demo works in a folder of its own only. */
class DemoFolderTest {
  @TempDir Path dir;

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private static void refused(Path folder, String part) {
    String said =
        assertThrows(IllegalArgumentException.class, () -> DemoFolder.claim(folder, 1).close())
            .getMessage();
    assertTrue(said.startsWith("--output " + folder) && said.contains(part), said);
  }

  @Test
  void takesNewEmptyAndItsOwn() throws IOException {
    Path demo = dir.resolve("a/demo");
    DemoFolder.claim(demo, 1).close();
    assertEquals(List.of(DemoFolder.MARK), names(demo));
    Files.writeString(demo.resolve("convlstm.ckpt"), "made meanwhile");
    DemoFolder.claim(demo, 2).close();
    assertTrue(Files.readString(demo.resolve(DemoFolder.MARK)).contains("--seed 2"));

    Path empty = Files.createDirectory(dir.resolve("empty"));
    Files.writeString(empty.resolve("." + DemoFolder.MARK + ".lock"), "left by a killed one");
    DemoFolder.claim(empty, 1).close();
    assertEquals(List.of(DemoFolder.MARK), names(empty));
  }

  @Test
  void leavesWhatIsNotItsOwn() throws IOException {
    Path mine = Files.createDirectories(dir.resolve("mine/train")).getParent();
    Path trailer = Files.writeString(mine.resolve("train/trailer_0.npy"), "a film");
    refused(mine, "holds train, which no demo made");
    assertEquals("a film", Files.readString(trailer));
    assertEquals(List.of("train"), names(mine));

    Path notes = Files.createDirectory(dir.resolve("notes"));
    Files.writeString(notes.resolve(DemoFolder.MARK), "my notes on a demo");
    refused(notes, "holds " + DemoFolder.MARK);
    assertEquals("my notes on a demo", Files.readString(notes.resolve(DemoFolder.MARK)));
  }

  @Test
  void oneAtATime() throws IOException {
    Path demo = dir.resolve("demo");
    DemoFolder first = DemoFolder.claim(demo, 1);
    try (first) {
      refused(demo, "is being written by");
    }
    DemoFolder.claim(demo, 1).close();
  }
}
