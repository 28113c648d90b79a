package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.data.Batch;
import convlstm4j.gpusim.Simulator;
import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling2D;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.op.DataFormat;
import convlstm4j.op.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import convlstm4j.train.Adam;
import convlstm4j.train.Loss;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The article's model in training on the backend {@code cuda}, on the simulated driver. */
class CudaTrainingTest {
  private static final int STEPS = 20;
  private static final int UNSPECIFIC_FAILURE = 999;
  private static final int CUDNN_EXECUTION_FAILED = 5000;

  private static final Batch BATCH =
      new Batch(
          List.of(ArticleModelTest.noise(Shape.of(2, 4, 3, 8, 9))),
          Collections.nCopies(6, ArticleModelTest.bits(Shape.of(2, 4, 1))),
          List.of(),
          "given");

  @AfterEach
  void forget() {
    Simulator.clearFailures();
    Simulator.schedule("forward", 0);
  }

  private static Model model() {
    return ArticleModelTest.convLstm(3, 4, 4, 8, 9).seed(5);
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

  /** A step of every kind of layer in the article's model, with fewer of them. */
  private static Model small() {
    Symbol x = Input.named("frames", 2, 3, 4, 5);
    ConvLSTM2D memory = new ConvLSTM2D(2, 3).dataFormat(DataFormat.CHANNELS_FIRST);
    Symbol y = new BatchNormalization().apply(memory.padding(Padding.SAME).apply(x));
    y = new MaxPooling2D(2).dataFormat(DataFormat.CHANNELS_FIRST).apply(y);
    return Model.of(x, new Dense(1).apply(new Flatten().apply(y))).seed(5);
  }

  private static final Batch FEW =
      Batch.of(
          ArticleModelTest.noise(Shape.of(2, 2, 3, 4, 5)), ArticleModelTest.bits(Shape.of(2, 1)));

  private static Compile quick() {
    return Compile.with(new Adam(0.01)).loss(Loss.meanSquaredError());
  }

  /** Every allocation of a first step in turn finds no room, and none after it. */
  @Test
  void runsOutOfDeviceMemoryAtAnyAllocation() {
    long healthy;
    try (Backend backend = Backends.named("cuda");
        Model m = small().backend(backend).compile(quick())) {
      m.predict(FEW.inputs().get(0));
      m.trainOnBatch(FEW);
      healthy = backend.memory().liveBytes();
    }
    int failed = 0;
    for (int nth = 1; ; nth++) {
      try (Backend backend = Backends.named("cuda");
          Model m = small().backend(backend)) {
        m.compile(quick());
        m.predict(FEW.inputs().get(0)); // weights, and what inference needs
        for (int i = 0; i < 2; i++) { // the second call asks again, after giving back what is kept
          Simulator.failAllocation(nth + i);
        }
        BackendException e = failure(m);
        Simulator.clearFailures();
        if (e == null) {
          break;
        }
        failed++;
        assertTrue(e.getMessage().contains("no device memory for"), e.getMessage());
        assertTrue(Double.isFinite(m.trainOnBatch(FEW).get("loss")));
        assertEquals(healthy, backend.memory().liveBytes(), "after allocation " + nth + " failed");
      }
    }
    assertTrue(failed >= 10, failed + " allocations");
  }

  private static BackendException failure(Model m) {
    try {
      m.trainOnBatch(FEW);
      return null;
    } catch (BackendException e) {
      return e;
    }
  }

  /** Each function that a step calls fails once. */
  @Test
  void survivesAnyFailingCall() {
    Set<String> functions = new TreeSet<>();
    try (Model m = small().backend("cuda").compile(quick())) {
      m.predict(FEW.inputs().get(0));
      Simulator.clearTrace();
      for (int i = 0; i < 3; i++) {
        m.trainOnBatch(FEW);
      }
      for (String line : Simulator.trace()) {
        functions.add(line.split("[ (]", 2)[0]);
      }
    }
    assertTrue(functions.contains("cudnnConvolutionForward"), functions.toString());
    assertTrue(functions.contains("cuGraphLaunch"), functions.toString());
    for (String f : functions) {
      if (f.endsWith("Destroy") || f.startsWith("cudnnDestroy") || f.equals("cuMemFree")) {
        continue; // nobody can act on it
      }
      fails(f);
    }
  }

  private static void fails(String function) {
    try (Model m = small().backend("cuda").compile(quick())) {
      int status = function.startsWith("cudnn") ? CUDNN_EXECUTION_FAILED : UNSPECIFIC_FAILURE;
      m.predict(FEW.inputs().get(0));
      Simulator.failCall(function, 1, status);
      BackendException e = null;
      for (int i = 0; i < 3 && e == null; i++) {
        e = failure(m);
      }
      assertFalse(e == null, function + " failed and nobody said so");
      assertTrue(e.getMessage().contains(function) || isLaunch(function), e.getMessage());
      Simulator.clearFailures();
      assertTrue(Double.isFinite(m.trainOnBatch(FEW).get("loss")), function);
    }
  }

  /** Launches are told by the kernel's name. */
  private static boolean isLaunch(String function) {
    return function.equals("cuLaunchKernel");
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
