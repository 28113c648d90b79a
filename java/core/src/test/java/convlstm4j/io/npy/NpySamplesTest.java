package convlstm4j.io.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.data.Batch;
import convlstm4j.data.BatchStream;
import convlstm4j.data.Dataset;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples of files are those of the same arrays in memory. */
class NpySamplesTest {
  @TempDir Path dir;

  private NpyFile write(String name, Tensor t) {
    NpyWriter.write(dir.resolve(name), t);
    return NpyFile.open(dir.resolve(name));
  }

  private static Tensor random(long seed, long... dims) {
    Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(dims));
    Philox random = new Philox(seed, 3);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, random.normal(i));
    }
    return t;
  }

  @Test
  void inOrderAndShuffled() {
    List<Tensor> x = List.of(random(1, 11, 2, 3), random(2, 11));
    List<Tensor> y = List.of(random(3, 11, 5));
    var memory = InMemoryDataset.of(x, y).batch(4);
    var files =
        NpySamples.dataset(
                List.of(write("a.npy", x.get(0)), write("b.npy", x.get(1))),
                List.of(write("c.npy", y.get(0))),
                DType.FLOAT64)
            .batch(4);
    same(memory, files, 0);
    same(memory.shuffle(8), files.shuffle(8), 3);
  }

  private static void same(Dataset expected, Dataset actual, long epoch) {
    assertEquals(3, actual.batches());
    try (BatchStream e = expected.open(epoch, 1);
        BatchStream a = actual.open(epoch, 1)) {
      while (e.hasNext()) {
        Batch wanted = e.next();
        Batch got = a.next();
        same(wanted.inputs(), got.inputs());
        same(wanted.targets(), got.targets());
      }
      assertEquals(false, a.hasNext());
    }
  }

  private static void same(List<Tensor> expected, List<Tensor> actual) {
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i).shape(), actual.get(i).shape());
      assertArrayEquals(expected.get(i).doubles(), actual.get(i).doubles());
    }
  }

  @Test
  void anAbsentTargetIsNotRead() {
    NpyFile x = write("a.npy", random(1, 3, 2));
    try (BatchStream s =
        NpySamples.dataset(List.of(x), Arrays.asList(null, x), DType.FLOAT32).open(0, 0)) {
      Batch b = s.next();
      assertEquals(Shape.of(3), b.targets().get(0).shape());
      assertEquals(Shape.of(3, 2), b.targets().get(1).shape());
      assertEquals(dir.resolve("a.npy") + ", epoch 1, samples 0-2", b.description());
    }
  }

  @Test
  void weightsThatAreNotGivenAreOne() {
    NpyFile x = write("a.npy", random(1, 3, 2));
    NpyFile w = write("w.npy", random(2, 3));
    try (BatchStream s =
        NpySamples.dataset(List.of(x), List.of(x, x), Arrays.asList(w, null), DType.FLOAT32)
            .open(0, 0)) {
      Batch b = s.next();
      assertArrayEquals(w.read(DType.FLOAT32).floats(), b.sampleWeights().get(0).floats());
      assertArrayEquals(new double[] {1, 1, 1}, b.sampleWeights().get(1).doubles());
    }
  }

  @Test
  void refused() {
    NpyFile three = write("three.npy", random(1, 3, 2));
    NpyFile four = write("four.npy", random(1, 4));
    NpyFile none = write("none.npy", random(1, 0, 4));
    NpyFile scalar = write("scalar.npy", random(1));
    refused("four.npy: has 4 samples along axis 0, three.npy has 3", three, four);
    refused("none.npy: has shape [0, 4], expected samples along axis 0", none);
    refused("scalar.npy: has shape [], expected samples along axis 0", scalar);
  }

  private void refused(String message, NpyFile... inputs) {
    String actual =
        assertThrows(
                NpyException.class,
                () -> NpySamples.dataset(List.of(inputs), List.of(), DType.FLOAT32))
            .getMessage()
            .replace(dir + "/", "");
    assertEquals(message, actual.substring(0, Math.min(message.length(), actual.length())));
  }
}
