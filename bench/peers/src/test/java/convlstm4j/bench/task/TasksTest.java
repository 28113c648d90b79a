package convlstm4j.bench.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.bench.BenchShape;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The tasks as workers in any language see them. */
class TasksTest {
  @Test
  void surviveJson() throws IOException {
    List<String> names = new ArrayList<>(Tasks.standard());
    names.add(Tasks.TINY);
    for (String name : names) {
      Task task = Tasks.named(name);
      Task read = Task.fromJson(JSON.std.mapFrom(JSON.std.asString(task.toJson())));
      assertEquals(task, read);
      assertEquals(List.copyOf(task.weights().keySet()), List.copyOf(read.weights().keySet()));
    }
  }

  @Test
  void layersAreThoseOfTheMicroBenchmarks() {
    for (BenchShape s : BenchShape.values()) {
      String name = s == BenchShape.SMALL ? s.name().toLowerCase(Locale.ROOT) : s.name();
      assertEquals((double) s.forwardFlops(), Tasks.named(name).forwardFlops(), name);
      assertEquals(
          List.copyOf(s.inputs().subList(3, 6)), List.copyOf(Tasks.named(name).weights().values()));
    }
  }

  @Test
  void weightsOfTheNetworkAreNamedByTheirPlace() {
    Task demo = Tasks.named(Tasks.DEMO);
    List<String> names = List.copyOf(demo.weights().keySet());
    assertEquals(
        List.of("stage0.kernel", "stage0.recurrent_kernel", "stage0.bias", "stage0.gamma"),
        names.subList(0, 4));
    assertTrue(
        names.containsAll(
            List.of("stage1.moving_variance", "genre0.dense0.kernel", "genre5.dense2.bias")),
        names.toString());
    Shape branch = demo.weights().get("genre3.recurrent_kernel");
    assertEquals(4 * branch.dim(2), branch.dim(3));
    assertEquals(6, demo.outputs().size());
  }

  @Test
  void refusesUnknownNames() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Tasks.named("S9"));
    assertTrue(e.getMessage().startsWith("shape \"S9\" is unknown"), e.getMessage());
  }
}
