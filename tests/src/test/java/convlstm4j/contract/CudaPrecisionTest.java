package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.op.Op;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.Philox;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The contract where cuDNN may round to TensorFloat-32, as the simulated one then does. */
class CudaPrecisionTest {
  private static final boolean FULL = Boolean.getBoolean("full");

  /** By default every other case, and of what multiplies nothing one of each kind. */
  @TestFactory
  Stream<DynamicTest> agreesWithTheReferenceAsFarAsItsOperandsAreRounded() {
    return OpCases.kinds().stream().flatMap(CudaPrecisionTest::cases);
  }

  private static Stream<DynamicTest> cases(Class<? extends Op> kind) {
    List<OpCase> all = SomeCases.of(kind, new Philox(Seeds.SEED, 0));
    boolean one = !FULL && all.stream().noneMatch(ContractChecks::multiplies);
    return IntStream.range(0, one ? 1 : all.size())
        .filter(i -> FULL || i % 2 == 0)
        .mapToObj(all::get)
        .map(c -> DynamicTest.dynamicTest(c.toString(), () -> Seeds.replayable(() -> agrees(c))));
  }

  private static void agrees(OpCase c) {
    Philox random = new Philox(Seeds.SEED, 1);
    try (Backend backend = Backends.named("cuda")) {
      backend.precision(ProductPrecision.TF32);
      ContractChecks.agrees(backend, c, random, ProductPrecision.TF32);
    }
  }

  @Test
  void backendsWithoutItSaySo() {
    try (Backend backend = Backends.named("reference")) {
      backend.precision(ProductPrecision.FLOAT32);
      BackendException e =
          assertThrows(BackendException.class, () -> backend.precision(ProductPrecision.TF32));
      assertEquals(
          "reference multiplies in float32 only; leave the precision tf32 out, or use a backend"
              + " that has it: cuda",
          e.getMessage());
    }
  }
}
