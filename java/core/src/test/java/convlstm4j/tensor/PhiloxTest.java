package convlstm4j.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PhiloxTest {
  /** Random123's known answers for philox4x32-10. */
  @Test
  void drawsThePublishedNumbers() {
    Philox zeros = new Philox(0, 0);
    assertEquals(0x6627e8d5, zeros.bits(0));
    assertEquals(0xe169c58d, zeros.bits(1));
    assertEquals(0xbc57ac4c, zeros.bits(2));
    assertEquals(0x9b00dbd8, zeros.bits(3));
  }

  /** Box and Muller, of the uniform numbers that the Javadoc names. */
  @Test
  void normalNumbersAreMadeOfTwoUniformOnes() {
    Philox random = new Philox(-5, 1L << 40);
    for (long i : new long[] {0, 1, 2, 3, 1L << 33, (1L << 33) + 1}) {
      double radius = Math.sqrt(-2 * Math.log(random.uniform(2 * i)));
      assertEquals(radius * Math.cos(2 * Math.PI * random.uniform(2 * i + 1)), random.normal(i));
    }
  }

  /** Frames 3 and 4 of 2 videos of 5 frames of 3 elements. */
  @Test
  void partsHaveTheNumbersOfTheWhole() {
    Philox all = new Philox(7, 9);
    Philox some = all.part(new Philox.Part(9, 6, 15));
    for (int i = 0; i < 12; i++) {
      long of = i / 6 * 15L + 9 + i % 6;
      assertEquals(all.bits(of), some.bits(i));
      assertEquals(all.uniform(of), some.uniform(i));
      assertEquals(all.normal(of), some.normal(i));
      assertEquals(all.keeps(of, 0.5), some.keeps(i, 0.5));
    }
    assertEquals(all, all.part(Philox.Part.ALL));
  }

  @Test
  void streamsWithinStreamsDiffer() {
    Set<Integer> first = new HashSet<>();
    Philox root = new Philox(7, 0);
    int streams = 0;
    for (int a = 0; a < 20; a++) {
      for (int b = 0; b < 20; b++) {
        first.add(root.stream(1, a).stream(2, b).bits(0));
        streams++;
      }
    }
    assertEquals(streams, first.size());
  }
}
