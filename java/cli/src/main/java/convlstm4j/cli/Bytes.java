package convlstm4j.cli;

import convlstm4j.data.ByteScale;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.model.Model;
import java.io.PrintWriter;
import java.util.Optional;

/**
 * How the uint8 values of a model's input files are read: as the model was trained, else as {@code
 * --unit-range} says; that there is neither is said.
 */
final class Bytes {
  private final Model model;
  private final boolean unitRange;
  private final PrintWriter err;

  /**
   * Takes the option.
   *
   * @param unitRange whether uint8 is to become 0 to 1
   * @param err is told what is assumed
   */
  Bytes(Model model, boolean unitRange, PrintWriter err) {
    this.model = model;
    this.unitRange = unitRange;
    this.err = err;
  }

  /**
   * A file as the model takes it; of other types it is as it was.
   *
   * @param input which input it is for
   */
  NpyFile read(NpyFile file, int input) {
    return file.byteScale().isEmpty() ? file : file.scaled(scale(file.name(), input));
  }

  /**
   * How the bytes of a file are read.
   *
   * @param name of the file
   * @param input which input it is for
   */
  ByteScale scale(String name, int input) {
    Optional<ByteScale> known = model.inputForms().get(input).bytes();
    if (known.isEmpty() && !unitRange) {
      err.println(
          "convlstm4j: "
              + name
              + ": uint8 values are taken as they are, 0 to 255; --unit-range divides them by 255,"
              + " as training on a folder of videos does");
    }
    ByteScale scale = known.orElse(unitRange ? ByteScale.UNIT : ByteScale.NONE);
    if (unitRange && !scale.equals(ByteScale.UNIT)) {
      throw new IllegalArgumentException(
          "--unit-range: "
              + name
              + " goes into the input \""
              + model.network().inputNames().get(input)
              + "\", which was trained on bytes "
              + scale
              + "; leave the option out");
    }
    return scale;
  }
}
