package convlstm4j.program.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AxisOrderTest {
  private static final Shape VIDEO = Shape.of(2, 3, 4, 5, 6);

  private static AxisOrder order(Integer... axes) {
    return new AxisOrder(List.of(axes));
  }

  @Test
  void movesChannels() {
    assertEquals(order(0, 1, 3, 4, 2), AxisOrder.channels(5, 2, DataFormat.CHANNELS_LAST));
    assertEquals(order(0, 1, 4, 2, 3), AxisOrder.channels(5, 2, DataFormat.CHANNELS_FIRST));
    assertEquals(order(1, 2, 0), AxisOrder.channels(3, 0, DataFormat.CHANNELS_LAST));
    assertEquals(Shape.of(2, 3, 5, 6, 4), order(0, 1, 3, 4, 2).of(VIDEO));
    assertEquals(4, order(0, 1, 3, 4, 2).position(2));
    assertTrue(order(0, 1, 2).isOwn());
  }

  @Test
  void transpositionsGoFromAnyOrderToAnyOther() {
    AxisOrder last = order(0, 1, 3, 4, 2);
    assertEquals(List.of(0, 1, 3, 4, 2), last.from(AxisOrder.own(5)));
    assertEquals(List.of(0, 1, 4, 2, 3), AxisOrder.own(5).from(last));
    assertEquals(List.of(0, 1, 2, 3, 4), last.from(last));
  }

  @Test
  void axesOfSizeOneAreAFormality() {
    AxisOrder last = order(0, 2, 3, 1);
    assertTrue(last.isSameMemory(AxisOrder.own(4), Shape.of(2, 1, 5, 6)));
    assertTrue(last.isSameMemory(AxisOrder.own(4), Shape.of(2, 7, 1, 1)));
    assertFalse(last.isSameMemory(AxisOrder.own(4), Shape.of(2, 7, 1, 6)));
  }

  @Test
  void aViewHasTheOrderOfWhatItSees() {
    AxisOrder last = order(0, 1, 3, 4, 2);
    Shape folded = Shape.of(6, 4, 5, 6);
    assertEquals(Optional.of(order(0, 2, 3, 1)), last.carry(VIDEO, folded));
    assertEquals(Optional.of(last), order(0, 2, 3, 1).carry(folded, VIDEO));
    assertEquals(Optional.empty(), last.carry(VIDEO, Shape.of(6, 120)));
    assertEquals(Optional.empty(), last.carry(VIDEO, Shape.of(2, 12, 5, 6)));
    assertEquals(Optional.of(AxisOrder.own(2)), AxisOrder.own(5).carry(VIDEO, Shape.of(6, 120)));
    // a view may split axes and see axes of size 1 anywhere
    assertEquals(Optional.of(order(1, 0)), order(2, 0, 1).carry(Shape.of(2, 3, 4), Shape.of(6, 4)));
    assertEquals(Optional.of(order(2, 0, 1)), order(1, 0).carry(Shape.of(6, 4), Shape.of(2, 3, 4)));
    assertEquals(
        Optional.of(AxisOrder.own(3)),
        order(0, 1, 4, 2, 3).carry(Shape.of(2, 3, 1, 1, 7), Shape.of(2, 3, 7)));
    assertEquals(
        Optional.of(order(0, 2, 3, 1)), last.carry(Shape.of(2, 1, 4, 5, 6), Shape.of(2, 4, 5, 6)));
  }
}
