package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What a caller may leave out of a ConvLSTM's backward pass, and what the number of threads may not
 * change: every case, bit for bit on the reference.
 */
class ConvLstm2dBackwardTest {
  private static final Philox RANDOM = new Philox(Seeds.SEED, 1);

  @TestFactory
  Stream<DynamicTest> anAbsentOutputGradientIsZero() {
    return eachCase(
        c -> {
          List<Tensor> all = c.outputGradients(RANDOM);
          for (int i = 0; i < all.size(); i++) {
            List<Tensor> absent = new ArrayList<>(all);
            absent.set(i, null);
            List<Tensor> zero = new ArrayList<>(all);
            zero.set(i, Tensor.zeros(all.get(i).dtype(), all.get(i).shape()));
            same(c, gradients(c, zero, k -> true), gradients(c, absent, k -> true));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> aGradientDoesNotDependOnWhichOthersAreWanted() {
    return eachCase(
        c -> {
          List<Tensor> all = gradients(c, c.outputGradients(RANDOM), k -> true);
          for (int i = 0; i < all.size(); i++) {
            int only = i;
            List<Tensor> one = gradients(c, c.outputGradients(RANDOM), k -> k == only);
            for (int k = 0; k < all.size(); k++) {
              if (k == only) {
                same(c, all.subList(k, k + 1), one.subList(k, k + 1));
              } else {
                assertNull(one.get(k), c.toString());
              }
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> theNumberOfThreadsChangesNothing() {
    return eachCase(c -> same(c, onThreads(1, c), onThreads(4, c)));
  }

  /** Outputs and gradients; parallel streams run in the pool that starts them. */
  private static List<Tensor> onThreads(int threads, OpCase c) {
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      return pool.submit(() -> train(c, c.outputGradients(RANDOM), k -> true)).join();
    } finally {
      pool.shutdown();
    }
  }

  private static List<Tensor> gradients(OpCase c, List<Tensor> of, IntPredicate wanted) {
    List<Tensor> all = train(c, of, wanted);
    return all.subList(c.op().outputNames().size(), all.size());
  }

  private static List<Tensor> train(OpCase c, List<Tensor> of, IntPredicate wanted) {
    try (ReferenceBackend backend = new ReferenceBackend();
        OpRun run = new OpRun(backend, DType.FLOAT32, Mode.TRAINING, c.op(), c.inputs(), RANDOM)) {
      List<Tensor> all = new ArrayList<>(run.forward());
      all.addAll(run.backward(of, wanted));
      return all;
    }
  }

  private static void same(OpCase c, List<Tensor> expected, List<Tensor> got) {
    assertEquals(expected.size(), got.size(), c.toString());
    for (int i = 0; i < expected.size(); i++) {
      for (int k = 0; expected.get(i) != null && k < expected.get(i).size(); k++) {
        assertEquals(
            expected.get(i).get(k), got.get(i).get(k), c + ": array " + i + ", element " + k);
      }
    }
  }

  private interface Check {
    void of(OpCase c);
  }

  private static Stream<DynamicTest> eachCase(Check check) {
    return OpCases.of(ConvLstm2d.class, new Philox(Seeds.SEED, 0)).stream()
        .map(c -> DynamicTest.dynamicTest(c.toString(), () -> Seeds.replayable(() -> check.of(c))));
  }
}
