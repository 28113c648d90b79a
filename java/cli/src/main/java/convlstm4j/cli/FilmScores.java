package convlstm4j.cli;

import convlstm4j.data.ByteScale;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import convlstm4j.data.Frames;
import convlstm4j.data.InputForm;
import convlstm4j.data.folder.FrameFiles;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Scores of a film, prepared as the model takes films. */
final class FilmScores {
  private final Model model;
  private final FilmOptions options;
  private final Bytes bytes;

  /**
   * For a model of one input.
   *
   * @param options how the film is to be prepared
   * @param bytes how uint8 is read
   */
  FilmScores(Model model, FilmOptions options, Bytes bytes) {
    this.model = model;
    this.options = options;
    this.bytes = bytes;
  }

  /** Whether files for inputs are a film, or a folder of pictures. */
  static boolean isFilm(List<String> names, List<String> files) {
    return names.size() == 1 && FrameFiles.isDecoded(Path.of(files.get(0)));
  }

  /** A film, opened. */
  record Film(FrameSource source, Frames frames) implements AutoCloseable {
    @Override
    public void close() {
      source.close();
    }
  }

  /**
   * Predicts and writes; gives the names of the columns.
   *
   * @param output where scores go; null for nowhere
   * @param files what else is made of them
   */
  List<String> write(Path path, Path output, ScoreFiles files) {
    try (Film film = open(path)) {
      return VideoScores.write(model, film.frames(), film.source(), output, files);
    }
  }

  /** Opens a film as the model takes it; to be closed. */
  Film open(Path film) {
    FramePreparation preparation =
        options.preparation(model.signature().inputs().get(0).preparation());
    Optional<ByteScale> scale = Optional.of(bytes.scale(film.toString(), 0));
    InputForm form = new InputForm(scale, Optional.of(preparation));
    model
        .inputForms()
        .get(0)
        .difference(form)
        .ifPresent(
            difference -> {
              throw new IllegalArgumentException(film + ": " + difference);
            });
    FrameSource source =
        FrameFiles.open(film, preparation, options.picturesPerSecond()).scaled(scale.get());
    return new Film(source, Frames.of(source, form, DType.FLOAT32));
  }
}
