package convlstm4j.contract;

import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Backends;
import convlstm4j.gpusim.Simulator;
import convlstm4j.op.Op;
import convlstm4j.tensor.Philox;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Tries what a planted fault names until something fails; of a fault: what failed. */
public final class PlantedRun {
  private PlantedRun() {}

  /** The first failure, in one line; null if there is none. */
  public static String failure(String test) {
    if (test.contains(".")) {
      return ofClass(test);
    }
    BackendProvider cuda =
        Backends.providers().stream()
            .filter(p -> p.name().equals("cuda"))
            .findFirst()
            .orElseThrow();
    if (test.equals("frames")) {
      return failure("frames", () -> KernelCoverage.bytesBecomeFloats(cuda));
    }
    Class<? extends Op> kind =
        OpCases.kinds().stream()
            .filter(k -> k.getSimpleName().equals(test))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no op is called " + test));
    Philox random = new Philox(Seeds.SEED, 0);
    String failure =
        first(SomeCases.of(kind, random), (i, c) -> ContractTest.onBackend(cuda, i, c));
    return failure != null
        ? failure
        : first(SizeCases.of(kind, random), (i, c) -> ContractTest.size(cuda, i, c));
  }

  private static String first(List<OpCase> cases, ContractTest.Check check) {
    return IntStream.range(0, cases.size())
        .mapToObj(i -> failure(cases.get(i).toString(), () -> check.of(i, cases.get(i))))
        .filter(f -> f != null)
        .findFirst()
        .orElse(null);
  }

  private static String failure(String what, Runnable test) {
    try {
      test.run();
      return null;
    } catch (AssertionError | RuntimeException e) {
      return what + ": " + e.getMessage() + " " + Simulator.lastError();
    }
  }

  private static String ofClass(String name) {
    List<String> failures = new ArrayList<>();
    TestExecutionListener listener =
        new TestExecutionListener() {
          @Override
          public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == Status.FAILED) {
              failures.add(test.getDisplayName() + ": " + result.getThrowable().orElse(null));
            }
          }
        };
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(Stream.of(name).map(DiscoverySelectors::selectClass).toList())
                .build(),
            listener);
    return failures.isEmpty() ? null : failures.get(0);
  }
}
