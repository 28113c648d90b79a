package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory;
import convlstm4j.execution.FiniteCheck;
import convlstm4j.execution.Scalars;
import convlstm4j.optim.Updater;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The end of a training step: looks at all its numbers, then updates and stores unless one of them
 * is not finite. Whether they are is decided on the backend; nothing is read back in between.
 */
final class GuardedUpdate implements AutoCloseable {
  private final Updater updater;
  private final Memory memory;
  private final DType dtype;
  private final Scalars scalars;

  /** Looks at gradients and at what the step would store; null where there is neither. */
  private final @Nullable FiniteCheck check;

  /** Makes the guard of the numbers. */
  private final FiniteCheck last;

  private final List<Buffer> owned = new ArrayList<>();
  private final Buffer rates;
  private final Buffer guard;

  /** Losses and penalties, then what the looks have found, as {@link #numbers} says. */
  private final Buffer numbers;

  /**
   * Plans it.
   *
   * @param terms how many losses and penalties there are
   * @param stored what a step stores
   */
  GuardedUpdate(
      Backend backend,
      DType dtype,
      Updater updater,
      List<Parameter> trainable,
      int terms,
      List<Buffer> stored) {
    this.updater = updater;
    this.memory = backend.memory();
    this.dtype = dtype;
    this.scalars = new Scalars(backend, dtype);
    List<Shape> looked = new ArrayList<>();
    trainable.forEach(p -> looked.add(p.shape()));
    stored.forEach(b -> looked.add(b.shape()));
    Shape all = Shape.of((long) terms + looked.size() + trainable.size());
    this.last = new FiniteCheck(backend, dtype, List.of(all));
    FiniteCheck first = null;
    try {
      first = looked.isEmpty() ? null : new FiniteCheck(backend, dtype, looked);
      this.check = first;
      this.rates = allocate(updater.rates(0, 0).shape());
      this.guard = allocate(Shape.of(1));
      this.numbers = allocate(all);
    } catch (RuntimeException e) {
      Closing.after(e, first, last, scalars, this::release);
      throw e;
    }
  }

  private Buffer allocate(Shape shape) {
    Buffer b = memory.allocatePermanent(dtype, shape);
    owned.add(b);
    return b;
  }

  /**
   * Says how far the next step goes.
   *
   * @param rate learning rate
   * @param step number of updates done before, from 0
   */
  void rate(double rate, long step) {
    memory.upload(updater.rates(rate, step), rates);
  }

  /**
   * Ends a step.
   *
   * @param terms losses and penalties
   * @param gradients one per trainable weight; may be changed
   * @param changes what the step stores
   * @param commit stores it unless the number that it is given is not finite
   */
  void run(
      List<Buffer> terms, List<Buffer> gradients, List<Buffer> changes, Consumer<Buffer> commit) {
    List<Buffer> checks = new ArrayList<>();
    try {
      if (check != null) {
        List<Buffer> looked = new ArrayList<>(gradients);
        looked.addAll(changes);
        checks.add(check.look(looked));
      }
      List<Buffer> due = gradients;
      if (!gradients.isEmpty()) {
        due = updater.due(gradients, rates);
        checks.add(updater.tryOut(gradients, due, rates));
      }
      List<Buffer> all = new ArrayList<>(terms);
      all.addAll(checks);
      scalars.gather(all, numbers);
      last.look(List.of(numbers), guard);
      updater.update(gradients, due, rates, guard);
      commit.accept(guard);
    } finally {
      checks.forEach(Buffer::close);
    }
  }

  /**
   * What the last step has found.
   *
   * @return losses and penalties; then one number per trainable weight that is not finite if its
   *     gradient is not; then one per state and statistic that is not finite if what would be
   *     stored is not; then one per trainable weight that is not finite if it would not be after
   *     the update; waits for the step
   */
  Supplier<double[]> numbers() {
    Supplier<Tensor> read = memory.downloading(numbers);
    return () -> Scalars.values(read.get());
  }

  private void release() {
    List<Buffer> buffers = List.copyOf(owned);
    owned.clear();
    Closing.all(() -> Closing.all(buffers));
  }

  @Override
  public void close() {
    Closing.all(check, last, scalars, this::release);
  }
}
