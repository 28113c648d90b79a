package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Backends;
import convlstm4j.op.Op;
import convlstm4j.op.Pool;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What {@link Op#selects} says of an op, on all its cases: sums of gradients rely on it. */
class SelectingOpsTest {
  private static final double CLOSE = 1e-9;

  @Test
  void eachElementIsOneOfTheInputWithTheWholeOfItsGradient() {
    TreeSet<String> seen = new TreeSet<>();
    boolean averagesSeen = false;
    try (Backend reference = Backends.named("reference")) {
      for (Class<? extends Op> kind : OpCases.kinds()) {
        for (OpCase c : OpCases.of(kind, new Philox(Seeds.SEED, 0))) {
          if (c.op().selects()) {
            assertTrue(isSelected(reference, c), c.toString());
            seen.add(kind.getSimpleName());
          } else if (c.op() instanceof Pool) {
            averagesSeen |= !isSelected(reference, c); // this test can fail
          }
        }
      }
    }
    assertEquals("[Pad, Pool]", seen.toString());
    assertTrue(averagesSeen);
  }

  private static boolean isSelected(Backend backend, OpCase c) {
    Philox random = new Philox(Seeds.SEED, 1);
    try (OpRun run = new OpRun(backend, DType.FLOAT64, Mode.TRAINING, c.op(), c.inputs(), random)) {
      Tensor x = c.inputs().get(0);
      Tensor y = run.forward().get(0);
      List<Tensor> dy = c.outputGradients(random);
      Tensor dx = run.backward(dy).get(0);
      Map<Double, Double> gradients = new HashMap<>(); // elements of x are all different
      for (int i = 0; i < x.size(); i++) {
        gradients.merge(x.get(i), dx.get(i), Double::sum);
      }
      for (int i = 0; i < y.size(); i++) {
        Double left = gradients.get(y.get(i));
        if (left == null) {
          return false;
        }
        gradients.put(y.get(i), left - dy.get(0).get(i));
      }
      return gradients.values().stream().allMatch(g -> Math.abs(g) < CLOSE);
    }
  }
}
