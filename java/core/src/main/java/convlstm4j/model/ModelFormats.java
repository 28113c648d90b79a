package convlstm4j.model;

import convlstm4j.spi.Providers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The kinds of files that models are kept in. */
final class ModelFormats {
  private static final String KERAS = "convlstm4j.io.keras.KerasFormat";
  private static final List<String> KNOWN =
      List.of("convlstm4j.io.checkpoint.CheckpointFormat", KERAS);

  private ModelFormats() {}

  private static List<ModelFormat> all() {
    return Providers.of(ModelFormat.class, KNOWN);
  }

  static Model load(Path file) {
    if (!Files.exists(file)) {
      throw new IllegalArgumentException("load: there is no file " + file);
    }
    for (ModelFormat format : all()) {
      if (format.holds(file)) {
        return format.load(file);
      }
    }
    throw new IllegalArgumentException(
        "load: " + file + " is of no known kind, expected " + kinds() + withoutKeras());
  }

  static void save(Model model, Path file) {
    String name = file.toString();
    for (ModelFormat format : all()) {
      if (format.endings().stream().anyMatch(name::endsWith)) {
        format.save(model, file);
        return;
      }
    }
    throw new IllegalArgumentException(
        "save: the ending of "
            + file
            + " says what is written, expected "
            + kinds()
            + withoutKeras());
  }

  private static String kinds() {
    return all().stream()
        .map(f -> f.description() + " (" + String.join(", ", f.endings()) + ")")
        .collect(Collectors.joining(", "));
  }

  private static String withoutKeras() {
    boolean there = all().stream().anyMatch(f -> f.getClass().getName().equals(KERAS));
    return there ? "" : "; the module convlstm4j-keras adds Keras's files";
  }
}
