package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.tensor.Philox;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Random configurations of a ConvLSTM on every backend but the reference. */
class RandomConvLstm2dTest {
  private static final String WINOGRAD = "convlstm4j.onednn.winograd";
  private static final int CONFIGURATIONS = Boolean.getBoolean("full") ? 1000 : 60;

  /** Unbounded gates can let a state grow without end; so few that it shows if more do. */
  private static final int MOST_OVERFLOWS = CONFIGURATIONS / 100;

  @AfterEach
  void forget() {
    System.clearProperty(WINOGRAD);
  }

  @TestFactory
  Stream<DynamicTest> randomConfigurationsAgree() {
    return TestBackends.providers().stream()
        .filter(p -> !p.name().equals("reference"))
        .map(p -> DynamicTest.dynamicTest(p.name(), () -> agree(p)));
  }

  private static void agree(BackendProvider provider) {
    System.setProperty(WINOGRAD, "never"); // its error is another one, and tested by itself
    System.out.println("RandomConvLstm2dTest: -Dseed=" + Seeds.SEED);
    Philox random = new Philox(Seeds.SEED, 7);
    int overflows = 0;
    try (Backend backend = provider.start()) {
      for (int i = 0; i < CONFIGURATIONS; i++) {
        OpCase c = ConvLstm2dCases.random("random " + i, random.stream(1, i));
        if (isUnbounded((ConvLstm2d) c.op()) && ContractChecks.overflows(c, random)) {
          overflows++;
          continue;
        }
        Seeds.replayable(() -> ContractChecks.agrees(backend, c, random));
      }
      assertEquals(0, backend.memory().liveBytes());
    }
    assertTrue(overflows <= MOST_OVERFLOWS, overflows + " cases are too large for float32");
  }

  private static boolean isUnbounded(ConvLstm2d op) {
    return switch (op.recurrentActivation().kind()) {
      case TANH, SIGMOID, HARD_SIGMOID_KERAS2, HARD_SIGMOID_KERAS3 -> false;
      default -> true;
    };
  }
}
