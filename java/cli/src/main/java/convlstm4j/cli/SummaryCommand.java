package convlstm4j.cli;

import convlstm4j.cli.picture.PictureFile;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code convlstm4j summary}. */
@Command(
    name = "summary",
    description = "Show the layers of a model, their shapes and parameters.",
    footer = {
      "",
      "Examples:",
      "  convlstm4j summary demo/convlstm.ckpt",
      "  convlstm4j summary twins.ckpt --picture network.png",
      "  convlstm4j summary mix.json --classpath mine.jar",
      "  convlstm4j summary mix.json --skip-layer mix"
    })
final class SummaryCommand implements Runnable {
  @Mixin CommonOptions common;
  @Mixin ModelFiles files;
  @Spec CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description = "A checkpoint, a Keras file (.h5, .keras), or an architecture in JSON.")
  Path file;

  @Option(
      names = "--picture",
      paramLabel = "FILE.png",
      description = "Draw the network: a box for each layer, arrows from one to the next.")
  @Nullable Path picture;

  @Override
  public void run() {
    OutputFiles.checkPng("--picture", picture);
    CommandFiles claimed = new CommandFiles();
    try (claimed) {
      claimed.reads("FILE", file).writes("--picture", picture).claim(spec.commandLine().getErr());
      work();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private void work() throws IOException {
    try (Model model =
        files.openToUse(file, m -> m.backend("reference"), spec.commandLine().getErr())) {
      spec.commandLine().getOut().println(model.summary());
      if (picture != null) {
        String title = String.valueOf(file.getFileName());
        AtomicFile.write(picture, PictureFile.png(NetworkDiagram.of(model.network()).draw(title)));
      }
    }
  }
}
