package convlstm4j.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import convlstm4j.tensor.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpdatesTest {
  /** Linear work is done in a moment; what is quadratic takes hours. */
  @Test
  void shapesOfManyWeightsAreCheckedInOneWalk() {
    int count = 100_000;
    for (Op op :
        List.of(
            new AdamUpdate(0.9, 0.999, 1e-7, 0, count),
            new SgdUpdate(0.9, false, 0, count),
            new RmspropUpdate(0.9, 0, 1e-7, false, 0, count))) {
      int inputs = op.inputNames().size();
      List<Shape> shapes = new ArrayList<>(Collections.nCopies(inputs, Shape.of(3)));
      shapes.set(op.input("rate"), Shape.of(op instanceof SgdUpdate ? 1 : 2));
      shapes.set(op.input("guard"), Shape.of(1));
      List<Shape> out =
          assertTimeoutPreemptively(Duration.ofMinutes(1), () -> op.outputShapes(shapes));
      assertEquals(Collections.nCopies(op.outputNames().size(), Shape.of(3)), out);
    }
  }
}
