package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.op.Conv;
import convlstm4j.op.Op;
import convlstm4j.op.Pool;
import convlstm4j.tensor.Philox;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every op on every backend against the float64 reference. */
class ContractTest {
  /** Where derivatives have kinks, differences fail by chance: those cases are always the same. */
  private static final long FIXED = 20151206;

  /** A new kind of op needs cases; {@link #some} sees that there are. */
  @Test
  void everyOpHasCases() {
    assertEquals(Set.of(Op.class.getPermittedSubclasses()), OpCases.kinds());
  }

  @Test
  void aKindThatThereIsNotIsRefused() {
    assertEquals(OpCases.kinds(), wanted(""));
    assertEquals(Set.of(Conv.class, Pool.class), wanted("Pool,Conv"));
    AssertionError e = assertThrows(AssertionError.class, () -> wanted("Pool,Cnov"));
    assertTrue(
        e.getMessage().startsWith("-Dcontract.ops=Cnov: there is no such op; expected some of ["),
        e.getMessage());
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
        ? tests(FIXED, ContractTest::some, (turn, c) -> checkGradient(c))
        : Stream.of();
  }

  /** What to do with a case, the first of its kind or a later one. */
  interface Check {
    void of(int turn, OpCase c);
  }

  /** The cases of a kind of op. */
  private interface Cases {
    List<OpCase> of(Class<? extends Op> kind, Philox random);
  }

  /** The kinds of op that a list names, all if it is empty; a name that is none fails. */
  private static Set<Class<? extends Op>> wanted(String list) {
    if (list.isEmpty()) {
      return OpCases.kinds();
    }
    Map<String, Class<? extends Op>> byName = new TreeMap<>();
    OpCases.kinds().forEach(kind -> byName.put(kind.getSimpleName(), kind));
    Set<Class<? extends Op>> wanted = new LinkedHashSet<>();
    for (String name : list.split(",", -1)) {
      if (!byName.containsKey(name)) {
        throw new AssertionError(
            "-Dcontract.ops="
                + name
                + ": there is no such op; expected some of "
                + byName.keySet());
      }
      wanted.add(byName.get(name));
    }
    return wanted;
  }

  private static Set<Class<? extends Op>> wanted() {
    return wanted(System.getProperty("contract.ops", ""));
  }

  /**
   * Made when their turn comes: all at once they are large. With {@code -Dcontract.ops=Conv,Pool}
   * only of these.
   */
  private static Stream<DynamicTest> tests(long seed, Cases cases, Check check) {
    return tests(seed, cases, i -> true, check);
  }

  private static Stream<DynamicTest> tests(
      long seed, Cases cases, IntPredicate turns, Check check) {
    return wanted().stream()
        .flatMap(
            kind -> {
              List<OpCase> all = cases.of(kind, new Philox(seed, 0));
              return IntStream.range(0, all.size())
                  .filter(turns)
                  .mapToObj(
                      i -> {
                        OpCase c = all.get(i);
                        return DynamicTest.dynamicTest(
                            c.toString(), () -> Seeds.replayable(() -> check.of(i, c)));
                      });
            });
  }

  private static List<OpCase> some(Class<? extends Op> kind, Philox random) {
    List<OpCase> cases = SomeCases.of(kind, random);
    assertFalse(cases.isEmpty(), kind.getSimpleName());
    return cases;
  }

  private static Stream<DynamicTest> onBackend(BackendProvider p) {
    Stream<DynamicTest> all =
        tests(
            Seeds.SEED,
            ContractTest::some,
            turn -> SomeCases.areOf(p.name(), turn),
            (turn, c) -> onBackend(p, turn, c));
    return p.name().equals("cuda")
        ? Stream.of(
                all,
                tests(Seeds.SEED, SizeCases::of, (turn, c) -> size(p, turn, c)),
                wanted().equals(OpCases.kinds())
                    ? KernelCoverage.tests(p)
                    : Stream.<DynamicTest>of())
            .flatMap(s -> s)
        : all;
  }

  static void onBackend(BackendProvider provider, int turn, OpCase c) {
    try (Backend backend = provider.start()) {
      SomeCases.check(backend, turn, c);
    }
  }

  static void size(BackendProvider provider, int turn, OpCase c) {
    try (Backend backend = provider.start()) {
      SomeCases.checkSize(backend, turn, c);
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
