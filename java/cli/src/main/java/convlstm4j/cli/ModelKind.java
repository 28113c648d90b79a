package convlstm4j.cli;

import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Kinds of files that a model is written into, by the ending of the file's name. */
enum ModelKind {
  CHECKPOINT(".ckpt", "a checkpoint"),
  H5(".h5", "as Keras 3.8 writes it"),
  KERAS(".keras", "as Keras 3.8 writes it"),
  JSON(".json", "the architecture alone");

  /** The kinds that keep weights. */
  static final Set<ModelKind> WITH_WEIGHTS = Set.of(CHECKPOINT, H5, KERAS);

  private final String ending;
  private final String what;

  ModelKind(String ending, String what) {
    this.ending = ending;
    this.what = what;
  }

  /**
   * The kind that a name's ending says.
   *
   * @param option what the user named the file with, for the message
   * @param kinds those that will do
   * @throws IllegalArgumentException if it ends otherwise
   */
  static ModelKind of(String option, Path file, Set<ModelKind> kinds) {
    String name = file.toString();
    List<ModelKind> will = Stream.of(values()).filter(kinds::contains).toList();
    if (!name.endsWith(".weights.h5")) { // in Keras's words a file without the architecture
      for (ModelKind k : will) {
        if (name.endsWith(k.ending)) {
          return k;
        }
      }
    }
    throw new IllegalArgumentException(
        option
            + " "
            + file
            + ": its ending says what is written, expected "
            + will.stream()
                .map(k -> k.ending + " (" + k.what + ")")
                .collect(Collectors.joining(", ")));
  }

  /**
   * Writes a model.
   *
   * @param notes is told where Keras will compute something else
   */
  void save(Model model, Path file, Consumer<String> notes) {
    switch (this) {
      case CHECKPOINT -> Checkpoint.save(model, file);
      case H5, KERAS -> KerasModels.save(model, file, KerasOptions.defaults().notes(notes));
      case JSON -> saveText(file, Architecture.toJson(model.network(), model.name()) + "\n");
    }
  }

  private static void saveText(Path file, String text) {
    try {
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }
}
