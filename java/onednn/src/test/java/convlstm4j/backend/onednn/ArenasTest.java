package convlstm4j.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.onednn.Arenas.Stay;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What comes and goes and what stays do not lie between each other, and give way to each other. */
class ArenasTest {
  private static final long MIB = 1 << 20;

  private final SystemSlabs slabs = new SystemSlabs();
  private final Arenas arenas = arenas();

  private Arenas arenas() {
    return new Arenas(new Arena(false, slabs), new Arena(false, slabs), new Arena(false, slabs));
  }

  @AfterEach
  void allGoesBack() {
    assertEquals(0, arenas.liveBytes());
    arenas.trim();
    assertEquals(0, arenas.heldBytes());
  }

  @Test
  void whatStaysKeepsNothingElseFromTheSystem() {
    List<Arena.Range> stay = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Arena.Range gone = arenas.take(10 * MIB, Stay.PASSING);
      stay.add(arenas.take(MIB, Stay.LASTING));
      arenas.release(gone, 10 * MIB, Stay.PASSING);
      assertEquals((i + 1) * MIB, arenas.liveBytes());
    }
    arenas.trim();
    assertTrue(arenas.heldBytes() <= 32 * MIB, arenas.heldBytes() + " for 20 MiB");
    stay.forEach(r -> arenas.release(r, MIB, Stay.LASTING));
  }

  @Test
  void whatOneNoLongerNeedsTheOtherMayHave() {
    for (int i = 0; i < 4; i++) {
      Stay stays = i % 2 == 1 ? Stay.LASTING : Stay.PASSING;
      long bytes = i % 2 == 1 ? 60 * MIB : 100 * MIB;
      Arena.Range range = arenas.take(bytes, stays);
      assertTrue(arenas.heldBytes() <= 105 * MIB, arenas.heldBytes() + " for 100 MiB");
      arenas.release(range, bytes, stays);
    }
  }

  /** As long as both together hold little more than was in use at most. */
  @Test
  void whatIsUsedAgainAndAgainIsKept() {
    Arena.Range most = arenas.take(100 * MIB, Stay.PASSING);
    Arena.Range beside = arenas.take(40 * MIB, Stay.LASTING);
    long address = most.address();
    long lasting = beside.address();
    arenas.release(most, 100 * MIB, Stay.PASSING);
    arenas.release(beside, 40 * MIB, Stay.LASTING);
    for (int i = 0; i < 3; i++) {
      Arena.Range small = arenas.take(30 * MIB, Stay.LASTING);
      assertEquals(lasting, small.address());
      Arena.Range again = arenas.take(100 * MIB, Stay.PASSING);
      assertEquals(address, again.address());
      arenas.release(again, 100 * MIB, Stay.PASSING);
      arenas.release(small, 30 * MIB, Stay.LASTING);
    }
  }

  /** Something is taken, or the oldest that is like it closed. */
  private record Change(boolean takes, long bytes, Stay stay) {}

  private static List<Change> script(Random random) {
    long[] sizes = new long[3 + random.nextInt(12)];
    Arrays.setAll(sizes, i -> (long) (Math.exp(6 * random.nextDouble()) * MIB / 4));
    List<Change> script = new ArrayList<>();
    List<Change> live = new ArrayList<>();
    double grows = 0;
    for (int i = 0; i < 300; i++) {
      grows = i % 60 == 0 ? 0.3 + 0.5 * random.nextDouble() : grows;
      if (live.isEmpty() || random.nextDouble() < grows) {
        Stay stay = random.nextInt(4) == 0 ? Stay.LASTING : Stay.PASSING;
        Change taken = new Change(true, sizes[random.nextInt(sizes.length)], stay);
        live.add(taken);
        script.add(taken);
      } else {
        Change closed = live.remove(random.nextInt(live.size()));
        script.add(new Change(false, closed.bytes(), closed.stay()));
      }
    }
    return script;
  }

  /** What is touched after each change; all is closed in the end. */
  private static List<Long> run(Arenas arenas, List<Change> script) {
    List<Taken> taken = new ArrayList<>();
    List<Long> touched = new ArrayList<>();
    for (Change c : script) {
      if (c.takes()) {
        taken.add(Taken.of(arenas, c.bytes(), c.stay()));
      } else {
        Taken closed =
            taken.stream()
                .filter(t -> t.bytes() == c.bytes() && t.stay() == c.stay())
                .findFirst()
                .orElseThrow();
        taken.remove(closed);
        closed.release();
      }
      touched.add(arenas.touchedBytes());
    }
    taken.forEach(Taken::release);
    return touched;
  }

  /** Also after a run that is another, and beside what stays; and it is what was counted. */
  @Test
  void aRunTakesEachTimeWhatItTookFirst() {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      List<Change> script = script(random);
      List<Change> other = script(random);
      long counted = counted(new PlayedMemory(), script);
      Arenas a = arenas();
      for (int i = 0; i < 4; i++) {
        a.begin();
        List<Long> touched = run(a, script);
        assertEquals(counted, touched.stream().mapToLong(t -> t).max().orElseThrow(), "" + seed);
        run(a, other);
      }
      a.trim();
      assertEquals(0, a.heldBytes());
    }
  }

  private static long counted(PlayedMemory played, List<Change> script) {
    long most = 0;
    for (Change c : script) {
      boolean stays = c.stay() == Stay.LASTING;
      if (c.takes()) {
        played.add(c.bytes(), stays);
      } else {
        played.remove(c.bytes(), stays);
      }
      most = Math.max(most, played.heldBytes());
    }
    return most;
  }

  private record Taken(Arenas from, Arena.Range range, long bytes, Stay stay) {
    static Taken of(Arenas from, long bytes, Stay stay) {
      return new Taken(from, from.take(bytes, stay), bytes, stay);
    }

    void release() {
      from.release(range, bytes, stay);
    }
  }

  /** What runs finds the same room, whatever weights there are. */
  @Test
  void whatStaysAsLongAsAModelChangesNothingForOthers() {
    Arenas alone = arenas();
    List<Taken> all = new ArrayList<>();
    long weights = 0;
    for (int i = 0; i < 12; i++) {
      all.add(Taken.of(arenas, (5 + i) * MIB, Stay.PERMANENT));
      weights += (5 + i) * MIB;
      for (Arenas a : List.of(arenas, alone)) {
        all.add(Taken.of(a, (40 - 3 * i) * MIB, i % 3 == 0 ? Stay.LASTING : Stay.PASSING));
        if (i % 4 != 3) {
          all.remove(all.size() - 1).release();
        }
      }
      assertEquals(alone.liveBytes() + weights, arenas.liveBytes());
      long beside = arenas.touchedBytes() - alone.touchedBytes();
      assertTrue(beside >= weights && beside < weights + MIB, beside + " for " + weights);
    }
    all.forEach(Taken::release);
    alone.trim();
    assertEquals(0, alone.heldBytes());
  }

  @Test
  void buffersThatAreToStayDo() {
    NativeMemory memory = new NativeMemory();
    Shape shape = Shape.of(2 * MIB);
    List<Buffer> stay = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Buffer gone = memory.allocateUnset(DType.FLOAT32, shape);
      stay.add(memory.allocateLasting(DType.FLOAT32, shape));
      gone.close();
    }
    long held = memory.heldBytes();
    memory.trim();
    assertNotEquals(held, memory.heldBytes());
    stay.forEach(Buffer::close);
    memory.close();
    assertEquals(0, memory.heldBytes());
  }
}
