package convlstm4j.backend;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Loops on the threads that compute in Java: the calling one and the workers of a pool. */
public final class Workers {
  /** Of Java's common pool, where it was told; else null. */
  private static final @Nullable Integer TOLD =
      Integer.getInteger("java.util.concurrent.ForkJoinPool.common.parallelism");

  private Workers() {}

  /**
   * Calls the body for every index, in any order and on any thread: the calling one and those of
   * Java's common pool, or of the pool whose worker calls. In a common pool without workers the
   * calling thread does it all: in that of Java 17, two that called would wait for each other.
   *
   * @param n number of pieces
   * @param body what to do for one
   */
  public static void each(int n, IntConsumer body) {
    IntStream range = IntStream.range(0, n);
    boolean alone = n == 1 || (threads() == 1 && !ForkJoinTask.inForkJoinPool());
    (alone ? range : range.parallel()).forEach(body);
  }

  /**
   * How many threads compute in Java.
   *
   * @return 1, the calling one, and as many as the common pool has workers
   */
  public static int threads() {
    if (TOLD != null && TOLD >= 0) {
      return TOLD + 1; // the pool itself says one worker where it has none
    }
    int cores = Runtime.getRuntime().availableProcessors();
    return cores == 1 ? 1 : ForkJoinPool.getCommonPoolParallelism() + 1;
  }
}
