package convlstm4j.execution;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Peak;
import convlstm4j.backend.Plan;
import convlstm4j.program.Program;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.program.layout.LayoutPass;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * A program in the data format of a backend, with a plan for each step. It allocates nothing that
 * grows with the data, so it tells what a run would cost without variables.
 */
public final class Planned implements AutoCloseable {
  final Program program;
  final Liveness live;
  final List<Plan> plans = new ArrayList<>();
  final Mode mode;
  final Backend backend;
  final DType dtype;
  private final double flops;
  private boolean closed;

  /**
   * Plans every step.
   *
   * @param program what to run
   * @param backend on what
   * @param dtype element type
   * @param mode whether backward follows forward
   * @param keep values that stay readable to the end
   * @param wanted values whose gradients stay readable to the end, trainable weights aside
   * @throws BackendException if the backend cannot compute an op
   */
  public Planned(
      Program program,
      Backend backend,
      DType dtype,
      Mode mode,
      Collection<Value> keep,
      Collection<Value> wanted) {
    this.program = LayoutPass.apply(program, backend, keep, wanted);
    this.live = new Liveness(this.program, mode, keep, wanted);
    this.mode = mode;
    this.backend = backend;
    this.dtype = dtype;
    this.flops = this.program.steps().stream().mapToDouble(Step::flops).sum();
    try {
      for (Step s : this.program.steps()) {
        List<Shape> shapes = s.inputs().stream().map(Value::shape).toList();
        named(s, () -> plans.add(backend.plan(s.op(), shapes, dtype, mode)));
      }
    } catch (RuntimeException e) {
      Closing.after(e, this);
      throw e;
    }
  }

  /**
   * The most memory that a run takes beside the variables and the feeds.
   *
   * @param differentiated what backward will start from; empty at inference
   * @return bytes of values, gradients, reserve and workspace live at once
   */
  public long peakBytes(Collection<Value> differentiated) {
    checkOpen();
    return live.peakBytes(plans, dtype.bytes(), differentiated, backend.memory().peak());
  }

  /**
   * Counts a forward run, after which the kept values are left.
   *
   * @param lasting those of the kept values that are elsewhere
   * @param keeps counts them
   */
  void countForward(Peak peak, Collection<Value> lasting, LongConsumer keeps) {
    checkOpen();
    Set<Value> roots = lasting.stream().map(Value::root).collect(Collectors.toSet());
    live.forward(plans, dtype.bytes(), roots, peak, keeps);
    long workspace = Liveness.workspace(plans, dtype.bytes());
    if (workspace > 0) {
      peak.remove(workspace);
    }
  }

  /** Counts a forward pass of a training run, of which all is left. */
  void countTrainingForward(Peak peak) {
    checkOpen();
    live.forward(plans, dtype.bytes(), peak);
  }

  /**
   * Counts the backward pass after that, with gradients that are given, and the release of all.
   *
   * @param differentiated what it starts from
   * @return how many ops that starts
   */
  long countTrainingBackward(Collection<Value> differentiated, Peak peak) {
    checkOpen();
    long ops = live.backward(plans, dtype.bytes(), differentiated, true, peak);
    live.release(plans, dtype.bytes(), true, peak);
    return ops;
  }

  /**
   * How many ops a run starts.
   *
   * @param differentiated what backward will start from; empty at inference
   * @return those of forward and backward
   */
  public long ops(Collection<Value> differentiated) {
    checkOpen();
    return forwardOps() + live.backward(plans, dtype.bytes(), differentiated, false, Peak.ofLive());
  }

  /** Those of a forward pass. */
  long forwardOps() {
    return plans.size();
  }

  /** About how many additions and multiplications a forward pass takes. */
  double flops() {
    return flops;
  }

  /** Adds to the message of a failure whose work it was. */
  static void named(Step s, Runnable work) {
    try {
      work.run();
    } catch (BackendException e) {
      String layer = s.layer().isEmpty() ? "" : "layer \"" + s.layer() + "\", ";
      throw new BackendException(layer + "op " + s.op().opName() + ": " + e.getMessage(), e);
    }
  }

  /** A plan that is closed has given back what its native code works with. */
  void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          "the program's plans are closed; plan it anew, and close it after its last run");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    Closing.all(plans);
  }
}
