package convlstm4j.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Layer;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every layer as Keras 2.2 to 2.15 write it, by their own source ({@code
 * src/test/python/keras2_configs.py}): with every option at its default it is read, and an option
 * at another value is either there again when the layer is written, or refused by name.
 */
class Keras2ConfigsTest {
  /** Types, random numbers, ways to compute the same; and what acts only beside {@code renorm}. */
  private static final Set<String> SAY_NOTHING =
      Set.of(
          "dtype",
          "dynamic",
          "seed",
          "unroll",
          "implementation",
          "input_length",
          "query_shape",
          "key_shape",
          "value_shape",
          "renorm_clipping",
          "renorm_momentum");

  private static List<Map<?, ?>> rows() throws IOException {
    try (InputStream in = Keras2ConfigsTest.class.getResourceAsStream("keras2-configs.json.gz");
        GZIPInputStream gzip = new GZIPInputStream(in)) {
      List<Map<?, ?>> rows = new ArrayList<>();
      JSON.std.listFrom(gzip).forEach(r -> rows.add((Map<?, ?>) r));
      return rows;
    }
  }

  private static Layer read(Map<?, ?> row, String option) {
    Map<String, Object> config = new LinkedHashMap<>();
    ((Map<?, ?>) row.get("config")).forEach((k, v) -> config.put((String) k, v));
    if (option != null) {
      config.put(option, ((Map<?, ?>) row.get("other")).get(option));
    }
    return Layers.fromConfig((String) row.get("class"), config, KerasVersion.KERAS2);
  }

  @TestFactory
  List<DynamicTest> optionsAreKeptOrRefused() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Map<?, ?> row : rows()) {
      List<?> releases = (List<?>) row.get("releases");
      String name =
          row.get("class") + " " + releases.get(0) + " to " + releases.get(releases.size() - 1);
      tests.add(DynamicTest.dynamicTest(name, () -> assertTrue(read(row, null) != null)));
      for (Object key : ((Map<?, ?>) row.get("other")).keySet()) {
        tests.add(DynamicTest.dynamicTest(name + " " + key, () -> check(row, (String) key)));
      }
    }
    assertTrue(tests.size() > 800, tests.size() + " tests");
    return tests;
  }

  private static void check(Map<?, ?> row, String key) {
    Object value = ((Map<?, ?>) row.get("other")).get(key);
    Layer layer;
    try {
      layer = read(row, key);
    } catch (IllegalArgumentException e) {
      assertTrue(e.getMessage().contains(key), e.getMessage());
      assertTrue(!e.getMessage().contains("which no Keras"), e.getMessage());
      return;
    }
    if (SAY_NOTHING.contains(key) || isOfNoKernel((String) row.get("class"), key)) {
      return;
    }
    if (key.equals("trainable")) {
      assertEquals(value, layer.isTrainableAlone());
      return;
    }
    Object kept = written(layer).get(key);
    if (kept == null || value instanceof Map<?, ?>) {
      assertNotEquals(
          plain(written(read(row, null))), plain(written(layer)), key + " is lost: " + layer);
    } else {
      assertEquals(plain(value), plain(kept), key);
    }
  }

  /** The options with the constraints, which are no option of a layer's own. */
  private static Map<?, ?> written(Layer layer) {
    return (Map<?, ?>) Layers.toKeras(layer).get("config");
  }

  /** Keras 2 writes it of separable convolutions, which have two kernels of other names. */
  private static boolean isOfNoKernel(String kind, String key) {
    return kind.startsWith("Separable") && key.equals("kernel_initializer");
  }

  /** Without the differences between 1, 1.0, [1] and an array of it. */
  private static Object plain(Object value) {
    if (value instanceof Number n) {
      return n.doubleValue();
    }
    if (value instanceof List<?> list) {
      return list.size() == 1
          ? plain(list.get(0))
          : list.stream().map(v -> String.valueOf(plain(v))).toList();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> all = new TreeMap<>();
      map.forEach((k, v) -> all.put((String) k, v == null ? "null" : plain(v)));
      return all;
    }
    return value;
  }

  @Test
  void everyKindOfLayerIsThere() throws IOException {
    Set<String> kinds = new TreeSet<>(Layers.kinds());
    kinds.removeAll(Set.of("ConvGRU1D", "ConvGRU2D", "ConvGRU3D", "Operation")); // not Keras 2's
    kinds.removeAll(Set.of("RMSNormalization", "PixelShuffle", "PixelUnshuffle")); // nor are these
    rows().forEach(r -> kinds.remove((String) r.get("class")));
    assertEquals(Set.of(), kinds, "layers that keras2_configs.py does not make");
  }
}
