package convlstm4j.cli;

import convlstm4j.cli.picture.IntervalTable;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.folder.FrameFiles;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.io.file.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code convlstm4j label-template}. */
@Command(
    name = "label-template",
    description = {
      "Write a table to label a folder of films with.",
      "It has a row for each film, from its start to its end, to be filled in. Several rows of a film are several intervals;"
          + " a film that shows nothing needs none. Training reads it as labels.csv in the folder."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j label-template films --output template.csv",
      "  convlstm4j label-template films --output faster.csv --picture-rate 10"
    })
final class LabelTemplateCommand implements Runnable {
  private static final String FOLDER = "FOLDER";

  @Mixin CommonOptions common;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = FOLDER, description = "Where the films are.")
  Path folder;

  @Option(
      names = "--output",
      paramLabel = "FILE.csv",
      description = "The table, which must not be there yet. Default: FOLDER/labels.csv.")
  @Nullable Path output;

  @Option(
      names = "--picture-rate",
      paramLabel = "FPS",
      description = "Pictures in a second, of folders of pictures. Default: 25.")
  double pictureRate = FrameFiles.PICTURES_PER_SECOND;

  @Override
  public void run() {
    PrintWriter err = spec.commandLine().getErr();
    Path file = output == null ? folder.resolve("labels.csv") : output;
    if (!OutputFiles.ending(file).equals("csv")) {
      throw new IllegalArgumentException("--output " + file + ": expected a name ending in .csv");
    }
    // Frames of all sizes are labelled alike.
    VideoFolder films =
        VideoFolder.open(folder)
            .unlabeled()
            .frames(FramePreparation.NONE.size(1, 1))
            .pictureRate(pictureRate);
    if (OutputFiles.holdsSomething(file)) {
      throw new IllegalArgumentException(
          "--output " + file + ": is there already; name another file");
    }
    CommandFiles claimed = new CommandFiles();
    films.ids().forEach(id -> claimed.reads(FOLDER, films.path(id)));
    try (claimed) {
      claimed.writes("--output", file).claim(err);
      AtomicFile.write(file, text(films).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
    spec.commandLine().getOut().println(file + ": " + films.ids().size() + " films to label");
  }

  private String text(VideoFolder films) {
    StringBuilder s = new StringBuilder(IntervalTable.HEADER).append('\n');
    for (String id : films.ids()) {
      double[] seconds =
          films
              .seconds(id)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          films.path(id)
                              + ": does not say when its frames are shown; label arrays by"
                              + " frames, in a labels.csv with the columns id,frame,<label>.."));
      s.append(Printable.csv(id)).append(",0,");
      s.append(String.format(Locale.ROOT, "%.3f", seconds[seconds.length - 1])).append(",\n");
    }
    return s.toString();
  }
}
