package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendProvider;
import convlstm4j.op.Op;
import convlstm4j.op.Pool;
import convlstm4j.op.Winners;
import convlstm4j.op.WonAt;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The places that {@link Winners} and {@link WonAt} tell are where a pooling's gradient goes. */
class WinnersTest {
  private static final Philox RANDOM = new Philox(Seeds.SEED, 2);

  static Stream<BackendProvider> backends() {
    return TestBackends.providers().stream();
  }

  /** Adds up gradients along all axes but one, of x by the pooling, of y by the places. */
  @ParameterizedTest
  @MethodSource("backends")
  void gradientsGoWhereWinnersAre(BackendProvider provider) {
    boolean tiesSeen = false;
    try (Backend backend = provider.start()) {
      for (OpCase c : OpCases.of(Winners.class, new Philox(Seeds.SEED, 0))) {
        Tensor x = c.inputs().get(0);
        Winners op = (Winners) c.op();
        int size = op.window().size().get(op.spatial());
        int stride = op.window().strides().get(op.spatial());
        int pad = (int) op.window().padBefore(op.spatial(), x.shape().dim(op.axis()));
        Op pool = new Pool(Pool.Mode.MAX, op.window());
        Tensor dy = wholeNumbers(pool.outputShapes(List.of(x.shape())).get(0));
        double[] expected;
        try (OpRun run =
            new OpRun(backend, DType.FLOAT32, Mode.TRAINING, pool, List.of(x), RANDOM)) {
          run.forward();
          expected = sums(run.backward(List.of(dy)).get(0), op.axis());
        }
        Tensor packed = run(backend, op, x);
        double[] got = new double[expected.length];
        for (int place = 0; place < size; place++) {
          Tensor won =
              run(
                  backend,
                  new WonAt(size, place),
                  dy.reshape(blocks(dy.shape(), op.axis())),
                  packed.reshape(blocks(packed.shape(), op.axis())));
          double[] sums = sums(won, 1);
          for (int k = 0; k < sums.length; k++) {
            int to = k * stride - pad + place;
            assertTrue(sums[k] == 0 || (to >= 0 && to < got.length), c + ": place " + place);
            if (sums[k] != 0) {
              got[to] += sums[k];
            }
          }
        }
        for (int k = 0; k < got.length; k++) {
          assertEquals(expected[k], got[k], c + " [" + k + "]");
        }
        tiesSeen |=
            x.size()
                > 2
                    * LongStream.range(0, x.size())
                        .mapToObj(i -> x.get((int) i))
                        .distinct()
                        .count();
      }
    }
    assertTrue(tiesSeen);
  }

  private static Tensor run(Backend backend, Op op, Tensor... in) {
    try (OpRun run = new OpRun(backend, DType.FLOAT32, Mode.INFERENCE, op, List.of(in), RANDOM)) {
      return run.forward().get(0).cast(DType.FLOAT64);
    }
  }

  /** Other than 0, so small that sums are exact. */
  private static Tensor wholeNumbers(Shape shape) {
    Tensor t = Tensor.zeros(DType.FLOAT64, shape);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, 1 + i % 97);
    }
    return t;
  }

  private static Shape blocks(Shape s, int axis) {
    long outer = LongStream.of(s.dims()).limit(axis).reduce(1, (a, b) -> a * b);
    return Shape.of(outer, s.dim(axis), s.elements() / outer / s.dim(axis));
  }

  private static double[] sums(Tensor t, int axis) {
    Shape b = blocks(t.shape(), axis);
    double[] all = new double[(int) b.dim(1)];
    for (int i = 0; i < t.size(); i++) {
      all[(int) (i / b.dim(2) % b.dim(1))] += t.get(i);
    }
    return all;
  }
}
