package convlstm4j.execution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FiniteCheckTest {
  @ParameterizedTest
  @ValueSource(
      doubles = {Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NaN, Double.MAX_VALUE})
  void findsTheArrayThatIsNotFinite(double value) {
    try (ReferenceBackend backend = new ReferenceBackend();
        FiniteCheck check =
            new FiniteCheck(backend, DType.FLOAT64, List.of(Shape.of(2), Shape.of(2, 3)))) {
      Memory memory = backend.memory();
      try (Buffer good = memory.allocate(DType.FLOAT64, Shape.of(2));
          Buffer other = memory.allocate(DType.FLOAT64, Shape.of(2, 3))) {
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(2, 3));
        t.set(4, value);
        memory.upload(t, other);
        try (Buffer bad = check.look(List.of(good, other))) {
          double expected = Double.isFinite(value) ? 0 : Double.POSITIVE_INFINITY;
          assertArrayEquals(new double[] {0, expected}, memory.download(bad).doubles());
        }
      }
    }
  }
}
