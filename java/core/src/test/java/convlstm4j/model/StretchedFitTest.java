package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.BackendException;
import convlstm4j.data.Batch;
import convlstm4j.data.BatchStream;
import convlstm4j.data.Dataset;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Input;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A fit whose steps run in stretches: progress in a step, a stop in it, what does not fit. */
class StretchedFitTest {
  private static final Shape VIDEO = Shape.of(1, 9, 8, 8, 1);

  private static Model model() {
    Symbol v = Input.named("x", Input.ANY, 8, 8, 1);
    Symbol x = new BatchNormalization().apply(new ConvLSTM2D(2, 3).returnSequences(true).apply(v));
    x = new ConvLSTM2D(1, 3).returnSequences(true).apply(x);
    Model m = Model.of(List.of(v), List.of(x)).backend("reference");
    return m.compile(Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError()));
  }

  private static InMemoryDataset data() {
    Tensor x = Tensor.zeros(DType.FLOAT32, VIDEO);
    for (int i = 0; i < x.size(); i++) {
      x.set(i, Math.sin(i));
    }
    Tensor y = Tensor.zeros(DType.FLOAT32, Shape.of(1, 9, 4, 4, 1));
    return InMemoryDataset.of(new Batch(List.of(x), List.of(y), List.of(), "a video"));
  }

  private static final class Seen implements Callback {
    private final List<String> stretches = new ArrayList<>();
    private int stopAt = -1;

    @Override
    public void onStretch(Run run, Stretch stretch) {
      if (stretches.size() == stopAt) {
        run.model().requestStop();
      }
      stretches.add(stretch.toString());
    }
  }

  private static boolean isSame(Tensor a, Tensor b) {
    return Arrays.equals(a.floats(), b.floats());
  }

  @Test
  void tellsHowFarAStepHasCome() {
    try (Model m = model().stretch(4)) {
      Seen seen = new Seen();
      m.fit(data(), Fit.epochs(1).callbacks(seen));
      assertEquals(1, m.progress().step());
      assertTrue(seen.stretches.contains("forward, phase 2/6, frames 5-8/9"), seen.stretches + "");
      assertTrue(seen.stretches.contains("backward, phase 2/6, frames 9-9/9"), seen.stretches + "");
      List<String> lines = new ArrayList<>();
      m.fit(data(), Fit.epochs(2).callbacks(new ProgressLog(lines::add).every(0)));
      assertTrue(lines.get(0).startsWith("epoch 2/2, batch 1: forward, phase 1/6"), lines.get(0));
    }
  }

  @Test
  void aStopInAStepLeavesAllAsItWas() {
    try (Model m = model().stretch(2)) {
      Map<String, Tensor> before = m.weights();
      for (int stop : new int[] {0, 5, 20}) {
        Seen seen = new Seen();
        seen.stopAt = stop;
        m.fit(data(), Fit.epochs(1).callbacks(seen));
        assertEquals(stop + 1, seen.stretches.size());
        assertEquals(0, m.progress().step());
        before.forEach((name, t) -> assertTrue(isSame(t, m.weights().get(name)), name));
      }
      m.fit(data(), Fit.epochs(1));
      assertEquals(1, m.progress().step());
    }
  }

  private static final Shape LONG = Shape.of(1, 60, 24, 24, 3);

  private static Model longModel() {
    Symbol v = Input.named("x", Input.ANY, 24, 24, 3);
    Symbol x = new ConvLSTM2D(1, 3).returnSequences(true).apply(v);
    Model m = Model.of(List.of(v), List.of(x)).backend("reference");
    return m.compile(Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError()));
  }

  /** Stretches of a step on a video; empty if it ran at once. */
  private static List<String> steps(Model m, Tensor video) {
    Tensor y = Tensor.zeros(DType.FLOAT32, Shape.of(1, 60, 22, 22, 1));
    Seen seen = new Seen();
    Batch batch = new Batch(List.of(video), List.of(y), List.of(), "a video");
    Dataset one =
        new Dataset() {
          @Override
          public int batches() {
            return 1;
          }

          @Override
          public BatchStream open(long epoch, int firstBatch) {
            return BatchStream.of(List.of(batch).iterator());
          }
        };
    m.fit(one, Fit.moreEpochs(1).callbacks(seen));
    return seen.stretches;
  }

  @Test
  void whereTheInputsAreIsCounted() {
    byte[] pixels = new byte[(int) LONG.elements()];
    Tensor files =
        Tensor.ofPixels((from, target) -> target.put(pixels, from, target.remaining()), LONG);
    Tensor onHeap = Tensor.ofPixels(pixels, LONG);
    Tensor numbers = Tensor.zeros(DType.FLOAT32, LONG);
    assertEquals(0, files.heapBytes());
    assertEquals(LONG.elements(), onHeap.heapBytes());
    assertEquals(4 * LONG.elements(), numbers.heapBytes());
    assertEquals(8 * LONG.elements(), numbers.cast(DType.FLOAT64).heapBytes());
    try (Model m = longModel()) {
      RunPlan inFiles = m.planTraining(InputPlace.FILES, LONG);
      RunPlan asPixels = m.planTraining(InputPlace.PIXELS, LONG);
      RunPlan asNumbers = m.planTraining(InputPlace.NUMBERS, LONG);
      assertEquals(LONG.elements(), asPixels.total() - inFiles.total());
      assertEquals(4 * LONG.elements(), asNumbers.total() - inFiles.total());
      assertEquals(asNumbers.total(), m.plan(true, LONG).total());
      long slack = 16 << 10;
      assertEquals(List.of(), steps(m.memory(inFiles.total() + slack), files));
      m.memory(inFiles.total() + slack); // plans anew
      assertTrue(!steps(m, onHeap).isEmpty(), "pixels on the heap are counted");
      assertEquals(List.of(), steps(m.memory(asPixels.total() + slack), onHeap));
      m.memory(asPixels.total() + slack);
      assertTrue(!steps(m, numbers).isEmpty(), "numbers are counted");
      long smallest = m.memory(1).planTraining(InputPlace.FILES, LONG).smallest();
      assertEquals(
          4 * LONG.elements(), m.planTraining(InputPlace.NUMBERS, LONG).smallest() - smallest);
      m.memory(smallest + slack);
      assertTrue(!steps(m, files).isEmpty());
      m.memory(smallest + slack);
      assertThrows(BackendException.class, () -> steps(m, onHeap));
    }
  }

  @Test
  void whatFitsInNoWayIsRefusedWithTheLeastThatCan() {
    try (Model m = model().memory(Limits.java(true, 0, 0) + (16 << 10))) {
      Map<String, Tensor> before = m.weights();
      BackendException e = assertThrows(BackendException.class, () -> m.fit(data(), Fit.epochs(1)));
      assertTrue(
          e.getMessage().contains("the smallest memory that can is 0.16 GiB"), e.getMessage());
      RunPlan plan = m.plan(true, VIDEO);
      assertTrue(plan.isStretched() && plan.refusal().isPresent(), plan.toString());
      m.memory(plan.smallest() + (16 << 10)).fit(data(), Fit.epochs(1));
      assertTrue(
          before.entrySet().stream()
              .anyMatch(w -> !isSame(w.getValue(), m.weights().get(w.getKey()))));
    }
  }
}
