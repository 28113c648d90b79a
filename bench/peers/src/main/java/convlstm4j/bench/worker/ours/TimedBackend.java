package convlstm4j.bench.worker.ours;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.op.Op;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A backend whose plans are watched: how long each kind of op takes. */
final class TimedBackend implements Backend {
  private final Backend backend;
  private final Map<String, Double> ns = new TreeMap<>();
  private final Buffer end;

  TimedBackend(Backend backend) {
    this.backend = backend;
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
  public String name() {
    return backend.name();
  }

  @Override
  public String description() {
    return backend.description();
  }

  @Override
  public Optional<DataFormat> preferredFormat() {
    return backend.preferredFormat();
  }

  @Override
  public Memory memory() {
    return backend.memory();
  }

  @Override
  public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
    return new TimedPlan(op.opName(), backend.plan(op, inputs, dtype, mode));
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

  private final class TimedPlan implements Plan {
    private final String op;
    private final Plan plan;

    TimedPlan(String op, Plan plan) {
      this.op = op;
      this.plan = plan;
    }

    @Override
    public long workspaceBytes() {
      return plan.workspaceBytes();
    }

    @Override
    public long reserveBytes() {
      return plan.reserveBytes();
    }

    @Override
    public String algorithm() {
      return plan.algorithm();
    }

    @Override
    public void forward(Forward call) {
      timed(op, () -> plan.forward(call));
    }

    @Override
    public void backward(Backward call) {
      timed(op, () -> plan.backward(call));
    }

    @Override
    public void close() {
      plan.close();
    }
  }
}
