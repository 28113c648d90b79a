package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.data.Batch;
import convlstm4j.data.Frames;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What runs in stretches take of the Java heap, and that garbage is collected between stretches.
 */
class StretchesHeapTest {
  private static final Shape VIDEO = Shape.of(2, 9, 4, 5, 1);

  private static ConvLSTM2D memory() {
    return new ConvLSTM2D(2, 3).padding(Padding.SAME).returnSequences(true);
  }

  /** Bytes of frames for one at a time: elements of the file's and of the model's type. */
  private static long framesBytes(Symbol video, Symbol out) {
    try (Backend backend = new ReferenceBackend();
        Model model = Model.of(video, out)) {
      Pass pass = Pass.of(Pass.Kind.PREDICT, model.network(), null, List.of(VIDEO));
      Stretches s = new Stretches(pass, backend, DType.FLOAT32, 0);
      assertTrue(s.isPossible());
      return s.heapBytes(1) - 2 * s.resultBytes();
    }
  }

  @Test
  void aVideoThatALayerReadsAtOnceIsCountedWhole() {
    Symbol v = Input.named("video", Input.ANY, 4, 5, 1);
    Symbol first = new Bidirectional(memory()).apply(v);
    assertEquals(VIDEO.elements() * 5, framesBytes(v, memory().apply(first)));
  }

  @Test
  void oneReadInStretchesByItsFrames() {
    Symbol v = Input.named("video", Input.ANY, 4, 5, 1);
    Symbol last = new Bidirectional(memory()).apply(memory().apply(v));
    assertEquals(VIDEO.elements() / VIDEO.dim(1) * 5, framesBytes(v, last));
  }

  /** Frames so large that a run is not a small one. */
  private static final Shape LARGE = Shape.of(1, 6, 2100, 2100, 1);

  private static final int MIB = 1 << 20;

  private static Model ofLarge() {
    Symbol v = Input.named("video", Input.ANY, LARGE.dim(2), LARGE.dim(3), 1);
    Symbol means = new TimeDistributed(new GlobalAveragePooling2D()).apply(v);
    return Model.of(v, new LSTM(1).returnSequences(true).apply(means))
        .backend("reference")
        .stretch(1);
  }

  /** How often the whole heap was collected; a young generation alone is another collector's. */
  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .filter(b -> !b.getName().matches(".*(Young|Copy|Scavenge|Concurrent|Pauses).*"))
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  @Test
  void aPredictionLooksAtTheHeapAtEachRead() {
    List<byte[]> held = new ArrayList<>();
    Frames frames =
        new Frames() {
          @Override
          public Shape shape() {
            return LARGE;
          }

          @Override
          public Tensor read(long from, long to) {
            held.add(new byte[40 * MIB]);
            return Tensor.zeros(DType.FLOAT32, LARGE.with(1, to - from));
          }
        };
    try (Model model = ofLarge()) {
      long before = collections();
      model.predict(List.of(frames));
      assertEquals(LARGE.dim(1), held.size());
      assertTrue(collections() - before >= 3, before + ", then " + collections());
    }
  }

  @Test
  void aTrainingStepLooksAtTheHeapAtEachStretch() {
    List<byte[]> held = new ArrayList<>();
    Callback holding =
        new Callback() {
          @Override
          public void onStretch(Run run, Stretch stretch) {
            if (held.size() < LARGE.dim(1)) {
              held.add(new byte[40 * MIB]);
            }
          }
        };
    Tensor video = Tensor.ofPixels(new byte[(int) LARGE.elements()], LARGE);
    Tensor target = Tensor.zeros(DType.FLOAT32, Shape.of(1, LARGE.dim(1), 1));
    try (Model model = ofLarge()) {
      model.compile(Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError()));
      long before = collections();
      Batch batch = new Batch(List.of(video), List.of(target), List.of(), "large frames");
      model.fit(InMemoryDataset.of(batch), Fit.epochs(1).callbacks(holding));
      assertEquals(LARGE.dim(1), held.size());
      assertTrue(collections() - before >= 3, before + ", then " + collections());
    }
  }
}
