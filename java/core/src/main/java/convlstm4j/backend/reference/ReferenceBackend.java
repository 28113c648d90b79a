package convlstm4j.backend.reference;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.backend.PlanFrame;
import convlstm4j.backend.reference.heap.HeapMemory;
import convlstm4j.op.Op;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * Plain Java loops, float32 and float64: the specification of every op. Runs on all cores; results
 * do not depend on how many.
 */
public final class ReferenceBackend implements Backend {
  /** The backend's name. */
  public static final String NAME = "reference";

  private final HeapMemory memory = new HeapMemory();

  /** Starts the backend. */
  public ReferenceBackend() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "plain Java "
        + Runtime.version().feature()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " threads";
  }

  @Override
  public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
    memory.checkOpen();
    return PlanFrame.make(
        NAME,
        op,
        inputs,
        () ->
            dtype == DType.FLOAT32
                ? convlstm4j.backend.reference.f32.Kernels.plan(op, inputs, mode)
                : convlstm4j.backend.reference.f64.Kernels.plan(op, inputs, mode));
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public void close() {
    memory.close();
  }
}
