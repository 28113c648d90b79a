package convlstm4j.cli;

import convlstm4j.cli.demo.Demo;
import convlstm4j.cli.demo.FilmDemo;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convlstm4j demo}. */
@Command(
    name = "demo",
    description = {
      "Make videos of real handwritten digits, train on them, and compare what memory is worth; or watch a film (--film).",
      "First a task of places: digits that hide and come back, each where it was, and the question whether two are alike;"
          + " by the article's ConvLSTM, which remembers for each place, and its Convolution-LSTM, which remembers for the frame."
          + " Then the article's: digits that move through noise and gaps, a genre each; by both networks and the ConvLSTM without"
          + " memory (each frame alone), and one trailer is drawn with its scores. All on digits that training never showed. Takes"
          + " some minutes.",
      "With --film, what is unusual in a film: a ConvLSTM learns from its first part to foresee each frame,"
          + " and FOLDER/film.html shows over the film how wrong it is later. Takes a minute."
    },
    footer = {
      "",
      "Examples:",
      "  convlstm4j demo",
      "  convlstm4j demo --output tiny-demo --seed 2 --videos 4 --epochs 1",
      "  convlstm4j demo --film --output film-demo"
    })
final class DemoCommand implements Callable<Integer> {
  @Mixin CommonOptions common;
  @Mixin BackendOption backend;
  @Spec CommandSpec spec;

  @Option(
      names = "--output",
      defaultValue = "demo",
      paramLabel = "FOLDER",
      description = "Where trailers, checkpoints and the picture go. Default: ${DEFAULT-VALUE}.")
  Path folder;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Decides trailers, first weights and order. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--videos",
      paramLabel = "N",
      description = "Videos of each task to train on: few show how it goes, and learn nothing.")
  @Nullable Integer videos;

  @Option(names = "--epochs", paramLabel = "E", description = "Train no network for more epochs.")
  @Nullable Integer epochs;

  @Option(
      names = "--film",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "FILE",
      description = {
        "Watch a film instead, of any kind that train takes. Without FILE: a clip that one of the Debian"
            + " packages opencv-doc, forensics-samples-files and python3-mecavideo has installed, or one"
            + " that ffmpeg generates."
      })
  @Nullable String film;

  private Demo.Size size() {
    Demo.Size full = Demo.Size.FULL;
    try {
      Demo.Size few =
          Demo.Size.of(videos == null ? 1 : videos, epochs == null ? full.epochs() : epochs);
      return videos == null ? new Demo.Size(full.trailers(), full.places(), few.epochs()) : few;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--videos, --epochs: " + e.getMessage(), e);
    }
  }

  @Override
  public Integer call() {
    Demo.Size size = size();
    OutputFiles.checkFolder("--output", folder);
    PrintWriter err = spec.commandLine().getErr();
    if (film != null && videos != null) {
      throw new IllegalArgumentException("--videos goes without --film");
    }
    backend.checkStarts();
    try (Interrupt interrupt = new Interrupt(err)) {
      Demo demo =
          new Demo(
              folder,
              seed,
              size,
              backend::apply,
              err::println,
              title -> ProgressDisplay.of(err, title),
              model -> interrupt.stopWith(model == null ? null : model::requestStop));
      try {
        spec.commandLine()
            .getOut()
            .print(film == null ? demo.run() : watch(film, err, interrupt, size));
      } catch (CancellationException e) {
        err.println(e.getMessage());
        return interrupt.code();
      } catch (IOException e) {
        throw new UncheckedIOException(
            "--output " + folder + ": cannot be written: " + e.getMessage(), e);
      }
      backend.report(spec.commandLine().getOut());
      spec.commandLine().getOut().flush();
      return 0;
    }
  }

  private String watch(String film, PrintWriter err, Interrupt interrupt, Demo.Size size)
      throws IOException {
    FilmDemo demo =
        new FilmDemo(
            folder,
            seed,
            size.epochs(),
            backend::apply,
            err::println,
            title -> ProgressDisplay.of(err, title),
            model -> interrupt.stopWith(model == null ? null : model::requestStop));
    return demo.run(film.isEmpty() ? FilmDemo.installed() : Optional.of(Path.of(film)));
  }
}
