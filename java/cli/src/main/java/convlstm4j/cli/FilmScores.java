package convlstm4j.cli;

import convlstm4j.data.ByteScale;
import convlstm4j.data.FrameFeatures;
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
import org.jspecify.annotations.Nullable;

/** Scores of a film, prepared as the model takes films. */
final class FilmScores {
  private final Model model;
  private final FilmOptions options;
  private final Bytes bytes;
  private final BackboneOption backbone;

  /**
   * For a model of one input.
   *
   * @param backbone opened; what the model is fed with in place of frames, if it is given
   * @param options how the film is to be prepared
   * @param bytes how uint8 is read
   */
  FilmScores(Model model, FilmOptions options, Bytes bytes, BackboneOption backbone) {
    this.model = model;
    this.options = options;
    this.bytes = bytes;
    this.backbone = backbone;
  }

  /** Whether files for inputs are a film, or a folder of pictures. */
  static boolean isFilm(List<String> names, List<String> files) {
    return names.size() == 1 && FrameFiles.isDecoded(Path.of(files.get(0)));
  }

  /**
   * Predicts and writes; gives the names of the columns.
   *
   * @param output where scores go; null for nowhere
   * @param files what else is made of them
   */
  List<String> write(Path path, @Nullable Path output, ScoreFiles files) {
    try (Film film = open(path)) {
      if (!backbone.isGiven()) {
        return VideoScores.write(model, film.frames(), film.source(), output, files);
      }
      // Features are no pictures: for these the film is decoded.
      return VideoScores.write(
          model, film.frames(), film.source(), output, files, () -> frames(path));
    }
  }

  /** Opens a film as the model takes it; to be closed. */
  Film open(Path film) {
    backbone.checkFits(model, film + ": the model");
    return backbone.isGiven() ? features(film) : frames(film);
  }

  private Film features(Path path) {
    FrameFeatures features = backbone.features();
    FramePreparation preparation = preparation();
    boolean decoded = FrameFiles.isDecoded(path);
    InputForm form =
        new InputForm(
            Optional.empty(),
            decoded ? Optional.of(preparation) : Optional.empty(),
            Optional.of(features.form()));
    check(path, form);
    FrameSource source =
        FrameFiles.openFeatures(
            path, preparation, options.picturesPerSecond(), features, backbone.cache());
    return new Film(source, Frames.of(source, form, DType.FLOAT32));
  }

  private FramePreparation preparation() {
    FramePreparation otherwise =
        backbone.isGiven()
            ? model.inputForms().get(0).frames().orElseGet(() -> backbone.features().preparation())
            : model.signature().inputs().get(0).preparation();
    return options.preparation(otherwise);
  }

  private Film frames(Path film) {
    FramePreparation preparation = preparation();
    boolean behind = backbone.isGiven();
    Optional<ByteScale> scale =
        Optional.of(behind ? backbone.features().bytes() : bytes.scale(film.toString(), 0));
    InputForm form = new InputForm(scale, Optional.of(preparation));
    if (!behind) {
      check(film, form);
    }
    FrameSource source =
        FrameFiles.open(film, preparation, options.picturesPerSecond()).scaled(scale.get());
    return new Film(source, Frames.of(source, form, DType.FLOAT32));
  }

  private void check(Path film, InputForm form) {
    model
        .inputForms()
        .get(0)
        .difference(form)
        .ifPresent(
            difference -> {
              throw new IllegalArgumentException(film + ": " + difference);
            });
  }
}
