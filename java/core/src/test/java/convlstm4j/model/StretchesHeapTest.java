package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Input;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a prediction in stretches takes of the Java heap. */
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
      Stretches s = new Stretches(pass, backend, DType.FLOAT32);
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
}
