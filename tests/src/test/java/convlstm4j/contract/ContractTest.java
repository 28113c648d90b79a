package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.op.Op;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.Philox;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every op on every backend against the float64 reference. */
class ContractTest {
  /** Where derivatives have kinks, differences fail by chance: those cases are always the same. */
  private static final long FIXED = 20151206;

  /** Kinds of op, or empty for all of them. */
  private static final List<String> WANTED =
      Stream.of(System.getProperty("contract.ops", "").split(","))
          .filter(s -> !s.isEmpty())
          .toList();

  /** A new kind of op needs cases. */
  @Test
  void everyOpHasCases() {
    assertEquals(Set.of(Op.class.getPermittedSubclasses()), OpCases.kinds());
    for (Class<? extends Op> kind : OpCases.kinds()) {
      assertFalse(OpCases.of(kind, new Philox(FIXED, 0)).isEmpty(), kind.getSimpleName());
    }
  }

  @TestFactory
  Stream<DynamicContainer> everyBackendAgreesWithTheReference() {
    return TestBackends.providers().stream()
        .map(p -> DynamicContainer.dynamicContainer(p.name(), onBackend(p)));
  }

  @TestFactory
  Stream<DynamicTest> gradientsAreThoseOfDifferences() {
    // Of the reference alone, however many backends are held against it.
    return TestBackends.include("reference")
        ? tests(FIXED, OpCases::of, ContractTest::checkGradient)
        : Stream.of();
  }

  /** What to do with a case. */
  private interface Check {
    void of(OpCase c);
  }

  /** The cases of a kind of op. */
  private interface Cases {
    List<OpCase> of(Class<? extends Op> kind, Philox random);
  }

  /**
   * Made when their turn comes: all at once they are large. With {@code -Dcontract.ops=Conv,Pool}
   * only of these.
   */
  private static Stream<DynamicTest> tests(long seed, Cases cases, Check check) {
    return OpCases.kinds().stream()
        .filter(kind -> WANTED.isEmpty() || WANTED.contains(kind.getSimpleName()))
        .flatMap(
            kind ->
                cases.of(kind, new Philox(seed, 0)).stream()
                    .map(
                        c ->
                            DynamicTest.dynamicTest(
                                c.toString(), () -> Seeds.replayable(() -> check.of(c)))));
  }

  private static Stream<DynamicTest> onBackend(BackendProvider p) {
    Stream<DynamicTest> all = tests(Seeds.SEED, OpCases::of, c -> onBackend(p, c));
    return p.name().equals("cuda")
        ? Stream.of(
                all,
                tests(Seeds.SEED, SizeCases::of, c -> onBackend(p, c)),
                WANTED.isEmpty() ? KernelCoverage.tests(p) : Stream.<DynamicTest>of())
            .flatMap(s -> s)
        : all;
  }

  static void onBackend(BackendProvider provider, OpCase c) {
    Philox random = new Philox(Seeds.SEED, 1);
    try (Backend backend = provider.start()) {
      ContractChecks.all(backend, c, random, ProductPrecision.FLOAT32);
    }
  }

  private static void checkGradient(OpCase c) {
    if (c.smooth() && ContractChecks.isDifferentiable(c)) {
      try (ReferenceBackend reference = new ReferenceBackend()) {
        GradientCheck.check(reference, c, new Philox(FIXED, 1));
      }
    }
  }
}
