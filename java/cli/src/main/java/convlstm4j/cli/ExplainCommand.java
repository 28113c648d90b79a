package convlstm4j.cli;

import convlstm4j.cli.picture.Drawing;
import convlstm4j.cli.picture.HeatPicture;
import convlstm4j.cli.picture.Track;
import convlstm4j.data.FrameSource;
import convlstm4j.data.Frames;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.io.file.Printable;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyFrames;
import convlstm4j.model.InputGradients;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convlstm4j explain}. */
@Command(
    name = "explain",
    description = {
      "Draw which pixels of a video made a score.",
      "Gradient times input, over time, as heat on the frames. Takes the memory of a training step on the whole video."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j explain --model demo/convlstm.ckpt \\",
      "    --input demo/test/trailer_1000.npy --label action --output action.png",
      "  convlstm4j explain --model film.ckpt --input film.mp4 --at 1.5 \\",
      "    --output explained.gif"
    })
final class ExplainCommand implements Runnable {
  private static final List<String> ENDINGS = List.of("png", "gif");

  @Mixin CommonOptions common;
  @Mixin ModelOption model;
  @Mixin BackendOption backend;
  @Mixin FilmOptions films;
  @Spec CommandSpec spec;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "VIDEO",
      description = "A film, a folder of pictures, or an array [T, C, H, W] in an .npy file.")
  Path input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "A .png with some frames, or a moving .gif.")
  Path output;

  @Option(
      names = "--label",
      paramLabel = "LABEL",
      description = "Whose score is explained. Default: that of the highest score.")
  @Nullable String label;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = {
        "When: a second of a film, a frame of an array. Default: where the label's score is the"
            + " highest."
      })
  @Nullable Double at;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (!ENDINGS.contains(OutputFiles.ending(output))) {
      throw new IllegalArgumentException(
          "--output " + output + ": its ending says what is written, expected .png, .gif");
    }
    OutputFiles.checkPicture("--output", output);
    Drawing.check();
    CommandFiles claimed =
        new CommandFiles()
            .reads("--model", model.file)
            .reads("--input", input)
            .writes("--output", output)
            .claim(err);
    try (claimed;
        Model trained = model.open(backend::apply, err)) {
      explain(trained, out, err);
      backend.report(out);
    }
  }

  private void explain(Model trained, PrintWriter out, PrintWriter err) {
    trained
        .inputForms()
        .get(0)
        .features()
        .ifPresent(
            features -> {
              throw new IllegalArgumentException(
                  model.file
                      + ": was trained on "
                      + features
                      + "; only a model of pixels says which of them made a score");
            });
    Bytes bytes = new Bytes(trained, false, err);
    if (FilmScores.isFilm(trained.network().inputNames(), List.of(input.toString()))) {
      films.checkPictureRate(Files.isDirectory(input), input);
      try (Film film = new FilmScores(trained, films, bytes, new BackboneOption()).open(input)) {
        explain(trained, film.source(), film.frames(), out);
      }
      return;
    }
    films.refuseWithout("a film as --input");
    NpyFile file = NpyFile.open(input);
    if (!VideoScores.isVideo(trained, file)) {
      throw new IllegalArgumentException(
          input + ": shape " + file.shape() + ", expected one video of a model of videos");
    }
    NpyFile read = bytes.read(new Conversions(err).of(file, trained.dtype()), 0);
    explain(trained, read, NpyFrames.video(read, DType.FLOAT32), out);
  }

  private void explain(Model trained, FrameSource source, Frames frames, PrintWriter out) {
    VideoScores.checkFits(trained, frames);
    Tensor video = frames.all();
    List<Tensor> outputs = trained.predict(video);
    Track track = VideoScores.track(trained, source, outputs);
    int chosen = label(track);
    int row = row(track, chosen);
    int[] place = track.place(chosen);
    Tensor weights = Tensor.zeros(outputs.get(place[0]).dtype(), outputs.get(place[0]).shape());
    weights.set(row * place[2] + place[1], 1);
    String name = trained.network().outputNames().get(place[0]);
    Tensor gradient = InputGradients.of(trained, List.of(video), name, weights).get(0);
    String title =
        String.format(
            Locale.ROOT,
            "%s: %s of %.3f%s",
            track.name(),
            track.labels().get(chosen),
            track.score(chosen, row),
            track.rows() == 1 ? "" : " at " + track.time(row));
    HeatPicture picture =
        new HeatPicture(video, gradient, frames, VideoScores.frames(source, frames));
    try {
      AtomicFile.write(output, picture.bytes(OutputFiles.ending(output), title));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
    out.println(output + ": " + Printable.line(title));
  }

  private int label(Track track) {
    if (label != null) {
      int index = track.labels().indexOf(label);
      if (index < 0) {
        throw new IllegalArgumentException(
            "--label " + label + ": expected one of " + String.join(", ", track.labels()));
      }
      return index;
    }
    int best = 0;
    for (int i = 1; i < track.labels().size(); i++) {
      best = track.score(i, highest(track, i)) > track.score(best, highest(track, best)) ? i : best;
    }
    return best;
  }

  private int row(Track track, int chosen) {
    if (at == null) {
      return highest(track, chosen);
    }
    for (int row = 0; row < track.rows(); row++) {
      if (at >= track.start(row) && at < track.end(row)) {
        return row;
      }
    }
    throw new IllegalArgumentException(
        "--at " + at + ": expected a time from " + track.start() + " to " + track.end());
  }

  private static int highest(Track track, int label) {
    int best = 0;
    for (int row = 1; row < track.rows(); row++) {
      best = track.score(label, row) > track.score(label, best) ? row : best;
    }
    return best;
  }
}
