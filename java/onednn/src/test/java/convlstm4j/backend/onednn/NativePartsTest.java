package convlstm4j.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Parts.View;
import convlstm4j.formula.Code;
import convlstm4j.formula.Formula;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formulas on frames whose elements lie anywhere, around the size of a piece of work. */
class NativePartsTest {
  /** x0 of every other column block plus a number per sample, stored, then added again. */
  @ParameterizedTest
  @CsvSource({"2, 3, 5", "1, 1, 4096", "3, 2, 4095", "2, 2, 4097", "1, 3, 9000", "5, 1700, 1"})
  void elementsAreReadAndWrittenWhereTheyLie(int n, int p, int f) {
    NativeMemory memory = new NativeMemory();
    try (Buffer x = memory.allocate(DType.FLOAT32, Shape.of(n, p, 2L * f));
        Buffer m = memory.allocate(DType.FLOAT32, Shape.of(n));
        Buffer y = memory.allocate(DType.FLOAT32, Shape.of(n, p, 3L * f))) {
      memory.upload(numbered(x.shape()), x);
      memory.upload(numbered(m.shape()), m);
      Code code = Code.of(List.of(Formula.input(0).plus(Formula.input(1))));
      List<View> from = List.of(new View(x, f, 2L * p * f, 2L * f, 1), new View(m, 0, 1, 0, 0));
      List<View> to = List.of(new View(y, f, 3L * p * f, 3L * f, 1));
      NativeParts parts = new NativeParts(null);
      parts.run(code, Shape.of(n, p, f), from, to, false);
      parts.run(code, Shape.of(n, p, f), from, to, true);
      float[] expected = new float[n * p * 3 * f];
      for (int i = 0; i < n * p; i++) {
        for (int k = 0; k < f; k++) {
          expected[i * 3 * f + f + k] = 2f * (i * 2 * f + f + k + i / p);
        }
      }
      assertArrayEquals(expected, memory.download(y).floats());
    }
  }

  @Test
  void aPartIsWithinItsBuffer() {
    NativeMemory memory = new NativeMemory();
    try (Buffer x = memory.allocate(DType.FLOAT32, Shape.of(4, 4))) {
      memory.upload(numbered(x.shape()), x);
      Buffer part = new NativeParts(null).part(x, 5, Shape.of(2, 3));
      assertArrayEquals(new float[] {5, 6, 7, 8, 9, 10}, memory.download(part).floats());
      assertThrows(
          IllegalArgumentException.class, () -> new NativeParts(null).part(x, 11, Shape.of(2, 3)));
    }
  }

  private static Tensor numbered(Shape shape) {
    Tensor t = Tensor.zeros(DType.FLOAT32, shape);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, i);
    }
    return t;
  }
}
