package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of other programs, and of Keras in another form: one line says what they are. */
class ForeignFileTest {
  @TempDir private Path dir;

  private void says(Path path, String piece) {
    assertTrue(KerasModels.isKerasFile(path), path.toString());
    String message = assertThrows(KerasException.class, () -> KerasModels.load(path)).getMessage();
    assertTrue(message.startsWith(path + ": is ") && message.contains(piece), message);
    assertFalse(message.contains("\n"), message);
    assertEquals(
        message,
        assertThrows(
                KerasException.class, () -> KerasModels.describe(path, KerasOptions.defaults()))
            .getMessage());
  }

  private Path file(String name, String content) throws IOException {
    Path path = dir.resolve(name);
    Files.createDirectories(path.getParent());
    return Files.write(path, content.getBytes(StandardCharsets.ISO_8859_1));
  }

  private Path zip(String name, String... entries) throws IOException {
    Path path = dir.resolve(name);
    try (OutputStream out = Files.newOutputStream(path);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String e : entries) {
        zip.putNextEntry(new ZipEntry(e));
        zip.write(new byte[] {'{', '}'});
      }
    }
    return path;
  }

  @Test
  void aSavedModel() throws IOException {
    Path pb = file("saved/saved_model.pb", "\b\1");
    file("saved/variables/variables.index", "");
    Path saved = pb.getParent();
    String line =
        "with Keras 2: import tensorflow as tf; tf.keras.models.load_model(\""
            + saved
            + "\").save(\""
            + saved
            + ".keras\")";
    says(saved, line);
    says(pb, line);
    says(zip("saved.zip", "saved/saved_model.pb"), "zip of a folder in TensorFlow's SavedModel");
    says(saved.resolve("variables/variables.index"), "part of a checkpoint of TensorFlow");
    file("ckpt/checkpoint", "");
    says(dir.resolve("ckpt"), "TensorFlow's checkpoints");
  }

  @Test
  void kerasInAnotherWrapping() throws IOException {
    file("unpacked/config.json", "{}");
    file("unpacked/metadata.json", "{}");
    says(dir.resolve("unpacked"), "unpacked into a folder; pack it");
    says(
        zip("a.keras", "m/config.json", "m/metadata.json", "m/model.weights.h5"),
        "in the folder m;");
    says(zip("b.zip", "readme", "best.keras"), "a zip around best.keras");
    says(zip("w.npz", "a.npy", "b.npy"), ".npz archive of arrays");
  }

  @Test
  void otherPrograms() throws IOException {
    says(
        file("js/model.json", "{\"format\": \"layers-model\", \"modelTopology\": {}}"),
        "TensorFlow.js");
    says(dir.resolve("js"), "TensorFlow.js");
    says(zip("a.pt", "archive/data.pkl", "archive/data/0"), "a file of PyTorch");
    says(file("b.pth", "\u0080\2\u008a\n"), "a file of PyTorch");
    says(file("c.pkl", "\u0080\4\u0095"), "a pickle of Python");
    says(file("d.onnx", "\b\7"), "an ONNX model");
    says(file("e.tflite", "\34\0\0\0TFL3"), "TensorFlow Lite");
    says(file("f.safetensors", "\100\0\0\0\0\0\0\0{\"a\":{}}"), "safetensors");
  }

  @Test
  void othersAreLeftToOthers() throws IOException {
    assertFalse(KerasModels.isKerasFile(dir));
    assertFalse(KerasModels.isKerasFile(file("a.json", "{\"class_name\": \"Sequential\"}")));
    assertFalse(KerasModels.isKerasFile(file("a.txt", "text")));
    assertFalse(KerasModels.isKerasFile(file("empty", "")));
    assertFalse(KerasModels.isKerasFile(dir.resolve("absent")));
  }
}
