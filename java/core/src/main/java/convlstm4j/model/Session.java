package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Closing;
import convlstm4j.execution.Profile;
import convlstm4j.graph.Network;
import convlstm4j.model.Pass.Kind;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a model runs on: a backend and the engine on it, started when they are first needed, so that
 * backend, element type and seed can be chosen before.
 */
final class Session {
  private final Network network;
  private final Access access;
  private String backendName = "auto";
  private @Nullable Backend backend;
  private boolean ownsBackend;
  private @Nullable Profile profile;

  /** Null where none was chosen: a shared backend keeps its own. */
  private @Nullable ProductPrecision precision;

  private DType dtype = DType.FLOAT32;
  private long seed;
  private final Limits limits = new Limits();
  private @Nullable Engine engine;

  Session(Network network, Access access) {
    this.network = network;
    this.access = access;
  }

  /** Chooses a backend by name, which is closed with this. */
  void backend(String name) {
    checkUnused("backend");
    closeBackend();
    backendName = name;
  }

  /** Chooses a running backend, which is the caller's. */
  void backend(Backend shared) {
    checkUnused("backend");
    closeBackend();
    backend = shared;
  }

  void dtype(DType type) {
    checkUnused("dtype");
    dtype = type;
  }

  DType dtype() {
    return dtype;
  }

  void precision(ProductPrecision chosen) {
    checkUnused("precision");
    precision = chosen;
  }

  void profile(Profile target) {
    checkUnused("profile");
    profile = target;
  }

  /** Chooses the seed of a model that nothing was drawn for yet. */
  void seed(long number) {
    checkUnused("seed");
    seed = number;
  }

  /** Goes on with the seed of a snapshot. */
  void restoreSeed(long number) {
    seed = number;
  }

  long seed() {
    return seed;
  }

  boolean isStarted() {
    return engine != null;
  }

  Backend startedBackend() {
    if (backend == null) {
      backend = Backends.named(backendName, dtype);
      ownsBackend = true;
    }
    if (precision != null) {
      backend.precision(precision);
    }
    return backend;
  }

  Engine engine() {
    Engine e = engineToFill();
    e.variables().draw(seed);
    return e;
  }

  /**
   * One whose weights are all to be set before they are read, so that none is drawn for nothing.
   */
  Engine engineToFill() {
    if (engine == null) {
      engine = new Engine(network, startedBackend(), dtype, profile, limits);
    }
    return engine;
  }

  /** What may be taken by each of several who run at a time. */
  Limits limits(int together) {
    return new Limits(limits, together);
  }

  Optional<ProductPrecision> precision() {
    return Optional.ofNullable(precision);
  }

  /** Changes what may be taken, by what is planned from now on. */
  void limit(Consumer<Limits> change) {
    change.accept(limits);
    if (engine != null) {
      engine.forgetPasses();
    }
  }

  /**
   * How inputs of some shapes would run.
   *
   * @param remembered bytes that an optimiser holds already
   */
  RunPlan plan(
      @Nullable Objectives objectives, InputPlace place, List<Shape> inputs, long remembered) {
    checkCount("plan", inputs);
    return RunPlan.of(
        network,
        startedBackend(),
        dtype,
        objectives,
        kind(objectives),
        inputs,
        place,
        limits,
        new RunPlan.Held(engine != null, remembered, engine != null && engine.room().trains()));
  }

  /** What inputs of some shapes would take; a prediction where there are no objectives. */
  MemoryEstimate estimate(@Nullable Objectives objectives, List<Shape> inputs) {
    checkCount("memoryEstimate", inputs);
    return Engine.atOnce(network, startedBackend(), dtype, objectives, kind(objectives), inputs)
        .memory();
  }

  private void checkCount(String what, List<Shape> inputs) {
    if (inputs.size() != network.inputs().size()) {
      throw new IllegalArgumentException(
          what
              + ": got "
              + inputs.size()
              + " shapes, the model has the inputs "
              + network.inputNames());
    }
  }

  private static Kind kind(@Nullable Objectives objectives) {
    return objectives == null ? Kind.PREDICT : Kind.TRAIN;
  }

  /** Gives back what is kept from one training step to the next. */
  void rest() {
    if (engine != null) {
      engine.rest();
    }
  }

  /** Runs a training, then {@link #rest}s, also where it fails. */
  <T> T restingAfter(Supplier<T> training) {
    T result;
    try {
      result = training.get();
    } catch (RuntimeException | Error e) {
      Closing.after(e, this::rest);
      throw e;
    }
    rest();
    return result;
  }

  void resetStates() {
    if (engine != null) {
      engine.setStates(Map.of());
    }
  }

  /** Closes all and what was made for training, the first failure with the others in it. */
  void close(@Nullable Training training) {
    Closing.all(training, engine, this::closeBackend);
  }

  private void closeBackend() {
    Backend b = backend;
    if (ownsBackend && b != null) {
      backend = null;
      ownsBackend = false;
      b.close();
    }
  }

  private void checkUnused(String what) {
    access.checkOpen(what);
    if (engine != null) {
      throw new IllegalStateException(
          what
              + ": the model is in use already, as a loaded one always is; choose the "
              + what
              + " before, of a loaded model with Checkpoint.load(path, m -> m."
              + what
              + "(..)) or KerasOptions.defaults().model(m -> m."
              + what
              + "(..))");
    }
  }
}
