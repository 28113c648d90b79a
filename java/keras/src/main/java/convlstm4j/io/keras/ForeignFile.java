package convlstm4j.io.keras;

import convlstm4j.io.file.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Says what a model of another program, or of Keras in another form, is, and what to do with it.
 */
final class ForeignFile {
  /** Of a file's start, where what it is stands. */
  private static final int START = 4096;

  private static final String FROM_PYTHON =
      "; build the model in Keras, or here, and take the weights over";

  private ForeignFile() {}

  /**
   * What a path is.
   *
   * @return a sentence without subject; empty for a Keras file, for any other that is not known,
   *     and where there is none
   */
  static Optional<String> of(Path path) {
    if (Files.isDirectory(path)) {
      return folder(path);
    }
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    byte[] start = start(path);
    String text = new String(start, StandardCharsets.ISO_8859_1);
    if (name.equals("saved_model.pb") || name.equals("keras_metadata.pb")) {
      Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file's folder");
      return Optional.of("is part of a folder in TensorFlow's SavedModel form" + python(folder));
    }
    if (text.stripLeading().startsWith("{")
        && (text.contains("\"modelTopology\"") || text.contains("\"weightsManifest\""))) {
      return Optional.of(
          "is a model of TensorFlow.js; turn it into one of Keras with tensorflowjs_converter"
              + " --input_format=tfjs_layers_model --output_format=keras MODEL.json MODEL.h5");
    }
    if (text.startsWith("TFL3", 4)) {
      return Optional.of("is a model of TensorFlow Lite, which cannot be turned back into Keras's");
    }
    if (name.endsWith(".onnx")) {
      return Optional.of("is an ONNX model" + FROM_PYTHON);
    }
    if (start.length > 1 && (start[0] & 0xff) == 0x80 && start[1] >= 2 && start[1] <= 5) {
      return Optional.of(
          name.endsWith(".pt") || name.endsWith(".pth")
              ? "is a file of PyTorch" + FROM_PYTHON
              : "is a pickle of Python, which is code; save the model with Keras's model.save");
    }
    if (start.length > 8 && start[7] == 0 && text.startsWith("{\"", 8)) {
      return Optional.of("is a file of weights in the safetensors form" + FROM_PYTHON);
    }
    if (name.endsWith(".index") || name.matches(".*\\.data-\\d+-of-\\d+")) {
      return Optional.of(
          "is part of a checkpoint of TensorFlow; load it into the model in Python and save that"
              + " with model.save(\"MODEL.keras\")");
    }
    return Optional.empty();
  }

  private static Optional<String> folder(Path path) {
    if (Files.exists(path.resolve("saved_model.pb"))) {
      return Optional.of("is a folder in TensorFlow's SavedModel form" + python(path));
    }
    if (Files.exists(path.resolve("config.json")) && Files.exists(path.resolve("metadata.json"))) {
      return Optional.of(
          "is a .keras file unpacked into a folder; pack it: cd \""
              + path
              + "\" && zip -r ../model.keras .");
    }
    if (Files.exists(path.resolve("checkpoint"))) {
      return Optional.of(
          "is a folder of TensorFlow's checkpoints; load one into the model in Python and save that"
              + " with model.save(\"MODEL.keras\")");
    }
    Path json = path.resolve("model.json");
    return Files.isRegularFile(json)
        ? of(json).map(what -> "is a folder, the model.json in it " + what)
        : Optional.empty();
  }

  /** The line of Python that makes a file of a SavedModel; Keras 3 no longer reads those. */
  private static String python(Path folder) {
    return "; with Keras 2: import tensorflow as tf; tf.keras.models.load_model(\""
        + folder
        + "\").save(\""
        + folder
        + ".keras\")";
  }

  /**
   * What a zip is that lacks what a {@code .keras} file has.
   *
   * @param entries its entries' names
   */
  static Optional<String> zip(Collection<String> entries) {
    if (entries.stream().anyMatch(n -> n.endsWith("data.pkl"))) {
      return Optional.of("is a file of PyTorch" + FROM_PYTHON);
    }
    if (entries.stream().anyMatch(n -> n.endsWith("saved_model.pb"))) {
      return Optional.of(
          "is a zip of a folder in TensorFlow's SavedModel form; unpack it, then with Keras 2:"
              + " import tensorflow as tf; tf.keras.models.load_model(\"X\").save(\"X.keras\")");
    }
    if (!entries.isEmpty() && entries.stream().allMatch(n -> n.endsWith(".npy"))) {
      return Optional.of("is an .npz archive of arrays, no model");
    }
    Optional<String> inside =
        entries.stream().filter(n -> n.endsWith("/config.json")).sorted().findFirst();
    if (inside.isPresent()) {
      return Optional.of(
          "is a zip with a .keras file's parts in the folder "
              + Said.value(inside.get().replaceFirst("/config.json$", ""))
              + "; pack them without it");
    }
    String inner =
        entries.stream()
            .filter(n -> n.endsWith(".keras") || n.endsWith(".h5"))
            .filter(n -> !n.endsWith(".weights.h5"))
            .sorted()
            .findFirst()
            .orElse("");
    return inner.isEmpty()
        ? Optional.empty()
        : Optional.of("is a zip around " + Said.value(inner) + "; unpack it");
  }

  private static byte[] start(Path path) {
    try (FileChannel channel = InputFile.open(path)) {
      ByteBuffer start = ByteBuffer.allocate(START);
      while (start.hasRemaining() && channel.read(start) >= 0) {}
      byte[] bytes = new byte[start.flip().remaining()];
      start.get(bytes);
      return bytes;
    } catch (IOException e) {
      return new byte[0]; // whoever opens the file says so
    }
  }
}
