package convlstm4j.model;

import java.nio.file.Path;
import java.util.List;

/**
 * A kind of file that a whole model is kept in. {@link Model#load} and {@link Model#save} find the
 * kinds by {@link java.util.ServiceLoader}: checkpoints are in this module, Keras's files in {@code
 * convlstm4j-keras}.
 */
public interface ModelFormat {
  /**
   * What the files are called.
   *
   * @return for a message, as {@code a checkpoint}
   */
  String description();

  /**
   * How names of such files end.
   *
   * @return for instance {@code .keras}
   */
  List<String> endings();

  /**
   * Whether a file is of this kind, by what is in it.
   *
   * @param file an existing file
   * @return true if {@link #load} can be tried
   */
  boolean holds(Path file);

  /**
   * Reads a model.
   *
   * @param file of this kind
   * @return the model, compiled if it was when it was saved
   */
  Model load(Path file);

  /**
   * Writes a model whole, or not at all.
   *
   * @param model what is written, with what its training needs to go on
   * @param file replaced if it exists
   */
  void save(Model model, Path file);
}
