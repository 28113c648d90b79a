package convlstm4j.io.keras;

import convlstm4j.config.KerasVersion;
import java.nio.file.Path;
import java.util.List;

/** The forms in which a model is written. */
enum WrittenForm {
  H5_OF_KERAS_2(".h5", KerasVersion.KERAS2),
  H5(".h5", KerasVersion.KERAS3),
  KERAS(".keras", KerasVersion.KERAS3);

  final String ending;
  private final KerasVersion version;

  WrittenForm(String ending, KerasVersion version) {
    this.ending = ending;
    this.version = version;
  }

  /** The forms that a sample model has: some is not written for Keras 2. */
  static List<WrittenForm> of(String model) {
    return FurtherModels.OF_KERAS_3.contains(model) ? List.of(H5, KERAS) : List.of(values());
  }

  boolean isH5() {
    return this != KERAS;
  }

  /** The options that lead to this form. */
  KerasOptions in(KerasOptions options) {
    return options.h5(version);
  }

  /** A file of this form. */
  Path file(Path dir, String name) {
    return dir.resolve(name + "-" + name().toLowerCase(java.util.Locale.ROOT) + ending);
  }
}
