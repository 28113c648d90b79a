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

  /** A loss that could be trained with and saved, but not loaded, is refused where it is made. */
  @Test
  void lossesOfTooManyStepsAreRefused() {
    Term sum = Term.prediction();
    for (int i = 0; i < 70; i++) { // wide, not deep
      Term each = Term.target().times(i + 2);
      sum = i < 60 ? sum.plus(each) : sum;
    }
    Term all = sum;
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> Loss.of("wide", all.sum().times(all).mean(-1).plus(wide())))
            .getMessage();
    assertTrue(message.startsWith("loss \"wide\" has "), message);
    assertTrue(message.contains("expected at most 128; put arithmetic"), message);
    Loss fits = Loss.of("fits", all);
    assertEquals(fits, Loss.fromConfig(Config.of(fits.config().toMap())));
  }

  private static Term wide() {
    Term sum = Term.target();
    for (int i = 0; i < 20; i++) {
      sum = sum.plus(Term.prediction().times(-i - 2));
    }
    return sum;
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
  void axesAreWholeNumbers() {
    for (Object axis : List.of(0.5, List.of(0, 1.5))) {
      assertThrows(IllegalArgumentException.class, () -> Loss.dice().with("axis", axis));
    }
    assertEquals(List.of(-1), Loss.dice().with("axis", -1).options().get("axis"));
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
