package convlstm4j.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.op.ShapeException;
import convlstm4j.option.Config;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossTest {
  private static final List<Loss> ALL =
      List.of(
          Loss.binaryCrossentropy(),
          Loss.binaryCrossentropy().fromLogits().labelSmoothing(0.1),
          Loss.categoricalCrossentropy().labelSmoothing(0.2),
          Loss.sparseCategoricalCrossentropy().fromLogits(),
          Loss.meanSquaredError(),
          Loss.meanAbsoluteError(),
          Loss.huber(0.7));

  @Test
  void configGoesThereAndBack() {
    for (Loss l : ALL) {
      assertEquals(l, Loss.fromConfig(Config.of(l.config().toMap())));
    }
    assertEquals("BinaryCrossentropy", Loss.binaryCrossentropy().config().className());
    assertThrows(IllegalArgumentException.class, () -> Loss.fromConfig(Config.of("Circle")));
  }

  @Test
  void hasKerasNames() {
    assertEquals(Loss.meanSquaredError(), Loss.ofName("mse"));
    assertEquals(Loss.meanAbsoluteError(), Loss.ofName("mean_absolute_error"));
    assertEquals(Loss.binaryCrossentropy(), Loss.ofName("binary_crossentropy"));
    assertEquals(Loss.huber(1), Loss.ofName("huber"));
    assertThrows(IllegalArgumentException.class, () -> Loss.ofName("circle"));
  }

  @Test
  void refusesOptionsOfOtherLosses() {
    assertThrows(IllegalArgumentException.class, () -> Loss.meanSquaredError().fromLogits());
    assertThrows(
        IllegalArgumentException.class,
        () -> Loss.sparseCategoricalCrossentropy().labelSmoothing(0.1));
  }

  @Test
  void bringsTargetsIntoShape() {
    Shape p = Shape.of(2, 3, 1);
    Tensor full = Tensor.of(new float[6], 2, 3, 1);
    assertSame(full, Loss.binaryCrossentropy().target(full, p, "y"));
    Tensor flat = Tensor.of(new float[6], 2, 3);
    assertEquals(p, Loss.binaryCrossentropy().target(flat, p, "y").shape());
    Shape classes = Shape.of(2, 3, 4);
    assertEquals(p, Loss.sparseCategoricalCrossentropy().target(flat, classes, "y").shape());
    ShapeException e =
        assertThrows(
            ShapeException.class,
            () -> Loss.categoricalCrossentropy().target(flat, classes, "genre"));
    assertTrue(
        e.getMessage().contains("\"genre\"")
            && e.getMessage().contains("[2, 3]")
            && e.getMessage().contains("[2, 3, 4]"),
        e.getMessage());
  }
}
