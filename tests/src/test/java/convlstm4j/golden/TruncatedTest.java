package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.contract.TestBackends;
import convlstm4j.data.Batch;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Concatenate;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.RNN;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.model.RunPlan;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.option.Activation;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Truncated back-propagation through time has the gradients of PyTorch where states are detached
 * after every so many frames: numbers of src/test/python/make_truncated.py.
 */
class TruncatedTest {
  private static final int FRAMES = 11;
  private static final double CLOSE = 1e-5;
  private static final Map<String, Tensor> TORCH = new HashMap<>();

  @BeforeAll
  static void unpack() throws IOException {
    try (ZipInputStream zip =
        new ZipInputStream(TruncatedTest.class.getResourceAsStream("truncated.zip"))) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        NpyFile file = NpyFile.of(e.getName(), ByteBuffer.wrap(zip.readAllBytes()));
        TORCH.put(e.getName().replace(".npy", ""), file.read(DType.FLOAT32));
      }
    }
  }

  private static ConvLSTM2D memory(int filters) {
    return new ConvLSTM2D(filters, 3)
        .padding(Padding.SAME)
        .recurrentActivation(Activation.SIGMOID)
        .returnSequences(true);
  }

  private static Model model(Backend backend) {
    Symbol v = Input.named("x", Input.ANY, 5, 4, 3);
    Symbol x = memory(2).apply(memory(3).apply(v));
    x = new LSTM(4).returnSequences(true).apply(new TimeDistributed(new Flatten()).apply(x));
    Model m = Model.of(v, new Dense(2).apply(x)).backend(backend);
    m.setWeights(
        IntStream.range(0, m.weights().size()).mapToObj(k -> TORCH.get("weight" + k)).toList());
    return m.compile(Compile.with(new SGD(1)).loss(Loss.meanSquaredError()));
  }

  @TestFactory
  Stream<DynamicTest> asByTorchWithDetachedStates() {
    return TestBackends.providers().stream()
        .flatMap(
            p ->
                Stream.of(0, 1, 4, 6)
                    .map(
                        every ->
                            DynamicTest.dynamicTest(
                                p.name() + " " + every, () -> check(p, every))));
  }

  private static void check(BackendProvider provider, int every) {
    for (int frames = 0; frames <= Math.min(every, 3); frames++) {
      if (frames > 0 && every % frames > 0) {
        continue;
      }
      try (Backend backend = provider.start();
          Model m = model(backend)) {
        if (every > 0) {
          m.truncate(every);
        }
        if (frames > 0) {
          m.stretch(frames);
        }
        Shape shape = TORCH.get("x").shape();
        RunPlan plan = m.plan(true, shape);
        assertEquals(every, plan.truncation(), plan.toString());
        Map<String, Tensor> before = m.weights();
        m.trainOnBatch(
            new Batch(List.of(TORCH.get("x")), List.of(TORCH.get("y")), List.of(), "torch's"));
        int k = 0;
        for (Map.Entry<String, Tensor> w : m.weights().entrySet()) {
          Tensor expected = TORCH.get("gradient" + every + "_" + k++);
          for (int i = 0; i < expected.size(); i++) {
            double got = before.get(w.getKey()).get(i) - w.getValue().get(i);
            String what = "every " + every + ", " + frames + " at a time: " + w.getKey();
            assertEquals(expected.get(i), got, CLOSE, what + " [" + i + "]");
          }
        }
      }
    }
  }

  /** Or the test above would not see whether anything is cut. */
  @Test
  void theyDiffer() {
    List<Double> most = new ArrayList<>();
    for (int every : new int[] {1, 4, 6}) {
      double largest = 0;
      for (int k = 0; k < 9; k++) {
        Tensor whole = TORCH.get("gradient0_" + k);
        Tensor cut = TORCH.get("gradient" + every + "_" + k);
        for (int i = 0; i < whole.size(); i++) {
          largest = Math.max(largest, Math.abs(whole.get(i) - cut.get(i)));
        }
      }
      most.add(largest);
    }
    assertTrue(most.stream().allMatch(d -> d > 100 * CLOSE), most.toString());
  }

  @Test
  void whatCannotBeCutIsRefused() {
    Symbol v = Input.named("x", Input.ANY, 5);
    Symbol x = new Bidirectional(new LSTM(2).returnSequences(true)).named("both").apply(v);
    Shape shape = Shape.of(1, FRAMES, 5);
    try (Model m = Model.of(v, new Dense(1).apply(x)).backend("reference")) {
      m.compile(Compile.with(new SGD(1)).loss(Loss.meanSquaredError())).truncate(4);
      String said =
          assertThrows(IllegalArgumentException.class, () -> m.plan(true, shape)).getMessage();
      assertTrue(said.contains("truncate=4") && said.contains("both"), said);
      m.truncate(FRAMES).plan(true, shape); // no border among so many frames
    }
    try (Model m = Model.of(v, new Dense(1).apply(new LSTM(2).returnSequences(true).apply(v)))) {
      m.backend("reference").compile(Compile.with(new SGD(1)).loss(Loss.meanSquaredError()));
      m.truncate(4).stretch(3);
      String said =
          assertThrows(IllegalArgumentException.class, () -> m.plan(true, shape)).getMessage();
      assertTrue(said.contains("stretch=3") && said.contains("divisor of 4"), said);
    }
  }

  /** No border lies among the frames, so that nothing is cut and nothing need be cuttable. */
  @Test
  void asManyFramesAsThereAreCutNothing() {
    Symbol v = Input.named("x", Input.ANY, 5);
    for (Symbol x :
        List.of(
            new LSTM(2).returnSequences(true).apply(v),
            new Bidirectional(new LSTM(2).returnSequences(true)).apply(v))) {
      try (Model m = Model.of(v, new Dense(1).apply(x)).backend("reference")) {
        m.compile(Compile.with(new SGD(1)).loss(Loss.meanSquaredError())).truncate(FRAMES);
        Shape shape = Shape.of(1, FRAMES, 5);
        RunPlan plan = m.plan(true, shape);
        assertFalse(plan.isStretched(), plan.toString());
        assertEquals(0, plan.truncation());
        Tensor y = Tensor.zeros(DType.FLOAT32, shape.with(2, 1));
        m.trainOnBatch(
            new Batch(List.of(Tensor.zeros(DType.FLOAT32, shape)), List.of(y), List.of(), "zeros"));
      }
    }
  }

  @Test
  void aModelWithNothingFrameByFrameIsRefused() {
    Symbol v = Input.named("x", FRAMES, 5);
    try (Model m = Model.of(v, new Dense(1).apply(new Flatten().apply(v))).backend("reference")) {
      m.compile(Compile.with(new SGD(1)).loss(Loss.meanSquaredError())).truncate(4);
      Shape shape = Shape.of(1, FRAMES, 5);
      String said =
          assertThrows(IllegalArgumentException.class, () -> m.plan(true, shape)).getMessage();
      assertTrue(said.contains("nothing to be run frame by frame"), said);
    }
  }

  /** What is normalised is made again for want of memory, the gradients are those without. */
  @Test
  void isCutWhereThingsAreMadeAgain() {
    Symbol v = Input.named("x", Input.ANY, 8, 8, 1);
    Symbol x = new BatchNormalization().apply(memory(6).apply(v));
    Symbol y = new TimeDistributed(new Flatten()).apply(new MaxPooling3D(1, 4, 4).apply(x));
    Shape shape = Shape.of(1, FRAMES, 8, 8, 1);
    List<Map<String, Tensor>> all = new ArrayList<>();
    Tensor video = Tensor.zeros(DType.FLOAT32, shape);
    for (int i = 0; i < video.size(); i++) {
      video.set(i, Math.sin(i));
    }
    for (boolean again : new boolean[] {false, true}) {
      try (Model m = Model.of(v, new Dense(1).apply(y)).seed(3).backend("reference")) {
        m.compile(Compile.with(new SGD(1)).loss(Loss.meanSquaredError())).truncate(4);
        if (again) {
          m.memory(m.memory(1).plan(true, shape).smallest());
        }
        RunPlan plan = m.plan(true, shape);
        assertEquals(again, plan.again(), plan.toString());
        assertEquals(4, plan.truncation(), plan.toString());
        Tensor target = Tensor.zeros(DType.FLOAT32, Shape.of(1, FRAMES, 1));
        m.trainOnBatch(new Batch(List.of(video), List.of(target), List.of(), "sines"));
        all.add(m.weights());
      }
    }
    all.get(0)
        .forEach(
            (name, t) -> {
              for (int i = 0; i < t.size(); i++) {
                assertEquals(t.get(i), all.get(1).get(name).get(i), CLOSE, name);
              }
            });
  }

  /** Its steps are ops of their own, of which none looks like a recurrence. */
  @Test
  void aCellOfOnesOwnBesideALayerThatCanBeCutIsRefused() {
    Symbol v = Input.named("x", FRAMES, 5);
    Symbol step = Input.shape(5);
    Symbol before = Input.shape(2);
    Symbol h = new Dense(2).apply(new Concatenate().apply(step, before));
    Symbol own =
        new RNN(NestedModel.of(Network.of(List.of(step, before), List.of(h, h))))
            .named("own")
            .apply(v);
    Symbol lstm = new LSTM(2).returnSequences(true).apply(v);
    try (Model m = Model.of(v, new Dense(1).apply(lstm), own).backend("reference")) {
      m.compile(Compile.with(new SGD(1)).loss(Loss.meanSquaredError())).truncate(4);
      Shape shape = Shape.of(1, FRAMES, 5);
      String said =
          assertThrows(IllegalArgumentException.class, () -> m.plan(true, shape)).getMessage();
      assertTrue(said.contains("truncate=4") && said.contains("at once: own"), said);
    }
  }
}
