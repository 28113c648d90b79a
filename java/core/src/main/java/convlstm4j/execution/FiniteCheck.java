package convlstm4j.execution;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Runner;
import convlstm4j.op.NotFinite;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.List;

/** Looks for NaN and infinities in arrays of fixed shapes on a backend, in all of them at once. */
public final class FiniteCheck implements AutoCloseable {
  private final Runner runner;
  private final int count;
  private final Plan plan;
  private boolean closed;

  /**
   * Plans the look.
   *
   * @param backend where the arrays are
   * @param dtype their type
   * @param shapes of the arrays, of which there is at least one
   */
  public FiniteCheck(Backend backend, DType dtype, List<Shape> shapes) {
    this.runner = new Runner(backend, dtype);
    this.count = shapes.size();
    this.plan = runner.plan(new NotFinite(count), shapes);
  }

  /**
   * Looks at arrays.
   *
   * @param arrays of the shapes given before
   * @return one number each, 0 or, where an element is not finite, infinity; the caller closes it
   */
  public Buffer look(List<Buffer> arrays) {
    checkOpen();
    Buffer bad = runner.memory().allocateUnset(runner.dtype(), Shape.of(count));
    try {
      look(arrays, bad);
      return bad;
    } catch (RuntimeException e) {
      bad.close();
      throw e;
    }
  }

  /**
   * Looks at arrays.
   *
   * @param arrays of the shapes given before
   * @param bad one number each: 0 or, where an element is not finite, infinity
   */
  public void look(List<Buffer> arrays, Buffer bad) {
    checkOpen();
    runner.run(plan, arrays, List.of(bad));
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the check is closed; make another");
    }
  }

  @Override
  public void close() {
    closed = true;
    plan.close();
  }
}
