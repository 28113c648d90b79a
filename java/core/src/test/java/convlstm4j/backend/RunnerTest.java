package convlstm4j.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.op.Conv;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunnerTest {
  private static final List<Integer> ONE = List.of(1, 1);
  private static final Conv OP =
      new Conv(
          1, new Window(List.of(1, 2), ONE, ONE, Padding.VALID, DataFormat.CHANNELS_LAST), false);
  private static final List<Shape> SHAPES = List.of(Shape.of(1, 1, 3, 1), Shape.of(1, 2, 1, 1));

  private final ReferenceBackend backend = new ReferenceBackend();
  private final Runner runner = new Runner(backend, DType.FLOAT64);
  private final List<Buffer> buffers = new ArrayList<>();

  private Buffer buffer(Shape shape, double... values) {
    Buffer b = runner.allocate(shape);
    if (values.length > 0) {
      runner.memory().upload(Tensor.of(values, shape), b);
    }
    buffers.add(b);
    return b;
  }

  @AfterEach
  void close() {
    Closing.all(buffers);
    assertEquals(0, backend.memory().liveBytes());
    backend.close();
  }

  @Test
  void workspaceIsThereForTheTimeOfTheCall() {
    Buffer x = buffer(SHAPES.get(0), 1, 2, 4);
    Buffer w = buffer(SHAPES.get(1), 10, 100);
    Buffer y = buffer(Shape.of(1, 1, 2, 1));
    long before = backend.memory().liveBytes();
    try (Plan plan = runner.plan(OP, SHAPES)) {
      assertTrue(plan.workspaceBytes() > 0);
      runner.run(plan, List.of(x, w), List.of(y));
    }
    assertEquals(before, backend.memory().liveBytes());
    assertArrayEquals(new double[] {210, 420}, runner.memory().download(y).doubles());
  }

  @Test
  void workspaceIsGivenBackAfterAFailure() {
    Plan plan = runner.plan(OP, SHAPES);
    plan.close();
    assertThrows(IllegalStateException.class, () -> runner.run(plan, List.of(), List.of()));
  }

  @Test
  void wrongShapesAreRefused() {
    assertThrows(ShapeException.class, () -> runner.plan(OP, List.of(SHAPES.get(0), Shape.of(2))));
  }
}
