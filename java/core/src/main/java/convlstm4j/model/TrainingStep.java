package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Recording;
import convlstm4j.backend.Upload;
import convlstm4j.execution.Executor;
import convlstm4j.execution.FiniteCheck;
import convlstm4j.execution.Scalars;
import convlstm4j.model.Objectives.Output;
import convlstm4j.optim.Updater;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Training steps on inputs of fixed shapes, one after the other, as work that the backend may
 * record: forward, backward, update and commit, with nothing read back in between. Whether the
 * numbers of a step are finite is decided on the backend, and one that has others changes nothing.
 */
final class TrainingStep implements AutoCloseable {
  private final Pass pass;
  private final Executor executor;
  private final Objectives objectives;
  private final Updater updater;
  private final Memory memory;
  private final DType dtype;
  private final Scalars scalars;

  /** Looks at gradients and at what the step would store; null where there is neither. */
  private final FiniteCheck check;

  /** Makes the guard of the numbers. */
  private final FiniteCheck last;

  private final Recording recording;
  private final List<Buffer> owned = new ArrayList<>();
  private final List<Buffer> feeds = new ArrayList<>();
  private final List<Buffer> termWeights = new ArrayList<>();
  private final List<Buffer> predictions = new ArrayList<>();
  private final Buffer rates;
  private final Buffer guard;

  /** Losses and penalties, then what the looks have found, as {@link #start} says. */
  private final Buffer numbers;

  private final List<Buffer> stored;

  TrainingStep(
      Backend backend,
      DType dtype,
      Pass pass,
      Executor executor,
      Objectives objectives,
      Updater updater,
      boolean recorded) {
    this.pass = pass;
    this.executor = executor;
    this.objectives = objectives;
    this.updater = updater;
    this.memory = backend.memory();
    this.dtype = dtype;
    this.scalars = new Scalars(backend, dtype);
    this.stored = executor.stored();
    List<Shape> looked = new ArrayList<>();
    objectives.trainable().forEach(p -> looked.add(p.shape()));
    stored.forEach(b -> looked.add(b.shape()));
    Shape all =
        Shape.of((long) pass.terms().size() + looked.size() + objectives.trainable().size());
    try {
      this.last = new FiniteCheck(backend, dtype, List.of(all));
      this.check = looked.isEmpty() ? null : new FiniteCheck(backend, dtype, looked);
      pass.feedShapes().forEach(s -> feeds.add(allocate(s)));
      termWeights(pass, objectives).forEach(w -> termWeights.add(upload(w)));
      for (int k = 0; k < objectives.outputs().size(); k++) {
        boolean wanted = !objectives.outputs().get(k).metrics().isEmpty();
        predictions.add(wanted ? allocate(pass.outputs().get(k).shape()) : null);
      }
      this.rates = upload(updater.rates(0, 0));
      this.guard = allocate(Shape.of(1));
      this.numbers = allocate(all);
      this.recording = recorded ? backend.recording(this::work) : Recording.none(this::work);
    } catch (RuntimeException e) {
      Closing.after(e, this::release);
      throw e;
    }
  }

  private Buffer allocate(Shape shape) {
    Buffer b = memory.allocate(dtype, shape);
    owned.add(b);
    return b;
  }

  private Buffer upload(Tensor t) {
    Buffer b = allocate(t.shape());
    memory.upload(t.cast(dtype), b);
    return b;
  }

  /** What each term counts in the total loss: an output's weight, 1 for a penalty. */
  private static List<Tensor> termWeights(Pass pass, Objectives objectives) {
    List<Tensor> weights = new ArrayList<>();
    for (Output o : objectives.outputs()) {
      if (o.isTrained()) {
        weights.add(Tensor.of(new double[] {o.weight()}, 1));
      }
    }
    pass.program().penalties().forEach(p -> weights.add(Tensor.of(new double[] {1}, 1)));
    return weights;
  }

  /** Whether it is for this updater, and what it would store is still where it was. */
  boolean isFor(Updater by) {
    return updater.equals(by) && stored.equals(executor.stored());
  }

  Executor executor() {
    return executor;
  }

  /**
   * Starts a step.
   *
   * @param batch values of the feeds
   * @param rate learning rate
   * @param step number of updates done before, from 0
   * @param random random numbers of the step
   * @return losses and penalties; then one number per trainable weight that is not finite if its
   *     gradient is not; then one per {@linkplain Executor#stored state and statistic} that is not
   *     finite if what would be stored is not; then one per trainable weight that is not finite if
   *     it would not be after the update; waits for the step
   */
  Supplier<double[]> start(Upload batch, double rate, long step, Philox random) {
    batch.into(feeds);
    memory.upload(updater.rates(rate, step), rates);
    recording.run(executor.randoms(random));
    Supplier<Tensor> read = memory.downloading(numbers);
    return () -> Scalars.values(read.get());
  }

  private void work(List<Philox> randoms) {
    List<Buffer> checks = new ArrayList<>();
    try {
      executor.forward(feeds, randoms);
      for (int k = 0; k < predictions.size(); k++) {
        if (predictions.get(k) != null) {
          memory.copy(executor.value(pass.outputs().get(k)), predictions.get(k));
        }
      }
      executor.backward(pass.differentiated(), termWeights);
      List<Buffer> gradients = objectives.trainable().stream().map(executor::gradient).toList();
      if (check != null) {
        List<Buffer> looked = new ArrayList<>(gradients);
        looked.addAll(executor.changes());
        checks.add(check.look(looked));
      }
      List<Buffer> due = gradients;
      if (!gradients.isEmpty()) {
        due = updater.due(gradients, rates);
        checks.add(updater.tryOut(gradients, due, rates));
      }
      List<Buffer> all = new ArrayList<>();
      pass.terms().forEach(v -> all.add(executor.value(v)));
      all.addAll(checks);
      scalars.gather(all, numbers);
      last.look(List.of(numbers), guard);
      updater.update(gradients, due, rates, guard);
      executor.commit(guard);
    } finally {
      checks.forEach(Buffer::close);
      executor.release();
    }
  }

  /** An output of the last step; null if no metric asks for it. */
  Tensor prediction(int output) {
    Buffer b = predictions.get(output);
    return b == null ? null : memory.download(b);
  }

  /**
   * Looks for the first op of the last step whose result was not finite: it is computed again, from
   * what it has left as it was.
   *
   * @param random random numbers of the step
   * @return the name of its layer, or empty
   */
  Optional<String> firstNonFinite(Philox random) {
    try {
      executor.forward(feeds, random);
      return executor.firstNonFinite();
    } finally {
      executor.release();
    }
  }

  private void release() {
    List<Buffer> buffers = List.copyOf(owned);
    owned.clear();
    Closing.all(check, last, scalars, () -> Closing.all(buffers));
  }

  @Override
  public void close() {
    Closing.all(recording, this::release);
  }
}
