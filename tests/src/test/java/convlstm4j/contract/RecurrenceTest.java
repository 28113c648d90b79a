package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Backends;
import convlstm4j.op.ActivationFormula;
import convlstm4j.op.Cell;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Op;
import convlstm4j.op.Recurrence;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The cell of an LSTM in the general recurrence is the op that has kernels of its own. */
class RecurrenceTest {
  @TestFactory
  Stream<DynamicTest> anLstmIsAConvLstm() {
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : List.of("reference", "onednn", "cuda")) {
      for (OpCase c : ConvLstm2dCases.all(new Philox(Seeds.SEED, 7))) {
        ConvLstm2d op = (ConvLstm2d) c.op();
        if (TestBackends.include(name)
            && op.window().format() == DataFormat.CHANNELS_LAST
            && !op.peephole()
            && op.dropout() == 0
            && op.recurrentDropout() == 0) {
          tests.add(
              DynamicTest.dynamicTest(
                  name + " " + c, () -> Seeds.replayable(() -> check(name, c, op))));
        }
      }
    }
    assertFalse(tests.isEmpty(), "no case is left");
    return tests.stream();
  }

  private static void check(String name, OpCase c, ConvLstm2d op) {
    Recurrence general =
        new Recurrence(
            Cell.lstm(
                x -> ActivationFormula.of(op.activation(), x),
                x -> ActivationFormula.of(op.recurrentActivation(), x),
                false),
            op.filters(),
            op.window(),
            op.useBias(),
            false,
            op.returnSequences(),
            op.goBackwards(),
            op.masked(),
            op.zeroOutputForMask());
    DType dtype = name.equals("reference") ? DType.FLOAT64 : DType.FLOAT32;
    double allowed = dtype == DType.FLOAT64 ? 1e-12 : 2e-5;
    try (Backend backend = Backends.named(name)) {
      List<List<Tensor>> fused = run(backend, dtype, op, c);
      List<List<Tensor>> composed = run(backend, dtype, general, c);
      assertEquals(fused.size(), composed.size());
      for (int k = 0; k < fused.size(); k++) {
        assertEquals(fused.get(k).size(), composed.get(k).size(), "arrays of part " + k);
        for (int i = 0; i < fused.get(k).size(); i++) {
          close(k + " " + i, fused.get(k).get(i), composed.get(k).get(i), allowed);
        }
      }
    }
  }

  private static List<List<Tensor>> run(Backend backend, DType dtype, Op op, OpCase c) {
    try (OpRun run = new OpRun(backend, dtype, Mode.TRAINING, op, c.inputs(), new Philox(3, 0))) {
      List<Tensor> outputs = run.forward();
      return List.of(outputs, run.backward(c.outputGradients(new Philox(4, 0))));
    }
  }

  private static void close(String what, Tensor a, Tensor b, double allowed) {
    if (a == null) {
      assertEquals(null, b, what);
      return;
    }
    assertEquals(a.shape(), b.shape(), what);
    double largest = 1;
    for (int i = 0; i < a.size(); i++) {
      largest = Math.max(largest, Math.abs(a.get(i)));
    }
    for (int i = 0; i < a.size(); i++) {
      assertEquals(a.get(i), b.get(i), allowed * largest, what + " " + i);
    }
  }
}
