package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory.Place;
import convlstm4j.data.Batch;
import convlstm4j.data.Frames;
import convlstm4j.data.InputForm;
import convlstm4j.execution.Variables;
import convlstm4j.graph.Network;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Predictions for any number of threads, with the weights that a model had when this was made. The
 * model may go on to be trained, or be closed. Some workers, each a thread of its own, share one
 * copy of the weights; a call waits until one is free.
 *
 * <pre>{@code
 * try (Model model = Model.load(Path.of("rain.ckpt"));
 *     Predictor predictor = Predictor.of(model)) {
 *   executor.submit(() -> predictor.predict(video)); // from anywhere, as often as one likes
 * }
 * }</pre>
 *
 * <p>Each worker takes the memory of a prediction while it works; what all of them may take at once
 * is checked before. A device has one worker.
 */
public final class Predictor implements AutoCloseable {
  private final Network network;
  private final InputForms forms;
  private final String description;
  private final Variables weights;
  private final List<Worker> workers = new ArrayList<>();
  private final BlockingQueue<Worker> idle;
  private final ConcurrentHashMap<Object, Stream> streams = new ConcurrentHashMap<>();
  private final AtomicInteger streamsOpened = new AtomicInteger();
  private volatile Consumer<NonFiniteException> nonFinite = new LoggedOnce();
  private boolean closed;

  private Predictor(Model model, int count, int threads) {
    this.network = model.network();
    this.forms = new InputForms(network);
    forms.set(model.forms.known());
    Session session = model.session;
    String backend = session.startedBackend().name();
    if (count > 1 && session.startedBackend().memory().place() == Place.DEVICE) {
      throw new IllegalArgumentException(
          "predictor: workers=" + count + ", but the backend " + backend + " has one: a device");
    }
    this.idle = new ArrayBlockingQueue<>(count);
    this.description =
        count + " workers of " + threads + " threads on " + session.startedBackend().description();
    Map<Parameter, Tensor> values = new LinkedHashMap<>();
    network.parameters().forEach(p -> values.put(p, session.engine().variables().get(p)));
    Variables[] shared = new Variables[1];
    try {
      for (int i = 0; i < count; i++) {
        Function<Backend, Engine> engine =
            own -> {
              if (shared[0] == null) {
                shared[0] = new Variables(values, own, session.dtype());
              }
              return new Engine(network, new Variables(shared[0], own), session.limits(count));
            };
        workers.add(
            new Worker(
                "convlstm4j-predictor-" + (i + 1),
                () -> started(backend, session, threads),
                engine));
      }
    } catch (RuntimeException | Error e) {
      close(shared[0]);
      throw e;
    }
    this.weights = shared[0];
    idle.addAll(workers);
  }

  private static Backend started(String name, Session session, int threads) {
    Backend own = Backends.named(name, session.dtype());
    own.threads(threads);
    session.precision().ifPresent(own::precision);
    return own;
  }

  /**
   * A predictor with as many workers as there are cores, each with one thread: the most predictions
   * per second. On a device it is one worker.
   *
   * @param model what predicts, with its weights, its backend and the memory that it may take
   * @return a predictor; closed by the caller
   */
  public static Predictor of(Model model) {
    int cores = Runtime.getRuntime().availableProcessors();
    return model.access.use(
        "predictor",
        () -> {
          boolean device = model.session.startedBackend().memory().place() == Place.DEVICE;
          return new Predictor(model, device ? 1 : cores, 1);
        });
  }

  /**
   * A predictor with a number of workers.
   *
   * @param model what predicts, with its weights, its backend and the memory that it may take
   * @param workers how many predictions are made at a time
   * @param threads how many threads work on each: more for the shortest time of one, fewer for the
   *     most per second
   * @return a predictor; closed by the caller
   * @throws IllegalArgumentException if a number is below 1, or there are several workers for a
   *     device
   */
  public static Predictor of(Model model, int workers, int threads) {
    if (workers < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "predictor: workers=" + workers + ", threads=" + threads + ", must be at least 1");
    }
    return model.access.use("predictor", () -> new Predictor(model, workers, threads));
  }

  /**
   * Says what happens when a prediction is NaN or infinite, which without this is a warning in the
   * log, once.
   *
   * @param handler is told of each such prediction, by any thread; what it throws ends the call
   *     Where a stream calls it, it may not call this predictor, whose workers could wait for each
   *     other.
   * @return this predictor
   */
  public Predictor onNonFinite(Consumer<NonFiniteException> handler) {
    nonFinite = handler;
    return this;
  }

  /**
   * Runs the model on one batch. Stateful layers begin with zeros.
   *
   * @param inputs one per input, the batch axis first; not changed meanwhile
   * @return one per output
   * @throws IllegalArgumentException if number, shape or form of the inputs are not the model's
   * @throws NonFiniteException if an input is NaN or infinite
   * @throws convlstm4j.backend.BackendException if all workers together would not fit into memory
   * @throws IllegalStateException if this is closed
   * @throws CancellationException if the thread is interrupted while it waits for a worker
   */
  public List<Tensor> predict(Tensor... inputs) {
    Batch batch = new Batch(List.of(inputs), List.of(), List.of(), "predict");
    forms.check("predict", InputForms.of(batch));
    return predicted((engine, handler) -> engine.predict(batch, handler));
  }

  /**
   * Runs the model on a batch that is read as it is needed. Stateful layers begin with zeros.
   *
   * @param inputs one per input
   * @return one per output
   * @throws RuntimeException as {@link #predict(Tensor...)}
   */
  public List<Tensor> predict(List<Frames> inputs) {
    List<InputForm> given = inputs.stream().map(Frames::form).toList();
    forms.check("predict", given);
    return predicted((engine, handler) -> engine.predict(inputs, handler));
  }

  /** A prediction by an engine, which tells a handler of what is not finite. */
  private interface Prediction {
    List<Tensor> by(Engine engine, Consumer<NonFiniteException> handler);
  }

  private List<Tensor> predicted(Prediction prediction) {
    List<NonFiniteException> told = new ArrayList<>();
    List<Tensor> outputs;
    Worker w = next();
    try {
      outputs =
          w.use(
              "predict",
              () -> {
                w.engine().setStates(Map.of());
                return prediction.by(w.engine(), told::add);
              });
    } finally {
      idle.add(w);
    }
    told.forEach(nonFinite); // with the worker free again: a handler may predict
    return outputs;
  }

  private Worker next() {
    try {
      return idle.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("predict: interrupted while it waited for a worker");
    }
  }

  /**
   * The stream of somebody who sends frames, such as a camera: the one that is open, or a new one.
   * It stays with one worker, and its states stay in memory until it is closed.
   *
   * @param key whose; as the key of a map
   * @return a stream for any thread, closed with this if not before
   * @throws IllegalStateException if this is closed
   */
  public Stream stream(Object key) {
    return streams.computeIfAbsent(key, this::opened);
  }

  private Stream opened(Object key) {
    Worker w = workers.get(Math.floorMod(streamsOpened.getAndIncrement(), workers.size()));
    return new Stream(
        w, () -> w.engine().stream(e -> nonFinite.accept(e)), () -> streams.remove(key));
  }

  /**
   * How many streams are open.
   *
   * @return those that were asked for by {@link #stream} and not closed since
   */
  public int openStreams() {
    return streams.size();
  }

  /**
   * Waits for the calls under way, then gives back all memory. Calls that wait for a worker fail,
   * and so do later ones. A second call does nothing.
   */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      close(weights);
    }
  }

  /** Weights go after all who read them, and before the memory that they lie in. */
  private void close(@Nullable Variables shared) {
    List<AutoCloseable> all = new ArrayList<>();
    workers.forEach(w -> all.add(w::stop));
    all.add(shared);
    workers.forEach(w -> all.add(w::end));
    Closing.all(all);
  }

  @Override
  public String toString() {
    return "Predictor (" + description + ")";
  }
}
