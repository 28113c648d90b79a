package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SweepTest {
  @Test
  void eachTurnHasOthersAndAllTurnsHaveAll() {
    assertArrayEquals(new long[] {1, 4, 7}, Sweep.part(3, 0, 1, 2, 3, 4, 5, 6, 7));
    Set<Long> seen = new TreeSet<>();
    for (int turn = 5; turn < 8; turn++) {
      LongStream.of(Sweep.part(3, turn, 1, 2, 3, 4, 5, 6, 7)).forEach(seen::add);
    }
    assertEquals(Set.of(1L, 2L, 3L, 4L, 5L, 6L, 7L), seen);
  }
}
