package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Plan;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** ConvLSTMs by Winograd's algorithm on the backend {@code onednn}. */
class OneDnnConvLstm2dTest {
  private static final String WINOGRAD = "convlstm4j.onednn.winograd";
  private static final int WINOGRAD_CONFIGURATIONS = Boolean.getBoolean("full") ? 150 : 8;

  /** docs/adr: Winograd's rounding error is so many times that of direct convolution. */
  private static final double WINOGRAD_SLACK = 16;

  @AfterEach
  void forget() {
    System.clearProperty(WINOGRAD);
  }

  @Test
  void winogradAgreesAndRepeats() {
    System.setProperty(WINOGRAD, "always");
    Philox random = new Philox(Seeds.SEED, 8);
    try (Backend backend = Backends.named("onednn")) {
      Assumptions.assumeTrue(
          backend.description().contains("kernels in C++"), "built without C++ kernels");
      for (int i = 0; i < WINOGRAD_CONFIGURATIONS; i++) {
        OpCase c = ConvLstm2dCases.threeByThree("random 3x3 " + i, random.stream(1, i));
        assertTrue(algorithm(backend, c).startsWith("Winograd"), c.toString());
        Seeds.replayable(() -> ContractChecks.agreesInNorm(backend, c, random, WINOGRAD_SLACK));
        ContractChecks.repeats(backend, c, random);
      }
    }
  }

  @Test
  void winogradCanBeTurnedOff() {
    OpCase c = ConvLstm2dCases.threeByThree("3x3", new Philox(3, 3));
    try (Backend backend = Backends.named("onednn")) {
      System.setProperty(WINOGRAD, "never");
      assertTrue(algorithm(backend, c).startsWith("oneDNN"), algorithm(backend, c));
      System.setProperty(WINOGRAD, "sometimes");
      BackendException e =
          Assertions.assertThrows(BackendException.class, () -> algorithm(backend, c));
      assertEquals(
          "onednn: " + WINOGRAD + "=sometimes; expected auto, always or never", e.getMessage());
    }
  }

  static String algorithm(Backend backend, OpCase c) {
    try (Plan plan =
        backend.plan(
            c.op(),
            c.inputs().stream().map(Tensor::shape).toList(),
            DType.FLOAT32,
            Mode.TRAINING)) {
      return plan.algorithm();
    }
  }
}
