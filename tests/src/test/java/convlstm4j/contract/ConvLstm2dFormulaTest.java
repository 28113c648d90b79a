package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The float64 reference, against which all else is held, against {@link NaiveConvLstm2d}. The
 * oracle cannot do this for peepholes (Keras has none) and dropout (other random numbers), and a
 * gradient check cannot see a forward pass that is wrong in itself.
 */
class ConvLstm2dFormulaTest {
  /** Both sum in float64, in different orders. */
  private static final double TOLERANCE = 1e-11;

  private static final Philox RANDOM = new Philox(Seeds.SEED, 1);

  @TestFactory
  Stream<DynamicTest> forwardIsTheFormula() {
    return OpCases.of(ConvLstm2d.class, new Philox(Seeds.SEED, 0)).stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.toString(), () -> Seeds.replayable(() -> checkForward(c))));
  }

  private static void checkForward(OpCase c) {
    List<double[]> expected =
        new NaiveConvLstm2d((ConvLstm2d) c.op(), c.inputs(), RANDOM).outputs();
    try (ReferenceBackend backend = new ReferenceBackend();
        OpRun run = new OpRun(backend, DType.FLOAT64, Mode.INFERENCE, c.op(), c.inputs(), RANDOM)) {
      List<Tensor> got = run.forward();
      for (int i = 0; i < got.size(); i++) {
        String what = c + ": " + c.op().outputNames().get(i);
        assertEquals(expected.get(i).length, got.get(i).size(), what);
        for (int k = 0; k < got.get(i).size(); k++) {
          double e = expected.get(i)[k];
          assertTrue(Double.isFinite(e), what + "[" + k + "] expects " + e);
          assertEquals(
              e, got.get(i).get(k), TOLERANCE * Math.max(1, Math.abs(e)), what + "[" + k + "]");
        }
      }
    }
  }
}
