package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Recording;
import convlstm4j.execution.Executor;
import convlstm4j.model.Objectives.Output;
import convlstm4j.optim.Updater;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Training steps on inputs of fixed shapes, one after the other, as work that the backend may
 * record: forward, backward, update and commit, with nothing read back in between. Whether the
 * numbers of a step are finite is decided on the backend, and one that has others changes nothing.
 */
final class TrainingStep implements TrainStep {
  private final Pass pass;
  private final Executor executor;
  private final Objectives objectives;
  private final Updater updater;
  private final Memory memory;
  private final DType dtype;
  private final GuardedUpdate update;
  private final Recording recording;
  private final List<Buffer> owned = new ArrayList<>();
  private final List<Buffer> feeds = new ArrayList<>();
  private final List<Buffer> termWeights = new ArrayList<>();
  private final Map<Value, Buffer> measured = new LinkedHashMap<>();
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
    this.stored = executor.stored();
    this.update =
        new GuardedUpdate(
            backend, dtype, updater, objectives.trainable(), pass.terms().size(), stored);
    try {
      pass.feedShapes().forEach(s -> feeds.add(allocate(s)));
      termWeights(pass, objectives).forEach(w -> termWeights.add(upload(w)));
      pass.measured().forEach(v -> measured.put(v, allocate(v.shape())));
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
  static List<Tensor> termWeights(Pass pass, Objectives objectives) {
    List<Tensor> weights = new ArrayList<>();
    for (Output o : objectives.outputs()) {
      if (o.isTrained()) {
        weights.add(Tensor.of(new double[] {o.weight()}, 1));
      }
    }
    pass.program().penalties().forEach(p -> weights.add(Tensor.of(new double[] {1}, 1)));
    return weights;
  }

  @Override
  public boolean isFor(Updater by) {
    return updater.equals(by) && stored.equals(executor.stored());
  }

  @Override
  public Supplier<double[]> start(
      Prepared batch, double rate, long step, Philox random, Consumer<Stretch> watch) {
    batch.upload().get().into(feeds);
    update.rate(rate, step);
    recording.run(executor.randoms(random));
    return update.numbers();
  }

  private void work(List<Philox> randoms) {
    try {
      executor.forward(feeds, randoms);
      measured.forEach((value, copy) -> memory.copy(executor.value(value), copy));
      executor.backward(pass.differentiated(), termWeights);
      update.run(
          pass.terms().stream().map(executor::value).toList(),
          objectives.trainable().stream().map(executor::gradient).toList(),
          executor.changes(),
          executor::commit);
    } finally {
      executor.release();
    }
  }

  @Override
  public Tensor measured(Value value) {
    return memory.download(Objects.requireNonNull(measured.get(value), "not measured"));
  }

  @Override
  public Optional<String> firstNonFinite(Prepared batch, Philox random) {
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
    Closing.all(update, () -> Closing.all(buffers));
  }

  @Override
  public void close() {
    Closing.all(recording, this::release);
  }
}
