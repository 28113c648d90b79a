package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.tensor.Philox;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Random configurations of a ConvLSTM on every backend but the reference. */
class RandomConvLstm2dTest {
  private static final String WINOGRAD = "convlstm4j.onednn.winograd";
  private static final int CONFIGURATIONS = 1000;

  @AfterEach
  void forget() {
    System.clearProperty(WINOGRAD);
  }

  @TestFactory
  Stream<DynamicTest> aThousandConfigurationsAgree() {
    return TestBackends.providers().stream()
        .filter(p -> !p.name().equals("reference"))
        .map(p -> DynamicTest.dynamicTest(p.name(), () -> agree(p)));
  }

  private static void agree(BackendProvider provider) {
    System.setProperty(WINOGRAD, "never"); // its error is another one, and tested by itself
    System.out.println("RandomConvLstm2dTest: -Dseed=" + Seeds.SEED);
    Philox random = new Philox(Seeds.SEED, 7);
    try (Backend backend = provider.start()) {
      for (int i = 0; i < CONFIGURATIONS; i++) {
        OpCase c = ConvLstm2dCases.random("random " + i, random.stream(1, i));
        Seeds.replayable(() -> ContractChecks.agrees(backend, c, random));
      }
      assertEquals(0, backend.memory().liveBytes());
    }
  }
}
