package convlstm4j.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArenaTest {
  private static final long MIB = 1 << 20;

  private final Arena arena = new Arena(false, new SystemSlabs());

  @AfterEach
  void allGoesBack() {
    arena.trim();
    assertEquals(0, arena.heldBytes());
  }

  private void releaseAll(List<Arena.Range> ranges) {
    ranges.forEach(arena::release);
    ranges.clear();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rangesDoNotOverlap(boolean separate) {
    SplittableRandom random = new SplittableRandom(5);
    Arena a = new Arena(separate, new SystemSlabs());
    Map<Long, Arena.Range> live = new TreeMap<>();
    for (int i = 0; i < 20_000; i++) {
      if (live.size() < 40 && random.nextInt(3) > 0) {
        long bytes = 1L << random.nextInt(22);
        bytes = random.nextLong(bytes + 1);
        Arena.Range r = a.take(bytes);
        assertTrue(r.bytes() >= bytes && r.address() % Arena.ALIGN == 0);
        assertNull(live.put(r.address(), r));
      } else if (!live.isEmpty()) {
        Long[] addresses = live.keySet().toArray(Long[]::new);
        a.release(live.remove(addresses[random.nextInt(addresses.length)]));
      }
      long end = 0;
      for (Arena.Range r : live.values()) {
        assertTrue(r.address() >= end);
        end = r.address() + r.bytes();
      }
    }
    live.values().forEach(a::release);
    assertEquals(separate, a.heldBytes() == 0);
    a.trim();
    assertEquals(0, a.heldBytes());
  }

  @Test
  void neighboursBecomeOne() {
    Arena.Range whole = arena.take(60 * MIB);
    arena.release(whole);
    for (int[] order : new int[][] {{0, 1, 2}, {2, 1, 0}, {0, 2, 1}, {1, 0, 2}}) {
      List<Arena.Range> thirds = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        thirds.add(arena.take(20 * MIB));
      }
      for (int i : order) {
        arena.release(thirds.get(i));
      }
      Arena.Range again = arena.take(60 * MIB);
      arena.release(again);
    }
    assertEquals(1, arena.slabs());
    assertEquals(60 * MIB, arena.heldBytes());
  }

  @Test
  void aStepThatIsRepeatedAsksTheSystemForNothing() {
    SplittableRandom random = new SplittableRandom(9);
    List<Arena.Range> weights = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      weights.add(arena.take(random.nextLong(MIB)));
    }
    long[] sizes = random.longs(60, MIB, 20 * MIB).toArray();
    long slabs = 0;
    long peak = 0;
    for (int step = 0; step < 20; step++) {
      slabs = step == 5 ? arena.slabs() : slabs;
      List<Arena.Range> live = new ArrayList<>();
      long bytes = 0;
      for (int i = 0; i < sizes.length; i++) {
        live.add(arena.take(sizes[i]));
        bytes += sizes[i];
        peak = Math.max(peak, bytes);
        if (i % 3 == 2) {
          Arena.Range gone = live.remove(i * 7 % live.size());
          bytes -= gone.bytes();
          arena.release(gone);
        }
      }
      releaseAll(live);
    }
    assertEquals(slabs, arena.slabs());
    assertTrue(arena.heldBytes() < 1.25 * peak, arena.heldBytes() + " for " + peak);
    releaseAll(weights);
  }

  @Test
  void smallRangesShareASlab() {
    List<Arena.Range> ranges = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      ranges.add(arena.take(100));
    }
    assertEquals(1, arena.slabs());
    releaseAll(ranges);
  }

  @Test
  void whatTheSystemDoesNotHaveIsNull() {
    assertNull(arena.take(1L << 60));
    Arena.Range r = arena.take(MIB);
    arena.release(r);
    assertNull(arena.take(1L << 60));
  }
}
