package convlstm4j.io.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.model.Progress;
import convlstm4j.model.Snapshot;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The file format, without models. */
class CheckpointFileTest {
  private static Tensor random(Random random, DType dtype, long... dims) {
    Tensor tensor = Tensor.zeros(dtype, Shape.of(dims));
    for (int i = 0; i < tensor.size(); i++) {
      if (dtype == DType.FLOAT32) {
        tensor.floats()[i] = Float.intBitsToFloat(random.nextInt());
      } else {
        tensor.doubles()[i] = Double.longBitsToDouble(random.nextLong());
      }
    }
    return tensor;
  }

  private static Map<String, Tensor> map(Object... namesAndTensors) {
    Map<String, Tensor> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndTensors.length; i += 2) {
      map.put((String) namesAndTensors[i], (Tensor) namesAndTensors[i + 1]);
    }
    return map;
  }

  static Contents contents(long seed, DType dtype) {
    Random r = new Random(seed);
    Snapshot snapshot =
        new Snapshot(
            seed,
            new Progress(3, 2, 29),
            0.00025,
            map("z/kernel", random(r, dtype, 3, 3, 1, 2), "a/bias", random(r, dtype, 2)),
            map("m/z/kernel", random(r, dtype, 3, 3, 1, 2), "t", random(r, DType.FLOAT64)),
            map("lstm/h", random(r, dtype, 1, 0, 4)),
            map("loss", random(r, DType.FLOAT64, 5)),
            Map.of("early \"stop\"\u00e9", map("best", random(r, DType.FLOAT64, 1))));
    return new Contents("0.1.0", "{\"layers\": [1, 2]}", "{\"a\": 1}", dtype, "[{}]", snapshot);
  }

  static byte[] write(Contents contents) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CheckpointFile.write(Channels.newChannel(out), contents);
    return out.toByteArray();
  }

  static Contents read(byte[] bytes) throws IOException {
    return read(bytes, true);
  }

  private static Contents read(byte[] bytes, boolean training) throws IOException {
    return CheckpointFile.read(
        "a.ckpt",
        new ByteSource() {
          @Override
          public long size() {
            return bytes.length;
          }

          /** At most 7 bytes at a time: a channel may give less than it is asked for. */
          @Override
          public int read(ByteBuffer to, long offset) {
            int n = (int) Math.min(Math.min(to.remaining(), 7), bytes.length - offset);
            to.put(bytes, (int) offset, n);
            return n;
          }
        },
        training);
  }

  private static String refused(byte[] bytes) {
    String message = assertThrows(CheckpointException.class, () -> read(bytes)).getMessage();
    // What is not taken is checked all the same.
    assertEquals(
        message, assertThrows(CheckpointException.class, () -> read(bytes, false)).getMessage());
    return message;
  }

  private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> actual) {
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(actual.keySet()));
    expected.forEach(
        (name, e) -> {
          Tensor a = actual.get(name);
          assertEquals(e.toString(), a.toString(), name);
          for (int i = 0; i < e.size(); i++) {
            if (e.dtype() == DType.FLOAT32) {
              assertEquals(
                  Float.floatToRawIntBits(e.floats()[i]), Float.floatToRawIntBits(a.floats()[i]));
            } else {
              assertEquals(
                  Double.doubleToRawLongBits(e.doubles()[i]),
                  Double.doubleToRawLongBits(a.doubles()[i]));
            }
          }
        });
  }

  @Test
  void keepsEverythingBitForBit() throws IOException {
    for (DType dtype : DType.values()) {
      Contents contents = contents(Long.MIN_VALUE + 5, dtype);
      byte[] bytes = write(contents);
      Contents back = read(bytes);
      Snapshot expected = contents.snapshot();
      Snapshot actual = back.snapshot();
      assertEquals(contents.library(), back.library());
      assertEquals(contents.architecture(), back.architecture());
      assertEquals(contents.compile(), back.compile());
      assertEquals(dtype, back.dtype());
      assertEquals(expected.seed(), actual.seed());
      assertEquals(expected.progress(), actual.progress());
      assertEquals(expected.learningRate(), actual.learningRate());
      assertSame(expected.weights(), actual.weights());
      assertSame(expected.slots(), actual.slots());
      assertSame(expected.states(), actual.states());
      assertSame(expected.sums(), actual.sums());
      assertEquals(expected.callbacks().keySet(), actual.callbacks().keySet());
      expected.callbacks().forEach((k, m) -> assertSame(m, actual.callbacks().get(k)));
      assertArrayEquals(bytes, write(back));
      Snapshot used = read(bytes, false).snapshot();
      assertSame(expected.weights(), used.weights());
      assertEquals(expected.seed(), used.seed());
      assertEquals(Progress.START, used.progress());
      assertTrue(Double.isNaN(used.learningRate()));
      assertEquals(List.of(), List.copyOf(used.slots().keySet()));
      assertEquals(Map.of(), used.states());
      assertEquals(Map.of(), used.sums());
      assertEquals(Map.of(), used.callbacks());
    }
  }

  @Test
  void keepsWhatIsNotThere() throws IOException {
    Snapshot none =
        new Snapshot(
            0, Progress.START, Double.NaN, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
    Contents back = read(write(new Contents("v", "{}", null, DType.FLOAT32, null, none)));
    assertEquals(none, back.snapshot());
    assertEquals(null, back.compile());
  }

  /** Tensors larger than what is read or written at a time. */
  @Test
  void keepsLargeTensors() throws IOException {
    Map<String, Tensor> weights =
        map(
            "a", random(new Random(1), DType.FLOAT32, 40_000),
            "b", random(new Random(2), DType.FLOAT64, 8192));
    Snapshot s =
        new Snapshot(
            1, Progress.START, Double.NaN, weights, Map.of(), Map.of(), Map.of(), Map.of());
    Contents back = read(write(new Contents("v", "{}", null, DType.FLOAT32, null, s)));
    assertSame(weights, back.snapshot().weights());
  }

  /** Weights are not on the heap a second time, and not taken if they are others by then. */
  @Test
  void readsWeightsWhenTheyAreAskedFor() throws IOException {
    byte[] bytes = write(contents(1, DType.FLOAT32));
    Map<String, Tensor> weights = read(bytes).snapshot().weights();
    Tensor first = weights.get("z/kernel");
    assertNotSame(first, weights.get("z/kernel"));
    bytes[bytes.length - 1]++; // of another section
    assertArrayEquals(first.floats(), weights.get("z/kernel").floats());
    int header = (int) ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong(16);
    bytes[CheckpointFile.PREFIX + header]++;
    String message =
        assertThrows(CheckpointException.class, () -> weights.get("z/kernel")).getMessage();
    assertTrue(message.endsWith("checksum of weight \"z/kernel\""), message);
  }

  @Test
  void refusesEveryBitFlip() throws IOException {
    byte[] bytes = write(contents(1, DType.FLOAT32));
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
      refused(bytes);
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
    }
    read(bytes);
  }

  @Test
  void refusesEveryOtherLength() throws IOException {
    byte[] bytes = write(contents(1, DType.FLOAT32));
    for (int n = 0; n < bytes.length; n++) {
      String message = refused(Arrays.copyOf(bytes, n));
      assertTrue(
          message.contains(n < 8 ? (n == 0 ? "is empty" : "is no checkpoint") : "has " + n + " b"),
          message);
    }
    assertTrue(
        refused(Arrays.copyOf(bytes, bytes.length + 1)).contains("expected " + bytes.length));
  }

  @Test
  void saysWhatIsWrongAndWhere() throws IOException {
    byte[] bytes = write(contents(1, DType.FLOAT32));
    int header = (int) ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong(16);
    int data = CheckpointFile.PREFIX + header;
    byte[] damaged = bytes.clone();
    damaged[data + 72 + 3]++;
    assertEquals(
        "a.ckpt: damaged, bytes "
            + (data + 72)
            + "-"
            + (data + 79)
            + ": checksum of weight \"a/bias\"",
        refused(damaged));
    damaged = bytes.clone();
    damaged[data - 1]++;
    assertEquals("a.ckpt: damaged header, bytes 16-" + (data - 1) + ": checksum", refused(damaged));
    damaged = bytes.clone();
    damaged[8] = 2;
    assertTrue(refused(damaged).contains("format version 2, expected 1: made by a newer version"));
    assertEquals(
        "a.ckpt: is no checkpoint: byte 0 is not that of one",
        refused("{\"class_name\": \"Model\"}".getBytes(StandardCharsets.UTF_8)));
    // What a transfer as text does.
    String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
    assertTrue(refused(text.getBytes(StandardCharsets.ISO_8859_1)).contains("byte 5 is not"));
  }

  /** A header changed together with its checksum. */
  static byte[] withHeader(byte[] bytes, String json) {
    ByteBuffer old = ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int data = CheckpointFile.PREFIX + (int) old.getLong(16);
    byte[] header = json.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer b =
        ByteBuffer.allocate(CheckpointFile.PREFIX + header.length + bytes.length - data)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
    b.put(bytes, 0, 16).putLong(header.length).putLong(b.capacity()).put(header);
    byte[] checked = Arrays.copyOf(b.array(), b.position());
    b.putInt(12, CheckpointFile.headerCrc(checked));
    b.put(bytes, data, bytes.length - data);
    return b.array();
  }

  static String header(byte[] bytes) {
    int n = (int) ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong(16);
    return new String(bytes, CheckpointFile.PREFIX, n, StandardCharsets.ISO_8859_1);
  }

  @Test
  void refusesWrongHeaders() throws IOException {
    byte[] bytes = write(contents(7, DType.FLOAT32));
    String good = header(bytes);
    read(withHeader(bytes, good));
    List<String[]> wrong = new ArrayList<>();
    wrong.add(new String[] {"\"epoch\":3", "\"epoch\":-3", "\"epoch\" is -3, expected a whole"});
    wrong.add(new String[] {"\"epoch\":3", "\"epoch\":3.5", "\"epoch\" is 3.5, expected a whole"});
    wrong.add(new String[] {"\"epoch\":3", "\"Epoch\":3", "header: unknown key"});
    wrong.add(new String[] {"\"epoch\":3,", "", "\"epoch\" is missing"});
    wrong.add(new String[] {"\"batch\":2", "\"batch\":4000000000", "0 to 2147483647"});
    wrong.add(new String[] {"\"seed\":7", "\"seed\":99999999999999999999", "\"seed\" is 999"});
    wrong.add(new String[] {"\"seed\":7", "\"seed\":7,\"seed\":8", "no JSON: Duplicate"});
    wrong.add(new String[] {"\"compile\":\"", "\"compile\":3,\"x\":\"", "unknown key"});
    wrong.add(new String[] {"[3,3,1,2]", "[3,3,1,3]", "expected offset 108"});
    wrong.add(new String[] {"[3,3,1,2]", "[3,3,-1,2]", "list of at most 64 sizes"});
    wrong.add(new String[] {"[3,3,1,2]", "[1000000,1000000,1000000,1000000]", "of shape"});
    wrong.add(new String[] {"[3,3,1,2]", "[1000000,1000]", "bytes at offset 0, expected offset 0"});
    wrong.add(new String[] {"\"offset\":72", "\"offset\":71", "expected offset 72"});
    wrong.add(new String[] {"a/bias", "z/kernel", "weight \"z/kernel\" twice"});
    wrong.add(new String[] {"\"section\":\"weight\"", "\"section\":\"gewicht\"", "one of [weight"});
    wrong.add(new String[] {"\"owner\":\"\"", "\"owner\":\"x\"", "has an owner"});
    wrong.add(new String[] {"\"dtype\":\"float32\"", "\"dtype\":\"float16\"", "one of [float32"});
    wrong.add(new String[] {"\"tensors\":[", "\"tensors\":[3,", "a list of objects"});
    wrong.add(new String[] {"\"seed\":7", "\"seed\":[7]", "seed is a list"});
    wrong.add(new String[] {"\"seed\":7", "\"seed\":{}", "unexpected value of seed"});
    wrong.add(new String[] {"\"tensors\":[", "\"tensors\":null,[", "no JSON"});
    wrong.add(new String[] {"2.5E-4", "1e999", "\"learning_rate\" is Infinity"});
    wrong.add(new String[] {"{\"library\"", "[\"library\"", "expected {"});
    for (String[] w : wrong) {
      assertTrue(good.contains(w[0]), w[0]);
      String json = good.replaceFirst(java.util.regex.Pattern.quote(w[0]), w[1]);
      String message = refused(withHeader(bytes, json));
      assertTrue(message.startsWith("a.ckpt: damaged header, "), message);
      assertTrue(message.contains(w[2]), message);
    }
    String fewer = good.substring(0, good.lastIndexOf(",{\"section\"")) + "]}";
    assertTrue(refused(withHeader(bytes, fewer)).contains("bytes of tensors, expected"));
  }
}
