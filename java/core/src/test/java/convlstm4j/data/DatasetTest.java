package convlstm4j.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DatasetTest {
  /** Samples 0..n-1 with target 100 + number and weight 0.5 + number. */
  private static InMemoryDataset numbers(int n) {
    Tensor x = Tensor.of(new float[2 * n], n, 2);
    Tensor y = Tensor.of(new double[n], n);
    Tensor w = Tensor.of(new float[n], n);
    for (int i = 0; i < n; i++) {
      x.set(2 * i, i);
      x.set(2 * i + 1, -i);
      y.set(i, 100 + i);
      w.set(i, 0.5 + i);
    }
    return InMemoryDataset.of(new Batch(List.of(x), List.of(y), List.of(w), "numbers"));
  }

  /** The samples of a pass, checked for consistency, and the sizes of its batches. */
  private static List<Integer> samples(Dataset data, long epoch, int first, List<Long> sizes) {
    List<Integer> seen = new ArrayList<>();
    try (BatchStream s = data.open(epoch, first)) {
      while (s.hasNext()) {
        Batch b = s.next();
        sizes.add(b.size());
        for (int i = 0; i < b.size(); i++) {
          int id = (int) b.inputs().get(0).get(2 * i);
          seen.add(id);
          assertEquals(-id, b.inputs().get(0).get(2 * i + 1));
          assertEquals(100 + id, b.targets().get(0).get(i));
          assertEquals(0.5 + id, b.sampleWeights().get(0).get(i));
        }
      }
      assertThrows(NoSuchElementException.class, s::next);
    }
    return seen;
  }

  @Test
  void inMemoryKeepsOrderAndLastBatch() {
    InMemoryDataset d = numbers(7).batch(3);
    List<Long> sizes = new ArrayList<>();
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6), samples(d, 4, 0, sizes));
    assertEquals(List.of(3L, 3L, 1L), sizes);
    assertEquals(3, d.batches());
    assertEquals(List.of(3, 4, 5, 6), samples(d, 0, 1, sizes));
    assertEquals(List.of(), samples(d, 0, 3, sizes));
    assertThrows(IllegalArgumentException.class, () -> d.open(0, 4));
  }

  @Test
  void shuffleDependsOnSeedAndEpochOnly() {
    InMemoryDataset d = numbers(50).batch(8).shuffle(5);
    List<Long> sizes = new ArrayList<>();
    List<Integer> first = samples(d, 0, 0, sizes);
    assertEquals(first, samples(numbers(50).batch(8).shuffle(5), 0, 0, sizes));
    assertEquals(first.subList(16, 50), samples(d, 0, 2, sizes));
    assertNotEquals(first, samples(d, 1, 0, sizes));
    assertNotEquals(first, samples(d.shuffle(6), 0, 0, sizes));
    assertNotEquals(first, samples(numbers(50), 0, 0, sizes));
    List<Integer> sorted = new ArrayList<>(first);
    Collections.sort(sorted);
    assertEquals(samples(numbers(50), 0, 0, sizes), sorted);
  }

  @Test
  void inMemoryRefusesWhatDoesNotFit() {
    Tensor three = Tensor.of(new float[3], 3, 1);
    Tensor four = Tensor.of(new float[4], 4, 1);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> InMemoryDataset.of(three, four));
    assertTrue(e.getMessage().contains("[4, 1]") && e.getMessage().contains("3 samples"));
    Tensor none = Tensor.of(new float[0], 0, 1);
    assertThrows(IllegalArgumentException.class, () -> InMemoryDataset.of(none, none));
    assertThrows(IllegalArgumentException.class, () -> InMemoryDataset.of(three, three).batch(0));
  }

  private static Batch batch(int id) {
    return Batch.of(Tensor.of(new float[] {id}, 1, 1), Tensor.of(new float[] {id}, 1, 1));
  }

  private static List<Integer> ids(BatchStream s) {
    List<Integer> ids = new ArrayList<>();
    while (s.hasNext()) {
      ids.add((int) s.next().inputs().get(0).get(0));
    }
    return ids;
  }

  @Test
  void generatorLoadsOneIdAtATime() {
    List<Integer> loaded = new ArrayList<>();
    Dataset d =
        Datasets.of(
            List.of(3, 1, 4, 15),
            id -> {
              loaded.add(id);
              return batch(id);
            });
    assertEquals(4, d.batches());
    try (BatchStream s = d.open(0, 1)) {
      s.next();
      assertEquals(List.of(1), loaded);
      assertEquals(List.of(4, 15), ids(s));
    }
    Dataset shuffled = Datasets.of(List.of(1, 2, 3, 4, 5, 6, 7, 8), DatasetTest::batch).shuffle(9);
    List<Integer> first = ids(shuffled.open(0, 0));
    assertEquals(first, ids(shuffled.open(0, 0)));
    assertEquals(first.subList(3, 8), ids(shuffled.open(0, 3)));
    assertNotEquals(first, ids(shuffled.open(1, 0)));
    assertThrows(
        IllegalArgumentException.class, () -> Datasets.of(List.<Integer>of(), DatasetTest::batch));
  }

  @Test
  void generatorNamesTheIdThatCannotBeLoaded() {
    FileNotFoundException cause = new FileNotFoundException("gone");
    Dataset d =
        Datasets.of(
            List.of(7),
            id -> {
              throw cause;
            });
    UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> d.open(0, 0).next());
    assertTrue(e.getMessage().contains("7") && e.getMessage().contains("gone"), e.getMessage());
    assertSame(cause, e.getCause());
  }

  @Test
  @Timeout(20)
  void prefetchGivesTheSame() {
    Dataset d = numbers(50).batch(8).shuffle(5);
    Dataset p = Prefetch.of(d, 2);
    List<Long> a = new ArrayList<>();
    List<Long> b = new ArrayList<>();
    assertEquals(d.batches(), p.batches());
    assertEquals(samples(d, 3, 2, a), samples(p, 3, 2, b));
    assertEquals(a, b);
    assertThrows(IllegalArgumentException.class, () -> Prefetch.of(d, 0));
  }

  @Test
  @Timeout(20)
  void prefetchLoadsAheadButNotTooFar() throws InterruptedException {
    AtomicInteger loaded = new AtomicInteger();
    CountDownLatch four = new CountDownLatch(4);
    CountDownLatch eight = new CountDownLatch(8);
    Dataset d =
        Datasets.of(
            Collections.nCopies(100, 1),
            id -> {
              loaded.incrementAndGet();
              four.countDown();
              eight.countDown();
              return batch(id);
            });
    Dataset p = Prefetch.of(d, 2);
    assertEquals(3, p.batchesAhead());
    try (BatchStream s = p.open(0, 0)) {
      s.next();
      Thread.sleep(50);
      assertEquals(1, loaded.get()); // the reader looks first whether there is room for more
      assertTrue(s.hasNext());
      // The second is held for the reader; two wait in the queue, one more is in the thread's
      // hands.
      s.next();
      assertTrue(four.await(10, TimeUnit.SECONDS));
      Thread.sleep(50);
      assertEquals(5, loaded.get());
    }
    loaded.set(0);
    try (BatchStream s = p.open(1, 0)) {
      // There was room: two wait in the queue, a third is in the thread's hands.
      assertTrue(eight.await(10, TimeUnit.SECONDS));
      Thread.sleep(50);
      assertEquals(3, loaded.get());
      assertTrue(s.hasNext());
    }
  }

  @Test
  @Timeout(20)
  void prefetchPassesFailuresOnWhereTheyHappen() {
    for (Throwable failure :
        List.of(new IllegalStateException("trailer_2 is damaged"), new StackOverflowError())) {
      Dataset d =
          Datasets.of(
              List.of(0, 1, 2, 3),
              id -> {
                if (id == 2 && failure instanceof RuntimeException e) {
                  throw e;
                }
                if (id == 2 && failure instanceof Error e) {
                  throw e;
                }
                return batch(id);
              });
      try (BatchStream s = Prefetch.of(d, 3).open(0, 0)) {
        s.next();
        s.next();
        assertTrue(s.hasNext());
        assertSame(failure, assertThrows(failure.getClass(), s::next));
      }
    }
  }

  /** A dataset that tells whether its stream was closed and by then nobody reads it any more. */
  private static final class Watched implements Dataset {
    volatile boolean closed;
    volatile boolean readAfterClose;

    @Override
    public int batches() {
      return 1000;
    }

    @Override
    public BatchStream open(long epoch, int firstBatch) {
      return new BatchStream() {
        @Override
        public boolean hasNext() {
          return true;
        }

        @Override
        public Batch next() {
          readAfterClose |= closed;
          return batch(1);
        }

        @Override
        public void close() {
          closed = true;
        }
      };
    }
  }

  @Test
  @Timeout(20)
  void prefetchClosesInTheMiddle() throws InterruptedException {
    for (int i = 0; i < 50; i++) {
      Watched d = new Watched();
      BatchStream s = Prefetch.of(d, 1 + i % 3).open(0, 0);
      for (int k = 0; k < i % 5; k++) {
        s.next();
      }
      s.close();
      assertTrue(d.closed);
      Thread.sleep(1);
      assertFalse(d.readAfterClose);
      s.close();
    }
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(t -> t.getName().equals("convlstm4j-prefetch")),
        "a thread is left behind");
  }

  @Test
  void aRangeKeepsTheNumbersOfTheSamples() {
    List<String> loaded = new ArrayList<>();
    IndexedDataset all =
        IndexedDataset.of(
            10,
            (samples, where) -> {
              loaded.add(Arrays.toString(samples));
              return Batch.of(
                  Tensor.of(new float[samples.length], samples.length),
                  Tensor.of(new float[samples.length], samples.length));
            });
    IndexedDataset last = all.batch(2).range(4, 9).range(1, 4);
    assertEquals(3, last.samples());
    assertEquals(2, last.batches());
    try (BatchStream s = last.open(0, 0)) {
      s.forEachRemaining(b -> {});
    }
    assertEquals(List.of("[5, 6]", "[7]"), loaded);
    loaded.clear();
    try (BatchStream s = last.batch(3).shuffle(5).open(1, 0)) {
      s.forEachRemaining(b -> {});
    }
    assertEquals(3, loaded.get(0).chars().filter(c -> c >= '5' && c <= '7').distinct().count());
    for (int[] wrong : new int[][] {{-1, 2}, {3, 3}, {4, 11}, {8, 7}}) {
      assertThrows(IllegalArgumentException.class, () -> all.range(wrong[0], wrong[1]));
    }
  }

  @Test
  void theLastSamplesAreKeptForValidation() {
    InMemoryDataset.Split split = numbers(10).batch(3).split(0.25); // 7.5 becomes 7, as in Keras
    assertEquals(7, split.train().samples());
    assertEquals(3, split.train().batches());
    assertEquals(List.of(3), split.validation().batchSizes());
    try (BatchStream s = split.validation().open(0, 0)) {
      assertEquals(
          numbers(10).range(7, 10).batch(3).open(0, 0).next().inputs().get(0).get(0),
          s.next().inputs().get(0).get(0));
    }
    for (double wrong : new double[] {0, 1, -0.1, 0.95, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> numbers(10).split(wrong));
    }
  }

  @Test
  void pixelsStayPixelsInBatches() {
    Tensor x = Tensor.ofPixels(new byte[4 * 6], Shape.of(4, 6));
    try (BatchStream s = InMemoryDataset.of(x, x).batch(2).open(0, 0)) {
      assertTrue(s.next().inputs().get(0).isPixels());
    }
  }
}
