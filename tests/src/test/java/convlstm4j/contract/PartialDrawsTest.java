package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendProvider;
import convlstm4j.op.Drop;
import convlstm4j.op.Noise;
import convlstm4j.op.Op;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Philox.Part;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What ops draw for some frames of a video is what they draw for those frames of all of it. */
class PartialDrawsTest {
  private static final int OUTER = 3;
  private static final int STEPS = 13;
  private static final int INNER = 7;
  private static final Philox RANDOM = new Philox(0x123456789abcdefL, -5);

  @TestFactory
  Stream<DynamicTest> asInAll() {
    return TestBackends.providers().stream()
        .flatMap(
            p ->
                Stream.of(
                        new Drop(0.4, List.of()),
                        new Drop(0.4, List.of(-1L, -1L, 1L)),
                        new Drop(0.4, List.of(1L, -1L, -1L)),
                        new Noise(0.5, 2))
                    .map(op -> DynamicTest.dynamicTest(p.name() + ": " + op, () -> check(p, op))));
  }

  private static void check(BackendProvider provider, Op op) {
    try (Backend backend = provider.start()) {
      Shape whole = Shape.of(OUTER, STEPS, INNER);
      Tensor x = OpCase.normal(whole, 1, RANDOM.stream(1, 1));
      Tensor dy = OpCase.normal(whole, 1, RANDOM.stream(1, 2));
      List<Tensor> all = run(backend, op, x, dy, RANDOM);
      Shape mask = op.drawn(List.of(whole)).orElseThrow();
      long inner = mask.dim(2);
      for (int k : new int[] {1, 4, 5}) {
        for (int from = 0; from < STEPS; from += k) {
          int frames = Math.min(k, STEPS - from);
          Part part = new Part(from * inner, frames * inner, STEPS * inner);
          Tensor some = frames(x, from, frames);
          List<Tensor> got = run(backend, op, some, frames(dy, from, frames), RANDOM.part(part));
          for (int i = 0; i < got.size(); i++) {
            Tensor expected = frames(all.get(i), from, frames);
            String what = (i == 0 ? "y" : "dx") + " of frames " + from + " and " + frames;
            for (int e = 0; e < expected.size(); e++) {
              assertEquals(expected.get(e), got.get(i).get(e), what + " [" + e + "]");
            }
          }
        }
      }
    }
  }

  private static List<Tensor> run(Backend backend, Op op, Tensor x, Tensor dy, Philox random) {
    try (OpRun run = new OpRun(backend, DType.FLOAT32, Mode.TRAINING, op, List.of(x), random)) {
      Tensor y = run.forward().get(0);
      return op.differentiable(0) ? List.of(y, run.backward(List.of(dy)).get(0)) : List.of(y);
    }
  }

  private static Tensor frames(Tensor t, int from, int count) {
    Tensor some = Tensor.zeros(DType.FLOAT32, Shape.of(OUTER, count, INNER));
    for (int i = 0; i < some.size(); i++) {
      int n = i / (count * INNER);
      some.set(i, t.get(n * STEPS * INNER + from * INNER + i % (count * INNER)));
    }
    return some;
  }
}
