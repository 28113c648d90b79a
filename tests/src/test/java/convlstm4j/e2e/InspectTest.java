package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.model.Model;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code inspect} says of files that can be taken, and of those that cannot. */
class InspectTest {
  @TempDir Path dir;

  @BeforeEach
  void prepare() throws IOException {
    try (Model model = SmallModels.nested()) {
      Checkpoint.save(model, dir.resolve("m.ckpt"));
      Files.writeString(dir.resolve("m.json"), Architecture.toJson(model.network()));
    }
    for (String ending : List.of("h5", "keras")) {
      good("convert --model @m.ckpt --output @m." + ending);
    }
  }

  private Object[] words(String call) {
    return Stream.of(call.split(" ")).map(w -> w.replace("@", dir + "/")).toArray();
  }

  private Cli good(String call) {
    return Cli.good(words(call));
  }

  /** What is printed of a file that cannot be taken. */
  private String refused(String call) {
    Cli cli = Cli.run(words(call));
    assertEquals(2, cli.code(), cli::toString);
    return cli.out();
  }

  private static void rows(String out, String... patterns) {
    for (String p : patterns) {
      assertTrue(
          out.lines().anyMatch(l -> l.strip().matches(p.replace(" ", " +"))), p + " in\n" + out);
    }
  }

  /** Exchanges names of classes in the architecture, whatever file it is in. */
  private void replace(String file, Map<String, String> names) throws IOException {
    Path path = dir.resolve(file);
    if (file.endsWith(".keras")) {
      try (FileSystem zip =
          FileSystems.newFileSystem(URI.create("jar:" + path.toUri()), Map.of())) {
        Path config = zip.getPath("config.json");
        Files.writeString(config, replaced(Files.readString(config), names));
      }
    } else {
      String text = Files.readString(path, StandardCharsets.ISO_8859_1);
      Files.writeString(path, replaced(text, names), StandardCharsets.ISO_8859_1);
    }
  }

  private static String replaced(String text, Map<String, String> names) {
    String result = text;
    for (var e : names.entrySet()) {
      assertTrue(result.contains("\"" + e.getKey() + "\""), e.getKey());
      result = result.replace("\"" + e.getKey() + "\"", "\"" + e.getValue() + "\"");
    }
    return result;
  }

  @Test
  void ofWhatCanBeTaken() throws IOException {
    for (String ending : List.of("h5", "keras", "json")) {
      String out = good("inspect @m." + ending).out();
      assertEquals("can be taken whole", out.lines().toList().get(1), out);
      // 20 + 8 of the eye, 4(24 + 4 + 1)4 of the memory, 20 of the step, 10 of the numbers.
      assertTrue(out.contains("522 parameters"), out);
      rows(out, "eyes TimeDistributed .* 28", "memory LSTM \\[None, 4\\] 464", "step .* 20");
    }
    assertTrue(good("inspect @m.h5").out().contains("of Keras 3.8"));
    assertTrue(good("inspect @m.keras").out().contains("of Keras 3.8"));
    assertTrue(good("inspect @m.json").out().contains("m.json: architecture in Keras's JSON"));
    SmallModels.writeArrays(dir);
    good("train --model @m.ckpt --x @x.npy --y @y.npy --loss mae --epochs 1 --output @t.ckpt");
    String trained = good("inspect @t.ckpt").out();
    assertTrue(
        trained.contains(
            "t.ckpt: checkpoint, float32, trained for 1 epochs (1 steps), compiled with Adam,"
                + " MeanAbsoluteError"),
        trained);
    assertTrue(trained.contains("eyes (TimeDistributed)"), trained);
    Cli absent = Cli.run(words("inspect @absent"));
    assertEquals(2, absent.code());
    assertTrue(absent.err().contains("absent: there is no such file"), absent::toString);
    Cli array = Cli.run(words("inspect @x.npy"));
    assertEquals(2, array.code());
    assertTrue(array.err().contains("x.npy: is no checkpoint"), array::toString);
  }

  /** Of every kind of file: all that is missing at once, and all else as it is. */
  @Test
  void ofWhatCannotBeTaken() throws IOException {
    for (String file : List.of("m.h5", "m.keras", "m.json")) {
      replace(file, Map.of("LSTM", "QRNN", "Flatten", "Flattwn"));
      String out = refused("inspect @" + file);
      List<String> lines = out.lines().toList();
      assertEquals(
          "cannot be taken: 2 of 5 layers (eyes: TimeDistributed, memory: QRNN)", lines.get(1));
      assertTrue(lines.get(2).startsWith("- "), out);
      assertEquals(1, lines.stream().filter(l -> l.contains("is of the kind Flattwn")).count());
      assertEquals(1, lines.stream().filter(l -> l.contains("is of the kind QRNN")).count(), out);
      assertFalse(out.contains("AveragePooling2D"), "no list of all kinds: " + out);
      assertEquals(1, lines.stream().filter(l -> l.contains("--skip-layer")).count(), out);
      rows(out, "frames InputLayer \\[None, 4, 5, 6, 1\\] 0", "memory QRNN \\? [0-9]+");
      if (!file.endsWith("json")) { // which has the weights of layers that there are not here
        assertTrue(out.contains("522 parameters"), out);
        // A .keras file knows weights by classes, which were exchanged in the architecture only.
        rows(out, file.endsWith("h5") ? "memory QRNN \\? 464" : "lstm 464", "numbers Dense \\? 10");
      }
      assertFalse(out.contains("note: "), "nothing that only follows: " + out);
    }
  }

  /** Behind a layer that is missing, nothing is told but what those layers lack themselves. */
  @Test
  void aFaultIsToldOfItsOwnLayer() throws IOException {
    replace("m.json", Map.of("units", "unite"));
    String out = refused("inspect @m.json");
    assertTrue(out.contains("cannot be taken: 3 of 5 layers (memory: LSTM, step: "), out);
    assertTrue(out.contains("numbers: Dense"), out);
    rows(out, "eyes TimeDistributed \\[None, 4, .*\\] 28");
  }

  @Test
  void ofWeightsAlone() throws IOException {
    String bytes = Files.readString(dir.resolve("m.h5"), StandardCharsets.ISO_8859_1);
    Files.writeString(
        dir.resolve("w.h5"),
        bytes.replace("model_config", "model_forgot"),
        StandardCharsets.ISO_8859_1);
    String out = good("inspect @w.h5").out();
    assertTrue(out.contains("weights only"), out);
    assertTrue(out.contains("522 parameters"), out);
  }
}
