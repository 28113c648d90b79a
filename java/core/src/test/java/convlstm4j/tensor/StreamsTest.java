package convlstm4j.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StreamsTest {
  private static final int MANY = 3000;

  private final Map<Philox, String> taken = new HashMap<>();

  private void take(Philox stream, String use) {
    assertNull(taken.put(stream, use), use);
  }

  /** With one seed for all, as the demo gives it to the weights, to training and to the shuffle. */
  @Test
  void noTwoUsesShareOne() {
    long seed = 7;
    for (int i = 0; i < MANY; i++) {
      take(Streams.firstWeights(seed, i), "weight " + i);
      if (i > 0) {
        take(Streams.secondPart(Streams.firstWeights(seed, i)), "second part of weight " + i);
      }
      take(Streams.order(seed, i), "order of epoch " + i);
      for (int place = 0; place < 100; place++) {
        take(Streams.augmentationStream(seed, i, place), "clip " + place + " of epoch " + i);
      }
    }
    for (int step = 0; step < MANY; step++) {
      for (int op = 0; op < 100; op++) {
        take(Streams.op(Streams.step(seed, step), op), "step " + step + " op " + op);
      }
    }
    assertEquals(3 * MANY - 1 + 200 * MANY, taken.size());
  }

  /** As they were when each use made its own: trainings go on with the same numbers. */
  @Test
  void streamsAreThoseOfEarlierTrainings() {
    assertEquals(new Philox(5, 3).stream(0, 2), Streams.op(Streams.step(5, 3), 2));
    assertEquals(new Philox(5, 0).stream((1L << 39) - 1, 4), Streams.firstWeights(5, 4));
    assertEquals(new Philox(5, 0).stream(-3, 0), Streams.order(5, 2));
  }

  /** By Fisher and Yates, from the stream's own numbers. */
  @Test
  void permutationsAreOfTheirStream() {
    for (int epoch = 0; epoch < 3; epoch++) {
      Philox stream = Streams.order(5, epoch);
      int[] expected = new int[20];
      java.util.Arrays.setAll(expected, i -> i);
      for (int i = 19; i > 0; i--) {
        int j = (int) ((stream.bits((long) i) & 0xFFFFFFFFL) * 0x1.0p-32 * (i + 1));
        int t = expected[i];
        expected[i] = expected[j];
        expected[j] = t;
      }
      assertArrayEquals(expected, stream.permutation(20));
    }
  }
}
