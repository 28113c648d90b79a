package convlstm4j.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * By default the tests' Java has a common pool without workers, as with {@code --threads 1}: there
 * two threads that asked at once waited for each other.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkersTest {
  private static int[] squares(int n) {
    int[] result = new int[n];
    Workers.each(n, i -> result[i] = i * i);
    return result;
  }

  @Test
  void eachIndexIsDoneOnce() {
    for (int n : new int[] {0, 1, 2, 1000}) {
      assertArrayEquals(IntStream.range(0, n).map(i -> i * i).toArray(), squares(n));
    }
  }

  @Test
  void severalThreadsMayAskAtOnce() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(4, WorkersTest::daemon);
    try {
      List<Future<Integer>> sums = new ArrayList<>();
      for (int k = 0; k < 4; k++) {
        sums.add(
            callers.submit(
                () -> IntStream.range(0, 2000).map(i -> IntStream.of(squares(64)).sum()).sum()));
      }
      for (Future<Integer> sum : sums) {
        assertEquals(2000 * 85344, sum.get());
      }
    } finally {
      callers.shutdownNow();
    }
  }

  /** One that waits forever must not keep the tests' Java from ending. */
  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    return thread;
  }

  @Test
  void aPoolThatCallsIsUsed() throws Exception {
    ForkJoinPool pool = new ForkJoinPool(2);
    try {
      Set<Thread> seen = ConcurrentHashMap.newKeySet();
      pool.submit(() -> Workers.each(64, i -> seen.add(Thread.currentThread()))).get();
      assertTrue(seen.stream().allMatch(t -> t.getName().startsWith("ForkJoinPool-")), "" + seen);
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void theCallingThreadCounts() {
    String told = System.getProperty("java.util.concurrent.ForkJoinPool.common.parallelism");
    assertTrue(Workers.threads() >= 1);
    if (told != null) {
      assertEquals(Integer.parseInt(told) + 1, Workers.threads());
    }
  }
}
