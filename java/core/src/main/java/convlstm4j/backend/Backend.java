package convlstm4j.backend;

import convlstm4j.op.Op;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * One way to compute ops: see {@link Backends} for those that are there. Not safe for use by
 * several threads at once.
 */
public interface Backend extends AutoCloseable {
  /** What a plan is for. */
  enum Mode {
    /** Forward only; nothing is kept. */
    INFERENCE,
    /** Forward, then backward. */
    TRAINING
  }

  /**
   * The name by which the backend is asked for.
   *
   * @return for instance {@code reference}
   */
  String name();

  /**
   * The device and library behind it, for people.
   *
   * @return one line
   */
  String description();

  /**
   * Whether it computes in an element type.
   *
   * @param dtype a type
   * @return whether plans and buffers of that type can be had
   */
  default boolean supports(DType dtype) {
    return true;
  }

  /**
   * Prepares an op for fixed shapes.
   *
   * @param op what to compute
   * @param inputs known shapes that the op has accepted
   * @param dtype element type of all buffers
   * @param mode whether backward follows
   * @return a plan that the caller closes
   * @throws BackendException if this backend cannot compute it
   */
  Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode);

  /**
   * The memory that this backend's plans work on.
   *
   * @return always the same object
   */
  Memory memory();

  @Override
  void close();
}
