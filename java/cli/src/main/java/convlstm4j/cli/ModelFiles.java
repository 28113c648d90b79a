package convlstm4j.cli;

import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.architecture.ArchitectureException;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.model.Model;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Opens what {@code --model} names, by what is in it, and saves by the name's ending. */
final class ModelFiles {
  private ModelFiles() {}

  /**
   * Opens a file of any kind.
   *
   * @param options chooses the backend before weights are made
   */
  static Model open(Path file, Consumer<Model> options) {
    if (!isJson(file)) {
      return Checkpoint.load(file, options);
    }
    try {
      Model model = Model.of(Architecture.fromJson(Files.readString(file)));
      options.accept(model);
      return model;
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (ArchitectureException | IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /** Opens a model with weights, for which an architecture will not do. */
  static Model trained(Path file, Consumer<Model> options) {
    if (isJson(file)) {
      throw new IllegalArgumentException(
          file
              + " holds an architecture, without weights; expected a checkpoint, as train writes it");
    }
    return Checkpoint.load(file, options);
  }

  /** What writes a model into a file of this name. */
  static BiConsumer<Model, Path> form(Path file) {
    return Checkpoint::save;
  }

  /** Whether the first character that is not white space opens a JSON object. */
  private static boolean isJson(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      int c = in.read();
      while (c >= 0 && Character.isWhitespace(c)) {
        c = in.read();
      }
      return c == '{';
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
