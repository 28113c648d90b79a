package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.data.Batch;
import convlstm4j.gpusim.Simulator;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The article's model in training on the backend {@code cuda}, on the simulated driver. */
class CudaTrainingTest {
  private static final int STEPS = 20;

  private static final Batch BATCH = ArticleModelTest.batch();

  @AfterEach
  void forget() {
    Simulator.schedule("forward", 0);
  }

  private static Model model() {
    return ArticleModelTest.convLstm(3, 4).seed(5);
  }

  private static Compile compilation() {
    return Compile.with(new Adam(0.01)).loss(Loss.binaryCrossentropy());
  }

  private static List<Double> losses(Model model, int steps) {
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      losses.add(model.trainOnBatch(BATCH).get("loss"));
    }
    return losses;
  }

  @Test
  void trainsAsTheReferenceDoes() {
    List<Double> got;
    List<Double> exact;
    try (Model m = model().backend("cuda").compile(compilation())) {
      got = losses(m, STEPS);
    }
    try (Model m = model().backend("reference").dtype(DType.FLOAT64).compile(compilation())) {
      exact = losses(m, STEPS);
    }
    for (int i = 0; i < STEPS; i++) {
      assertEquals(exact.get(i), got.get(i), 1e-4 * exact.get(i), "step " + (i + 1));
    }
    assertTrue(got.get(STEPS - 1) < 0.9 * got.get(0), got.toString());
  }

  @Test
  void savedAndResumedGivesTheSameBits(@TempDir Path dir) {
    Path file = dir.resolve("half.ckpt");
    Map<String, Tensor> whole;
    try (Model m = model().backend("cuda").compile(compilation())) {
      losses(m, STEPS);
      whole = m.weights();
    }
    try (Model m = model().backend("cuda").compile(compilation())) {
      losses(m, STEPS / 2);
      Checkpoint.save(m, file);
    }
    try (Model m = Checkpoint.load(file, loaded -> loaded.backend("cuda"))) {
      losses(m, STEPS - STEPS / 2);
      assertSameBits(whole, m.weights());
    }
  }

  @Test
  void theOrderOfThreadsAndBlocksDoesNotMatter() {
    Map<String, Tensor> forward = null;
    for (String order : List.of("forward", "reverse", "random")) {
      Simulator.schedule(order, 17);
      try (Model m = model().backend("cuda").compile(compilation())) {
        losses(m, 2);
        if (forward == null) {
          forward = m.weights();
        } else {
          assertSameBits(forward, m.weights());
        }
      }
    }
  }

  private static void assertSameBits(Map<String, Tensor> expected, Map<String, Tensor> got) {
    assertEquals(expected.keySet(), got.keySet());
    expected.forEach(
        (name, t) -> {
          Tensor other = got.get(name);
          for (int i = 0; i < t.size(); i++) {
            assertEquals(
                Double.doubleToRawLongBits(t.get(i)),
                Double.doubleToRawLongBits(other.get(i)),
                name + "[" + i + "]");
          }
        });
  }

  @Test
  void aBackendThatCannotStartSaysWhy() {
    try {
      Simulator.setDevice(false, 13000, 90, 1L << 34);
      says("cuda: the driver finds no GPU");
      Simulator.setDevice(true, 12040, 90, 1L << 34);
      says("cuda: the NVIDIA driver is for CUDA 12.4; install driver 580 or newer");
      Simulator.setDevice(true, 13000, 70, 1L << 34);
      says("has compute capability 7.0; the kernels need 7.5 or newer");
    } finally {
      Simulator.setDevice(true, 13000, 90, 1L << 34);
    }
  }

  private static void says(String what) {
    BackendException e = assertThrows(BackendException.class, () -> Backends.named("cuda"));
    assertTrue(e.getMessage().contains(what), e.getMessage());
  }
}
