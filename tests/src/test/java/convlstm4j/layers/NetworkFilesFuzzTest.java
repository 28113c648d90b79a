package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.architecture.ArchitectureException;
import convlstm4j.io.keras.KerasException;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.model.Model;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of networks of every kind of layer whose configurations are damaged load, or are refused by
 * the file's own exception with one line. {@code -Dfuzz.networks} says how many files, {@code
 * -Dseed} replays.
 */
class NetworkFilesFuzzTest {
  private static final int FILES = Integer.getInteger("fuzz.networks", 300);
  private static final long SEED = Long.getLong("seed", 20261129L);

  /** Kinds of layers that a network has in any case. */
  private static final int WANTED = 3;

  private static final List<Object> VALUES =
      Arrays.asList(
          -1,
          0,
          1,
          2,
          3,
          7.5,
          -0.5,
          1_000_000_000,
          Long.MAX_VALUE,
          1e300,
          "x",
          "",
          "valid",
          "relu",
          "channels_first",
          null,
          true,
          false,
          List.of(),
          Map.of(),
          List.of(0),
          List.of(2, 2),
          List.of(-1, 3),
          List.of(List.of(1, 1), List.of(0, -2)),
          Map.of("class_name", "Zeros", "config", Map.of()));

  @TempDir private Path dir;
  private final Random random = new Random(SEED);
  private int taken;
  private int refused;

  /** One that loads the damaged file, or throws what it is refused by. */
  private interface Load {
    void run() throws IOException;
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES) // hung
  void areRefusedCleanly() throws IOException {
    List<String> kinds = List.copyOf(RandomLayers.kinds());
    int networks = (kinds.size() + WANTED - 1) / WANTED;
    for (int n = 0; n < networks; n++) {
      int first = WANTED * n;
      List<String> wanted =
          IntStream.range(first, first + WANTED)
              .mapToObj(k -> kinds.get(k % kinds.size()))
              .toList();
      Path keras = dir.resolve("network.keras");
      Path h5 = dir.resolve("network.h5");
      String architecture;
      try (Model model = RandomNetwork.of(SEED + n, wanted).backend("reference")) {
        KerasModels.save(model, keras, options());
        KerasModels.save(model, h5, options());
        architecture = Architecture.toJson(model.network());
      }
      for (int i = n; i < FILES; i += networks) {
        String label = "-Dseed=" + SEED + ", file " + i + " of layers " + wanted;
        switch (i / networks % 3) {
          case 0 -> keras(keras, label);
          case 1 -> h5(h5, label);
          default -> architecture(architecture, label);
        }
      }
    }
    assertTrue(
        taken > FILES / 20 && refused > FILES / 5, taken + " taken, " + refused + " refused");
  }

  private static KerasOptions options() {
    return KerasOptions.defaults().notes(note -> {}).model(m -> m.backend("reference"));
  }

  private void keras(Path good, String label) throws IOException {
    Path bad = dir.resolve("bad.keras");
    String config = "";
    try (ZipFile zip = new ZipFile(good.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(bad))) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        byte[] content = zip.getInputStream(entry).readAllBytes();
        if (entry.getName().equals("config.json")) {
          config = mutated(new String(content, StandardCharsets.UTF_8));
          content = config.getBytes(StandardCharsets.UTF_8);
        }
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(content);
      }
    }
    String said = config;
    check(() -> KerasModels.load(bad, options()).close(), KerasException.class, label, said);
  }

  /** Words of the configuration inside a file of HDF5 give way to others of the same length. */
  private void h5(Path good, String label) throws IOException {
    byte[] file = Files.readAllBytes(good);
    String text = new String(file, StandardCharsets.ISO_8859_1);
    int from = text.indexOf("\"config\"");
    int to = from;
    while (to < file.length && (file[to] >= ' ' || file[to] == '\n')) {
      to++;
    }
    assertTrue(from > 0 && to > from + 100, label);
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = from + random.nextInt(to - from);
      while (at > from && isWord(file[at - 1])) {
        at--;
      }
      String words = random.nextBoolean() ? "-9999999999999999" : "nulltruefalserelu";
      for (int k = at; k < to && isWord(file[k]); k++) {
        file[k] = (byte) words.charAt((k - at) % words.length());
      }
    }
    Path bad = dir.resolve("bad.h5");
    Files.write(bad, file);
    String said = new String(file, from, to - from, StandardCharsets.ISO_8859_1);
    check(() -> KerasModels.load(bad, options()).close(), KerasException.class, label, said);
  }

  private static boolean isWord(byte b) {
    return Character.isLetterOrDigit(b) || b == '_' || b == '-' || b == '.';
  }

  private void architecture(String good, String label) throws IOException {
    String bad = mutated(good);
    check(() -> Architecture.fromJson(bad), ArchitectureException.class, label, bad);
  }

  private void check(Load load, Class<? extends Exception> refusal, String label, String said) {
    try {
      load.run();
      taken++;
    } catch (Exception | Error e) {
      if (!refusal.isInstance(e)) {
        throw new AssertionError(label + ": " + said, e);
      }
      refused++;
      assertFalse(e.getMessage().isBlank() || e.getMessage().contains("\n"), e::toString);
    }
  }

  /** One or two values changed, left out, or made those of other places. */
  private String mutated(String json) throws IOException {
    Object root = JSON.std.anyFrom(json);
    for (int n = random.nextInt(2); n >= 0; n--) {
      List<Slot> slots = new ArrayList<>();
      collect(root, slots);
      Slot slot = slots.get(random.nextInt(slots.size()));
      Slot other = slots.get(random.nextInt(slots.size()));
      switch (random.nextInt(6)) {
        case 0 -> slot.remove();
        case 1 -> slot.set(copy(other.value()));
        default -> slot.set(copy(VALUES.get(random.nextInt(VALUES.size()))));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JSON.std.write(root, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static Object copy(Object value) throws IOException {
    return value == null ? null : JSON.std.anyFrom(JSON.std.asString(value));
  }

  private static void collect(Object node, List<Slot> slots) {
    if (node instanceof Map<?, ?> map) {
      @SuppressWarnings("unchecked")
      Map<String, Object> entries = (Map<String, Object>) map;
      for (String key : entries.keySet()) {
        slots.add(new Slot(entries, key, null, 0));
        collect(entries.get(key), slots);
      }
    } else if (node instanceof List<?> list) {
      @SuppressWarnings("unchecked")
      List<Object> elements = (List<Object>) list;
      for (int i = 0; i < elements.size(); i++) {
        slots.add(new Slot(null, null, elements, i));
        collect(elements.get(i), slots);
      }
    }
  }

  /** A place of a value, in an object or in an array. */
  private record Slot(Map<String, Object> map, String key, List<Object> list, int at) {
    Object value() {
      return map != null ? map.get(key) : list.get(at);
    }

    void set(Object value) {
      if (map != null) {
        map.put(key, value);
      } else {
        list.set(at, value);
      }
    }

    void remove() {
      if (map != null) {
        map.remove(key);
      } else {
        list.remove(at);
      }
    }
  }
}
