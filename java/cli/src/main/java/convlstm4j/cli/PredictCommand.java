package convlstm4j.cli;

import convlstm4j.data.Frames;
import convlstm4j.data.folder.FrameFiles;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyFrames;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code convlstm4j predict}. */
@Command(
    name = "predict",
    description = {
      "Run a model on films, or on samples in npy files, and write its scores: tables, subtitles, pictures.",
      "A film or another video (an array [T, ..]) gives a column for each score and a row for each frame; uint8 pixels"
          + " are read as in the model's training. Samples [N, ..] are run a batch at a time and give an array."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j predict --model model.ckpt --input x.npy --output y.npy",
      "  convlstm4j predict --model twins.ckpt --output outputs \\",
      "    --input left=left.npy --input right=right.npy --batch-size 8",
      "  convlstm4j predict --model demo/convlstm.ckpt \\",
      "    --input demo/test/trailer_1000.npy --output scores.npy",
      "  convlstm4j predict --model demo/convlstm.ckpt \\",
      "    --input demo/test/trailer_1000.npy \\",
      "    --output scores.json --threshold 0.3 --picture scores.png",
      "  convlstm4j predict --model film.ckpt --input film.mp4 --output film.csv \\",
      "    --intervals intervals.csv --picture film.html",
      "  convlstm4j predict --model film.ckpt --input film.mp4 --output film.srt",
      "  convlstm4j predict --model film.ckpt --input film.mp4 --picture film.gif",
      "  convlstm4j predict --model film.ckpt --input films --output scores/{}.csv \\",
      "    --intervals found.csv --picture scores/{}.png",
      "  convlstm4j predict --model model.ckpt --input x.npy --output y2.npy \\",
      "    --memory 1g --stretch 2",
      "  convlstm4j predict --model model.ckpt --input bytes.npy --unit-range \\",
      "    --output y3.npy --strict",
      "  convlstm4j predict --model film.ckpt --input films/moving/pictures \\",
      "    --picture-rate 10 --output pictures.csv",
      "  convlstm4j predict --model head.ckpt --backbone eye.keras \\",
      "    --backbone-range -1:1 --feature-cache features --input film.mp4 \\",
      "    --output head.csv --picture head.png",
      "  convlstm4j predict --model demo/convlstm.ckpt --input - --output - \\",
      "    < demo/test/trailer_1000.npy"
    })
final class PredictCommand implements Runnable {
  @Mixin CommonOptions common;
  @Mixin ModelOption model;
  @Mixin BackendOption backend;
  @Mixin MemoryOption memory;
  @Mixin FilmOptions films;
  @Mixin BackboneOption backbone;
  @Spec CommandSpec spec;

  @Option(
      names = "--input",
      required = true,
      arity = "1..*",
      paramLabel = "[NAME=]IN",
      description = {
        "The samples, an .npy file, with several inputs one for each; or a film (mp4, mkv, avi ..) or a"
            + " folder of pictures, prepared as in training, which gives its scores; or several such,"
            + " or a folder of them: {} in the names of what is written stands for the name of"
            + " each. - is one video on standard input, as an .npy file: its scores are written as its"
            + " frames come, until it ends."
      })
  List<String> inputs;

  @Option(
      names = "--output",
      paramLabel = "OUT",
      description = {
        "Written anew: an .npy file; with several outputs a folder, which gets NAME.npy for each; or"
            + " a .csv file, a row for each sample or frame and a column for each number; of a video"
            + " also .json, of a film .srt, subtitles that say which scores are above --threshold."
            + " - is a table on standard output, of --input - only."
      })
  @Nullable Path output;

  @Mixin ScoreFiles scores;

  @Option(
      names = "--batch-size",
      paramLabel = "B",
      description = "Samples at a time. Default: 32, or the model's own.")
  @Nullable Integer batchSize;

  @Option(
      names = "--unit-range",
      description = {
        "Divide uint8 values by 255, as pixels of videos are. Not needed where the model says how"
            + " it was trained."
      })
  boolean unitRange;

  @Option(
      names = "--strict",
      description = "Fail, and write nothing, if an output is NaN or infinite; else that is said.")
  boolean strict;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (output == null && scores.picture == null && scores.intervals == null) {
      throw new ParameterException(
          spec.commandLine(), "Missing: --output=OUT, or --picture or --intervals of a video");
    }
    backbone.check();
    try (Model trained = model.open(backend::apply, err);
        BackboneOption eye = backbone.open(backend, err)) {
      trained.onNonFinite(new NonFinite(strict, err));
      memory.apply(trained);
      Bytes bytes = new Bytes(trained, unitRange, err);
      if (StreamedScores.isAsked(inputs)) {
        checkStandardOutput();
        films.refuseWithout("a film as --input");
        if (eye.isGiven()) {
          throw new IllegalArgumentException("--backbone goes with videos in files, not --input -");
        }
        scores.refuse();
        new StreamedScores(trained, out)
            .run(System.in, memory.frames(), bytes, new Conversions(err));
        backend.report(err);
        return;
      }
      List<String> names = trained.network().inputNames();
      boolean videos = VideoScores.areTaken(trained) || eye.isGiven();
      if (videos && VideoTask.areAsked(inputs, output, scores)) {
        predictSeveral(trained, bytes, out, err);
        backend.report(out);
        return;
      }
      List<String> files = Named.all("--input", inputs, "input", names);
      if (FilmScores.isFilm(names, files) || eye.isGiven()) {
        films.checkPictureRate(Files.isDirectory(Path.of(files.get(0))), files.get(0));
        try (CommandFiles claimed = claimed()) {
          claimed.claim(err);
          FilmScores film = new FilmScores(trained, films, bytes, eye);
          say(out, film.write(Path.of(files.get(0)), output, scores));
        }
        backend.report(out);
        return;
      }
      films.refuseWithout("a film as --input");
      NpyFile first = NpyFile.open(Path.of(files.get(0)));
      Conversions conversions = new Conversions(err);
      if (VideoScores.isVideo(trained, first)) {
        try (CommandFiles claimed = claimed()) {
          claimed.claim(err);
          say(out, predictArray(trained, first, bytes, output, scores, conversions));
        }
        backend.report(out);
        return;
      }
      scores.refuse();
      ArrayData data = new ArrayData(trained, "--input", inputs, unitRange, conversions);
      Path to = Objects.requireNonNull(output, "--output");
      try (ArrayPrediction prediction = new ArrayPrediction(trained, data.samples(), to)) {
        CommandFiles claimed = reads();
        prediction.files().forEach(file -> claimed.writes("--output", file));
        try (claimed) {
          claimed.claim(err);
          prediction.run(data, batchSize, memory.isGiven()).forEach(out::println);
        }
      }
      backend.report(out);
    }
  }

  private static List<String> predictArray(
      Model trained,
      NpyFile file,
      Bytes bytes,
      @Nullable Path output,
      ScoreFiles files,
      Conversions conversions) {
    NpyFile read = bytes.read(conversions.of(file, trained.dtype()), 0);
    Frames frames = NpyFrames.video(read, DType.FLOAT32);
    return VideoScores.write(trained, frames, read, output, files);
  }

  private void predictSeveral(Model trained, Bytes bytes, PrintWriter out, PrintWriter err) {
    List<VideoTask> tasks = VideoTask.of(inputs, output, scores);
    Conversions conversions = new Conversions(err);
    FilmScores film = new FilmScores(trained, films, bytes, backbone);
    new VideoPredictions(tasks, scores)
        .run(
            backbone.files(new CommandFiles()).reads("--model", model.file),
            task -> {
              List<String> columns;
              if (FrameFiles.isDecoded(task.video()) || backbone.isGiven()) {
                columns = film.write(task.video(), task.output(), task.files());
              } else {
                NpyFile array = NpyFile.open(task.video());
                if (!VideoScores.isVideo(trained, array)) {
                  throw new IllegalArgumentException(
                      task.video()
                          + ": shape "
                          + array.shape()
                          + ", expected one video of a model of videos; samples are predicted from"
                          + " one --input into one --output");
                }
                columns =
                    predictArray(trained, array, bytes, task.output(), task.files(), conversions);
              }
              say(out, columns, task.output(), task.files());
            },
            films,
            err);
    if (scores.isOneTable()) {
      out.println(scores.intervals);
    }
  }

  private void say(PrintWriter out, List<String> columns) {
    say(out, columns, output, scores);
  }

  private static void say(
      PrintWriter out, List<String> columns, @Nullable Path output, ScoreFiles scores) {
    if (output != null) {
      String what = OutputFiles.ending(output).matches("json|srt") ? ": labels " : ": columns ";
      out.println(output + what + String.join(", ", columns));
    }
    Stream.of(scores.intervals, scores.picture).filter(Objects::nonNull).forEach(out::println);
  }

  private void checkStandardOutput() {
    if (inputs.size() > 1 || output == null || !output.toString().equals(StreamedScores.STANDARD)) {
      throw new IllegalArgumentException(
          "--input -: the scores go to standard output as the frames come, expected --output -");
    }
  }

  private CommandFiles reads() {
    return backbone.files(new CommandFiles()).reads("--model", model.file).reads("--input", inputs);
  }

  /** All that is written of one video. */
  private CommandFiles claimed() {
    return reads()
        .writes("--output", output)
        .writes("--intervals", scores.intervals)
        .writes("--picture", scores.picture);
  }
}
