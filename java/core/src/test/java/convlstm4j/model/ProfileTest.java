package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.execution.Profile;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the time goes, layer by layer. */
class ProfileTest {
  @Test
  void namesEveryLayerThatRan() {
    Profile profile = new Profile();
    assertEquals(List.of(), profile.lines());
    Symbol x = Input.shape(3, 5, 5, 1);
    Symbol y = new Flatten().apply(new ConvLSTM2D(2, 3).named("memory").apply(x));
    try (Model model = Model.of(x, y)) {
      model.backend("reference").profile(profile);
      model.compile(new SGD(0.1), Loss.meanSquaredError());
      Tensor frames = Tensor.zeros(DType.FLOAT32, Shape.of(2, 3, 5, 5, 1));
      model.predict(frames);
      Profile.Line forward = memory(profile);
      assertEquals(1, forward.calls());
      assertEquals(0, forward.backwardMillis());
      long targets = model.network().outputs().get(0).shape().dim(1);
      model.trainOnBatch(Batch.of(frames, Tensor.zeros(DType.FLOAT32, Shape.of(2, targets))));
      Profile.Line both = memory(profile);
      assertEquals(2, both.calls());
      assertTrue(both.backwardMillis() > 0 && both.forwardMillis() > forward.forwardMillis());
      assertTrue(profile.text().contains("memory"), profile.text());
      assertThrows(IllegalStateException.class, () -> model.profile(null));
    }
  }

  private static Profile.Line memory(Profile profile) {
    return profile.lines().stream()
        .filter(l -> l.layer().equals("memory") && l.op().equals("ConvLstm2d"))
        .findFirst()
        .orElseThrow();
  }
}
