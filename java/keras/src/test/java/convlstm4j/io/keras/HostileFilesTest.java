package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.model.Sequential;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files made to hang, to overflow or to take memory; and the groups of Keras 2.12. */
class HostileFilesTest {
  @TempDir private Path dir;

  private static ByteBuffer written(Group root) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Hdf5Writer(root).writeTo(Channels.newChannel(out));
    return ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void refused(ByteBuffer file, String piece) {
    String message =
        assertThrows(KerasException.class, () -> Hdf5Reader.read("a.h5", file)).getMessage();
    assertTrue(message.startsWith("a.h5: ") && message.contains(piece), message);
  }

  private static int find(ByteBuffer file, String text, int from) {
    byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
    for (int i = from; i < file.limit(); i++) {
      if (i + wanted.length <= file.limit()
          && file.slice(i, wanted.length).equals(ByteBuffer.wrap(wanted))) {
        return i;
      }
    }
    throw new AssertionError("no " + text);
  }

  @Test
  void aTreeThatLeadsToItself() throws IOException {
    Group root = new Group();
    root.make("a");
    ByteBuffer file = written(root);
    int tree = find(file, "TREE", find(file, "TREE", 0) + 1); // the root's
    file.put(tree + 5, (byte) 1);
    file.putLong(tree + 32, tree);
    refused(file, "a group's tree belongs to two others, or to itself");
  }

  /** jHDF puts U+FFFD for each byte; a name so changed would be another's. */
  @Test
  void anAttributeThatIsNotUtf8() throws IOException {
    for (boolean many : new boolean[] {false, true}) {
      Group root = new Group();
      if (many) {
        root.lists().put("layer_names", List.of("first", "second"));
      } else {
        root.texts().put("keras_version", "second");
      }
      ByteBuffer file = written(root);
      file.put(find(file, "second", 0) + 2, (byte) 0xff);
      refused(file, "is not text in UTF-8: byte 0xff at offset 2");
      refused(file, many ? "the attribute layer_names" : "the attribute keras_version");
    }
  }

  @Test
  void aGroupInsideItself() throws IOException {
    Group root = new Group();
    root.make("a").make("b");
    ByteBuffer file = written(root);
    int symbols = find(file, "SNOD", 0); // of a, which has b
    file.putLong(symbols + 16, file.getLong(64));
    refused(file, "an object header belongs to two others, or to itself");
  }

  @Test
  void oneTextInAThousandPlaces() throws IOException {
    Group root = new Group();
    String big = "b".repeat(50_000);
    root.texts().put("big", big);
    root.lists().put("many", Collections.nCopies(1000, "x"));
    ByteBuffer file = written(root);
    byte[] toBig = null;
    int replaced = 0;
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 96; i + 16 <= file.limit(); i += 4) {
        long collection = file.getLong(i + 4);
        boolean refers =
            collection > 0
                && collection < file.limit() - 4
                && file.getInt((int) collection) == 0x4c4f4347; // GCOL
        if (refers && file.getInt(i) == big.length()) {
          toBig = new byte[16];
          file.get(i, toBig);
        } else if (refers && file.getInt(i) == 1 && pass == 1) {
          file.put(i, toBig);
          replaced++;
        }
      }
    }
    assertTrue(replaced == 1000, replaced + " replaced");
    refused(file, "there are more texts than the file has bytes");
  }

  @Test
  void anArrayLargerThanTheFile() throws IOException {
    Group root = new Group();
    root.arrays().put("w", new Data.Floats(Tensor.zeros(DType.FLOAT32, Shape.of(77, 3))));
    ByteBuffer file = written(root);
    for (int i = 0; i + 16 <= file.limit(); i += 8) {
      if (file.getLong(i) == 77 && file.getLong(i + 8) == 3) {
        file.putLong(i, 1L << 40);
      }
    }
    refused(file, "an array larger than the file");
  }

  @Test
  void manyGroupsInOneAnother() throws IOException {
    Group root = new Group();
    root.makeAll(Collections.nCopies(60, "g"));
    Hdf5Reader.read("a.h5", written(root));
    root.makeAll(Collections.nCopies(200, "g"));
    refused(written(root), "groups are nested more than 64 deep");
  }

  @Test
  void aZipOfZeros() throws IOException {
    Path bomb = dir.resolve("bomb.keras");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
      zip.putNextEntry(new ZipEntry("config.json"));
      zip.write(new byte[50_000_000]);
    }
    String message = assertThrows(KerasException.class, () -> KerasModels.load(bomb)).getMessage();
    assertTrue(
        message.contains("unpacks to more than 8 times its") && message.contains("config.json"),
        message);
  }

  @Test
  void aZipWhoseDirectoryLies() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("config.json"));
      zip.write(new byte[900]);
    }
    for (int said : new int[] {899, 901}) {
      ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
      int at = bytes.capacity() - 22 - 46 - "config.json".length();
      assertEquals(0x02014b50, bytes.getInt(at), "the directory");
      assertEquals(900, bytes.getInt(at + 24));
      bytes.putInt(at + 24, said);
      Path file = Files.write(dir.resolve(said + ".keras"), bytes.array());
      String message =
          assertThrows(KerasException.class, () -> KerasModels.load(file)).getMessage();
      assertTrue(
          message.contains("config.json unpacks to") && message.endsWith("says " + said), message);
    }
  }

  /** Keras 2.12 to 2.14: another name, and numbers that count layers with weights twice. */
  @Test
  void groupsOfKeras212() throws IOException {
    Group root = new Group();
    Group layers = root.make("_layer_checkpoint_dependencies");
    List<String> groups = List.of("dense", "dense_2", "dense_4");
    List<Shape> shapes = List.of(Shape.of(2, 3), Shape.of(3, 4), Shape.of(4, 1));
    for (int i = 0; i < 3; i++) {
      Group vars = layers.make(groups.get(i)).make("vars");
      vars.arrays().put("0", new Data.Floats(SampleModels.filled(shapes.get(i), 2 * i)));
      Shape bias = shapes.get(i).from(1);
      vars.arrays().put("1", new Data.Floats(SampleModels.filled(bias, 2 * i + 1)));
    }
    Path path = dir.resolve("old.weights.h5");
    Files.write(path, written(root).array());
    try (Model model =
            Sequential.of(Input.shape(2), new Dense(3), new Dense(4), new Dense(1))
                .backend("reference");
        Model expected =
            SampleModels.weighted(
                Sequential.of(Input.shape(2), new Dense(3), new Dense(4), new Dense(1)))) {
      KerasModels.loadWeights(model, path);
      List<Tensor> actual = List.copyOf(model.weights().values());
      List<Tensor> wanted = List.copyOf(expected.weights().values());
      for (int i = 0; i < wanted.size(); i++) {
        assertArrayEquals(wanted.get(i).floats(), actual.get(i).floats());
      }
    }
  }
}
