package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.model.Extension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A pipe, a device or a file of the system in the place of an input is refused and not waited for.
 */
@EnabledOnOs(OS.LINUX)
class SpecialFilesTest {
  /** Far more than a refusal takes: these calls did not end at all. */
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path dir;
  private Path pipe;

  @BeforeEach
  void makeFiles() throws IOException, InterruptedException {
    pipe = dir.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    try (var model = SmallModels.forecast()) {
      Checkpoint.save(model, dir.resolve("model.ckpt"));
    }
    SmallModels.writeArrays(dir);
    TinyFolder.write(dir.resolve("data"));
  }

  private void refused(String file, String what, String call) {
    String[] words =
        Stream.of(call.split(" "))
            .map(w -> w.equals("PIPE") ? file : w)
            .map(w -> w.contains(".") || w.equals("data") ? dir.resolve(w).toString() : w)
            .toArray(String[]::new);
    Cli cli = assertTimeoutPreemptively(LONG, () -> Cli.run((Object[]) words), call);
    assertEquals(2, cli.code(), cli::toString);
    assertEquals(1, cli.errLines().size(), cli::toString);
    assertTrue(cli.err().contains(file) && cli.err().contains(what), cli::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inspect PIPE",
        "predict --model model.ckpt --input x.npy --output out.npy --classpath PIPE",
        "summary PIPE",
        "convert --model PIPE --output out.ckpt",
        "convert --model model.ckpt --weights PIPE --output out.ckpt",
        "predict --model PIPE --input x.npy --output out.npy",
        "predict --model model.ckpt --input PIPE --output out.npy",
        "evaluate --model PIPE --x x.npy --y y.npy",
        "evaluate --model model.ckpt --x PIPE --y y.npy --loss mse",
        "evaluate --model model.ckpt --data PIPE",
        "train --model PIPE --x x.npy --y y.npy --loss mse --output out.ckpt",
        "train --model model.ckpt --x PIPE --y y.npy --loss mse --output out.ckpt",
        "train --model model.ckpt --x x.npy --y PIPE --loss mse --output out.ckpt",
        "train --data PIPE --output out.ckpt"
      })
  void aPipe(String call) {
    refused(pipe.toString(), call.contains("--data PIPE") ? "folder" : "is a named pipe", call);
    assertFalse(Files.exists(dir.resolve("out.ckpt")));
  }

  @Test
  void devicesAndFilesOfTheSystem() {
    String predict = "predict --model model.ckpt --input PIPE --output out.npy";
    refused("/dev/zero", "is a device", predict);
    refused("/proc/self/maps", "is a file of the system (proc)", predict);
    refused("/dev/zero", "is a device", "inspect PIPE");
    refused("/proc/self/maps", "is a file of the system (proc)", "inspect PIPE");
  }

  @Test
  void inAFolderOfExtensions() throws IOException {
    Path services = Files.createDirectories(dir.resolve("own/META-INF/services"));
    Files.createSymbolicLink(services.resolve(Extension.class.getName()), pipe);
    String own = dir.resolve("own").toString();
    refused(own, "is a named pipe", "inspect model.ckpt --classpath PIPE");
  }

  @Test
  void aLinkToNothing() throws IOException {
    Path link = Files.createSymbolicLink(dir.resolve("link"), dir.resolve("gone"));
    refused(
        link.toString(), "is a link to", "predict --model model.ckpt --input PIPE --output o.npy");
    refused(link.toString(), "is a link to", "inspect PIPE");
  }

  @Test
  void inAFolderOfTrailers() throws IOException {
    Map<String, String> bad = new TreeMap<>();
    for (String name : List.of("trailer_0.npy", "labels_0.npy", "genres.txt", "labels.csv")) {
      Path folder = TinyFolder.write(dir.resolve("with " + name));
      Path file = folder.resolve(name);
      if (name.equals("labels.csv")) {
        for (int id = 0; id < TinyFolder.TRAILERS; id++) {
          Files.delete(folder.resolve("labels_" + id + ".npy"));
        }
      }
      Files.deleteIfExists(file);
      Files.createSymbolicLink(file, pipe);
      Cli cli =
          assertTimeoutPreemptively(
              LONG, () -> Cli.run("train", "--data", folder, "--output", dir.resolve("o.ckpt")));
      boolean said = cli.err().contains(name) && cli.err().contains("is a named pipe");
      if (cli.code() != 2 || cli.errLines().size() != 1 || !said) {
        bad.put(name, cli.toString());
      }
    }
    assertEquals(Map.of(), bad);
  }
}
