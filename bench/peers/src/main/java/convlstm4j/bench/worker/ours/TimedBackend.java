package convlstm4j.bench.worker.ours;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.ForwardingBackend;
import convlstm4j.backend.ForwardingPlan;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Recording;
import convlstm4j.op.Op;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A backend whose plans are watched: how long each kind of op takes. */
final class TimedBackend extends ForwardingBackend {
  private final Map<String, Double> ns = new TreeMap<>();
  private final Buffer end;

  TimedBackend(Backend backend) {
    super(backend);
    this.end = backend.memory().allocate(DType.FLOAT32, Shape.of(1));
  }

  /**
   * How long each kind of op took so far.
   *
   * @param backend any backend
   * @return kind to nanoseconds; empty unless the backend is a timed one
   */
  static Map<String, Double> shares(Backend backend) {
    return backend instanceof TimedBackend timed ? timed.ns : Map.of();
  }

  @Override
  public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
    return new TimedPlan(op.opName(), super.plan(op, inputs, dtype, mode));
  }

  /** Nothing is recorded: each op is to be seen. */
  @Override
  public Recording recording(Consumer<List<Philox>> work) {
    return Recording.none(work);
  }

  /** Its owner closes the backend behind it. */
  @Override
  public void close() {}

  private void timed(String op, Runnable work) {
    long start = System.nanoTime();
    work.run();
    memory().download(end); // a GPU is still at it; a copy to the host waits
    ns.merge(op, (double) (System.nanoTime() - start), Double::sum);
  }

  private final class TimedPlan extends ForwardingPlan {
    private final String op;

    TimedPlan(String op, Plan plan) {
      super(plan);
      this.op = op;
    }

    @Override
    public void forward(Forward call) {
      timed(op, () -> super.forward(call));
    }

    @Override
    public void backward(Backward call) {
      timed(op, () -> super.backward(call));
    }
  }
}
