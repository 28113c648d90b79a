package convlstm4j.backend;

import convlstm4j.op.Op;
import convlstm4j.option.DataFormat;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

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
   * The data format in which it convolves fastest. Every op works in either; where one is named,
   * the executor brings convolutions and what is between them into it.
   *
   * @return empty if it makes no difference
   */
  default Optional<DataFormat> preferredFormat() {
    return Optional.empty();
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
   * Prepares work that is done again and again. It may read and write buffers made before; those
   * that it makes itself it closes; and it copies nothing from or to the host.
   *
   * @param work the calls of plans and of {@link #memory()} to do; it draws from the random numbers
   *     it is given
   * @return the work, done when it is run
   */
  default Recording recording(Consumer<List<Philox>> work) {
    return Recording.none(work);
  }

  /**
   * Does some work, to measure it, and waits for it.
   *
   * @param work calls of this backend's plans
   * @return nanoseconds that the backend took for it; a device counts by its own clock
   */
  default long nanoseconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return System.nanoTime() - start;
  }

  /**
   * Chooses how exactly plans that are made from now on multiply.
   *
   * @param precision {@link ProductPrecision#FLOAT32} where none is chosen
   * @throws BackendException if this backend has no such plans
   */
  default void precision(ProductPrecision precision) {
    if (precision != ProductPrecision.FLOAT32) {
      throw new BackendException(
          name()
              + " multiplies in float32 only; leave the precision "
              + precision.name().toLowerCase(Locale.ROOT)
              + " out, or use a backend that has it: cuda");
    }
  }

  /**
   * Bounds how many threads work on a call. It is for calls that come from the thread that says so,
   * and loops in Java go on to share the common pool.
   *
   * @param most at least 1; does nothing where a backend has no threads of its own
   */
  default void threads(int most) {}

  /**
   * How often {@link #frugal} can do with less memory still.
   *
   * @return 0 for a backend whose plans have no choice
   */
  default int frugality() {
    return 0;
  }

  /**
   * Makes plans that take less workspace, and perhaps more time.
   *
   * @param level from 0, as ever, to {@link #frugality}, the least
   * @param planning calls {@link #plan}
   * @return what planning gives
   * @param <T> its type
   */
  default <T> T frugal(int level, Supplier<T> planning) {
    return planning.get();
  }

  /**
   * What somebody should know for whom this backend was chosen.
   *
   * @return one line, or empty
   */
  default Optional<String> notice() {
    return Optional.empty();
  }

  /**
   * The memory that this backend's plans work on.
   *
   * @return always the same object
   */
  Memory memory();

  /**
   * Gives back everything. Plans and buffers made before are of no more use, but may still be
   * closed; making others throws an {@link IllegalStateException}.
   */
  @Override
  void close();

  /**
   * Fails once a backend is closed.
   *
   * @param name of the backend
   * @param closed whether it is
   * @throws IllegalStateException if it is
   */
  static void checkOpen(String name, boolean closed) {
    if (closed) {
      throw new IllegalStateException(
          "the backend " + name + " is closed; start another, and close it after its last use");
    }
  }
}
