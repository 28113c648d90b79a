package convlstm4j.io.keras;

import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Layer;
import convlstm4j.io.architecture.ArchitectureException;
import convlstm4j.io.architecture.Json;
import convlstm4j.io.file.InputFile;
import convlstm4j.io.file.Utf8;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A file of Keras's, opened: texts taken out, arrays not read yet.
 *
 * @param file its name, for messages
 * @param kind what it is
 * @param version of the Keras that wrote it; empty if it does not say
 * @param model the architecture as JSON; empty in a file of weights only
 * @param training options of training as JSON, {@code training_config} or {@code compile_config};
 *     empty if there are none
 * @param bytes what {@link #BYTES} holds, that this library has written; empty if it has not
 * @param root the HDF5 groups
 */
record KerasFile(
    String file,
    Kind kind,
    String version,
    Map<String, Object> model,
    Map<String, Object> training,
    Map<String, Object> bytes,
    Group root) {
  /** How the inputs take bytes: an attribute or an entry of the metadata that Keras overlooks. */
  static final String BYTES = "convlstm4j_bytes";

  /** The list in {@link #BYTES}, one per input. */
  static final String INPUTS = "inputs";

  /** Kinds of files. */
  enum Kind {
    /** HDF5 with attributes, and weights by layers' names: Keras 1 to 3. */
    H5(".h5"),
    /** A zip of JSON and HDF5: Keras 2.12 to 3. */
    KERAS(".keras"),
    /** HDF5 with weights by layers' classes, as within {@link #KERAS}. */
    WEIGHTS_H5(".weights.h5");

    private final String ending;

    Kind(String ending) {
      this.ending = ending;
    }

    String ending() {
      return ending;
    }
  }

  private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  /** Characters of JSON; a model of a thousand layers has two million. */
  private static final int MAX_JSON = 8 << 20;

  static KerasFile open(Path path) {
    String file = path.toString();
    Optional<String> foreign = ForeignFile.of(path);
    if (foreign.isPresent()) {
      throw new KerasException(file, foreign.get());
    }
    if (Files.isDirectory(path)) {
      throw new KerasException(file, "is a folder, expected an .h5 or .keras file");
    }
    try (FileChannel channel = InputFile.open(path)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new KerasException(
            file, "has " + channel.size() + " bytes; files of up to 2 GiB can be read");
      }
      // Mapped rather than read: only the arrays that are asked for come into memory. The mapping
      // outlives the channel.
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      if (startsWith(bytes, ZIP)) {
        return zipped(file, ZipEntries.read(path, channel.size()));
      }
      if (startsWith(bytes, HDF5)) {
        return hdf5(file, bytes);
      }
      throw new KerasException(
          file, "is neither HDF5 nor a zip, expected a file that Keras saved as .h5 or .keras");
    } catch (NoSuchFileException e) {
      throw new KerasException(file, "there is no such file", e);
    } catch (AccessDeniedException e) {
      throw new KerasException(file, "may not be read: permission denied", e);
    } catch (IOException e) {
      throw new KerasException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Whether a file begins as one of Keras's does, or is one that is known not to be. */
  static boolean isOne(Path path) {
    if (ForeignFile.of(path).isPresent()) {
      return true;
    }
    try (FileChannel channel = InputFile.open(path)) {
      ByteBuffer start = ByteBuffer.allocate(HDF5.length);
      while (start.hasRemaining() && channel.read(start) >= 0) {}
      return startsWith(start.flip(), HDF5) || startsWith(start, ZIP);
    } catch (IOException e) {
      return false;
    }
  }

  /** An HDF5 file, of either kind. */
  static KerasFile hdf5(String file, ByteBuffer bytes) {
    Group root = Hdf5Reader.read(file, bytes);
    if (ObjectWeights.isIn(root) && !LegacyWeights.isIn(root)) {
      return new KerasFile(file, Kind.WEIGHTS_H5, "", Map.of(), Map.of(), Map.of(), root);
    }
    Group weights = root.group("model_weights").orElse(root);
    if (!LegacyWeights.isIn(weights)) {
      throw new KerasException(
          file,
          "has no attribute layer_names, expected a file that Keras saved; it has "
              + Said.value(root.groups().keySet()));
    }
    String version = root.text("keras_version").or(() -> weights.text("keras_version")).orElse("");
    return new KerasFile(
        file,
        Kind.H5,
        version,
        object(file, "model_config", root.text("model_config").orElse("{}")),
        object(file, "training_config", root.text("training_config").orElse("{}")),
        object(file, BYTES, root.text(BYTES).orElse("{}")),
        root);
  }

  private static KerasFile zipped(String file, Map<String, ByteBuffer> entries) {
    if (!entries.containsKey("config.json") || !entries.containsKey("model.weights.h5")) {
      ForeignFile.zip(entries.keySet())
          .ifPresent(
              what -> {
                throw new KerasException(file, what);
              });
    }
    Map<String, Object> metadata = json(file, entries, "metadata.json");
    Map<String, Object> config = json(file, entries, "config.json");
    ByteBuffer weights = entries.get("model.weights.h5");
    if (weights == null) {
      throw new KerasException(
          file,
          "has no model.weights.h5"
              + (entries.keySet().stream().anyMatch(n -> n.startsWith("model.weights"))
                  ? ", weights in other forms (.npz, several files) are not read: save it with"
                      + " Keras's model.save"
                  : ", it has " + Said.value(entries.keySet())));
    }
    Group root = Hdf5Reader.read(file + "!model.weights.h5", weights);
    return new KerasFile(
        file,
        Kind.KERAS,
        metadata.get("keras_version") instanceof String s ? s : "",
        config,
        config.get("compile_config") instanceof Map<?, ?> c ? texts(c) : Map.of(),
        metadata.get(BYTES) instanceof Map<?, ?> b ? texts(b) : Map.of(),
        root);
  }

  private static Map<String, Object> json(
      String file, Map<String, ByteBuffer> entries, String name) {
    ByteBuffer bytes = entries.get(name);
    if (bytes == null) {
      throw new KerasException(
          file,
          "has no " + name + ", so it is no .keras file; it has " + Said.value(entries.keySet()));
    }
    return object(file, name, utf8(file, name, bytes));
  }

  private static String utf8(String file, String what, ByteBuffer bytes) {
    try {
      return Utf8.decode(bytes);
    } catch (CharConversionException e) {
      throw new KerasException(file, what + " " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> object(String file, String what, String text) {
    if (text.length() > MAX_JSON) {
      throw new KerasException(
          file, what + " has " + text.length() + " characters, at most " + MAX_JSON + " are read");
    }
    Object value;
    try {
      value = Json.read(text);
    } catch (ArchitectureException e) {
      throw new KerasException(file, what + ": " + e.getMessage(), e);
    }
    if (value instanceof Map<?, ?> map) {
      return texts(map);
    }
    throw new KerasException(file, what + " is no object {..}");
  }

  private static Map<String, Object> texts(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((k, v) -> copy.put(String.valueOf(k), v));
    return copy;
  }

  private static boolean startsWith(ByteBuffer bytes, byte[] magic) {
    byte[] start = new byte[Math.min(magic.length, bytes.limit())];
    bytes.duplicate().get(0, start);
    return Arrays.equals(start, magic);
  }

  /** Whose meaning an ambiguous word has. */
  KerasVersion generation() {
    if (version.startsWith("2.")) {
      return KerasVersion.KERAS2;
    }
    if (version.startsWith("3.")) {
      return KerasVersion.KERAS3;
    }
    throw new KerasException(
        file,
        version.isEmpty()
            ? "does not say which version of Keras wrote it"
            : "is of Keras " + version + ", expected 2.2 to 2.15 or 3.x");
  }

  boolean hasModel() {
    return !model.isEmpty();
  }

  /** Name and class of each layer, in the order of {@code model.layers}. */
  Map<String, String> layerKinds() {
    return layerKinds(model);
  }

  static Map<String, String> layerKinds(Map<String, Object> model) {
    Map<String, String> kinds = new LinkedHashMap<>();
    Object config = model.get("config");
    Object layers = config instanceof Map<?, ?> c ? c.get("layers") : config;
    if (layers instanceof List<?> list) {
      for (Object o : list) {
        if (o instanceof Map<?, ?> layer && layer.get("class_name") instanceof String kind) {
          Object name = layer.get("name");
          if (name == null && layer.get("config") instanceof Map<?, ?> c) {
            name = c.get("name");
          }
          kinds.put(String.valueOf(name), kind);
        }
      }
    }
    return kinds;
  }

  /**
   * The layers that have weights here, in the order of {@code model.layers}.
   *
   * @param layers of the model that they are for, in that order
   * @param leftOut kinds of layers that were left out of it
   */
  List<LayerArrays> weights(List<Layer> layers, Set<String> leftOut) {
    return kind == Kind.H5
        ? LegacyWeights.read(file, root.group("model_weights").orElse(root))
        : ObjectWeights.read(file, root, layers, leftOut);
  }
}
