package convlstm4j.execution;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Runner;
import convlstm4j.op.Assign;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stores states and statistics, unless a number is not finite: then they keep their values. */
final class GuardedStore implements AutoCloseable {
  private final Runner runner;
  private @Nullable Plan assign;

  GuardedStore(Runner runner) {
    this.runner = runner;
  }

  /**
   * Stores values.
   *
   * @param guard one number
   * @param old where they go, the same in every call
   * @param changes what goes there
   */
  void put(Buffer guard, List<Buffer> old, List<Buffer> changes) {
    if (old.isEmpty()) {
      return;
    }
    if (assign == null) {
      List<Shape> shapes = new ArrayList<>(List.of(guard.shape()));
      old.forEach(b -> shapes.add(b.shape()));
      old.forEach(b -> shapes.add(b.shape()));
      assign = runner.plan(new Assign(old.size()), shapes);
    }
    List<Buffer> inputs = new ArrayList<>(List.of(guard));
    inputs.addAll(old);
    inputs.addAll(changes);
    runner.run(assign, inputs, old);
  }

  @Override
  public void close() {
    if (assign != null) {
      assign.close();
      assign = null;
    }
  }
}
