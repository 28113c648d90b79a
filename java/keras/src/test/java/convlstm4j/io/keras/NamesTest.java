package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Layers with names that are not ASCII, or have slashes and dots, as h5py writes them: in messages,
 * in a heap with an index of one node, and of several.
 */
class NamesTest {
  @TempDir private Path dir;

  private static byte[] bytes(int layers) throws IOException {
    try (InputStream in = NamesTest.class.getResourceAsStream("names-" + layers + ".h5.gz");
        GZIPInputStream gzip = new GZIPInputStream(in)) {
      return gzip.readAllBytes();
    }
  }

  private static void check(KerasFile file, int layers) {
    List<LayerArrays> all = file.weights(List.of(), Set.of());
    assertEquals(layers, all.size());
    assertEquals("é", file.model().get("name"));
    assertEquals(
        List.of("schicht_ä", "block/conv.1", "層"),
        all.stream().limit(3).map(LayerArrays::layer).toList());
    for (int i = 0; i < layers; i++) {
      assertEquals(i, all.get(i).arrays().get(0).data().read(DType.FLOAT32).get(1));
    }
  }

  @Test
  void areRead() throws IOException {
    for (int layers : new int[] {3, 12, 400}) {
      check(KerasFile.hdf5("names.h5", ByteBuffer.wrap(bytes(layers))), layers);
    }
  }

  @Test
  void areWrittenAsH5pyDoes() throws IOException {
    Group root = new Group();
    root.lists().put("layer_names", List.of("a/b", "ä"));
    for (String name : List.of("a/b", "ä")) {
      root.make(name).lists().put("weight_names", List.of());
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Hdf5Writer(root).writeTo(Channels.newChannel(out));
    Group back = Hdf5Reader.read("a.h5", ByteBuffer.wrap(out.toByteArray()));
    assertEquals(Set.of("a", "ä"), back.groups().keySet());
    assertEquals("a/b", back.group("a/b").get().path());
    assertEquals("a/b", back.group("./a//b").get().path());
  }

  @Test
  void aModelWithSuchNamesGoesThroughKeras2() {
    Symbol x = Input.named("eingang_ü", 4);
    Symbol y = new Dense(2).named("block/conv.1").apply(new Dense(3).named("schicht_ä").apply(x));
    Tensor in = SampleModels.filled(Shape.of(2, 4), 1);
    try (Model model = SampleModels.weighted(Model.of(x, y).backend("reference"))) {
      Path h5 = dir.resolve("a.h5");
      KerasModels.save(model, h5, KerasOptions.defaults().h5(KerasVersion.KERAS2));
      KerasOptions options = KerasOptions.defaults().model(m -> m.backend("reference"));
      try (Model back = KerasModels.load(h5, options)) {
        assertEquals(
            List.of("eingang_ü", "schicht_ä", "block/conv.1"),
            back.network().layers().stream().map(Layer::name).toList());
        assertArrayEquals(model.predict(in).get(0).floats(), back.predict(in).get(0).floats());
      }
      String message =
          assertThrows(KerasException.class, () -> KerasModels.save(model, dir.resolve("a.keras")))
              .getMessage();
      assertTrue(message.contains("layer \"block/conv.1\" has a / in its name"), message);
    }
    Symbol inner = Input.shape(4);
    Layer model = Model.of(inner, new Dense(2).named("b").apply(inner)).named("a").asLayer();
    Symbol twice = new Dense(2).named("a/b").apply(Input.shape(4));
    assertThrows(
        IllegalArgumentException.class,
        () -> Model.of(twice.node().arguments().first(), model.apply(new Dense(4).apply(twice))));
  }

  /** Nothing in such a file makes the reader hang, overflow, or fail in another way. */
  @Test
  void damaged() throws IOException {
    long seed = Long.getLong("seed", 20261129L);
    Random random = new Random(seed);
    int refused = 0;
    for (int layers : new int[] {3, 12, 400}) {
      byte[] whole = bytes(layers);
      for (int k = 0; k < 120; k++) {
        byte[] file = whole.clone();
        for (int n = random.nextInt(4); n >= 0; n--) {
          file[random.nextInt(k % 2 == 0 ? file.length : Math.min(file.length, 20_000))] =
              (byte) random.nextInt();
        }
        try {
          KerasFile.hdf5("a.h5", ByteBuffer.wrap(file)).weights(List.of(), Set.of());
        } catch (KerasException e) {
          refused++;
        } catch (RuntimeException | Error e) {
          throw new AssertionError("-Dseed=" + seed + ", " + layers + " layers, file " + k, e);
        }
      }
    }
    assertTrue(refused > 15, refused + " refused, -Dseed=" + seed);
  }

  @Test
  void whatPointsToItselfIsRefused() throws IOException {
    byte[] file = bytes(400);
    ByteBuffer b = ByteBuffer.wrap(file).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < file.length - 4; i++) {
      if (file[i] == 'B' && file[i + 1] == 'T' && file[i + 2] == 'I' && file[i + 3] == 'N') {
        int records = 0; // the first child of a node without records, which is the node itself
        b.putLong(i + 6 + records, i);
        ByteBuffer header = b;
        for (int h = 0; h < file.length - 4; h++) {
          if (file[h] == 'B' && file[h + 1] == 'T' && file[h + 2] == 'H' && file[h + 3] == 'D') {
            header.putShort(h + 24, (short) 0);
          }
        }
      }
    }
    String message =
        assertThrows(KerasException.class, () -> KerasFile.hdf5("a.h5", ByteBuffer.wrap(file)))
            .getMessage();
    assertTrue(message.contains("is a damaged HDF5 file: an index of links"), message);
  }
}
