package convlstm4j.model;

import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory;
import convlstm4j.execution.Executor;
import convlstm4j.model.Pass.Kind;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The passes that were used last, and what runs them. */
final class Passes implements AutoCloseable {
  /** Shapes for which plans are kept: a few sizes of last batches and of validation data. */
  private static final int MOST = 6;

  private record Key(Kind kind, List<Shape> inputs, Set<Integer> weighted) {
    static Key of(Pass pass, List<Shape> inputs) {
      return new Key(pass.kind(), inputs, pass.weighted());
    }
  }

  /** A pass and, once it has been run, what runs it. */
  static final class Ready {
    final Pass pass;
    @Nullable Executor executor;

    /** Runs a prediction some frames at a time in the executor's place; null if that runs. */
    @Nullable StretchedPrediction stretched;

    /** What is kept from one training step to the next. */
    @Nullable TrainStep step;

    /**
     * Told of each run of the executor after the first; null where there is none, or a small one.
     */
    private @Nullable Runnable begun;

    private Ready(Pass pass) {
      this.pass = pass;
    }

    /**
     * The first run of all frames at once begins.
     *
     * @param mayGrow whether later runs may hold more than was counted, and are faster by that
     */
    void runsAtOnce(Executor by, Memory memory, boolean mayGrow) {
      executor = by;
      long peak = by.peakBytes(pass.differentiated());
      if (HeapWatch.isSmall(0, peak)) {
        return;
      }
      HeapWatch heap = new HeapWatch(0, peak, memory);
      begun =
          mayGrow
              ? heap::look
              : () -> {
                heap.look();
                memory.begin();
              };
    }

    /** Another run begins. */
    void begin() {
      if (begun != null) {
        begun.run();
      }
    }

    void closeStep() {
      if (step != null) {
        TrainStep s = step;
        step = null;
        s.close();
      }
    }

    private void close() {
      Closing.all(this::closeStep, executor, stretched);
    }
  }

  /** The least recently used first. */
  private final LinkedHashMap<Key, Ready> all = new LinkedHashMap<>(16, 0.75f, true);

  Optional<Pass> get(Kind kind, List<Shape> inputs, Set<Integer> weighted) {
    return Optional.ofNullable(all.get(new Key(kind, inputs, weighted))).map(r -> r.pass);
  }

  Pass put(Pass pass, List<Shape> inputs) {
    return remember(pass, inputs).pass;
  }

  private Ready remember(Pass pass, List<Shape> inputs) {
    if (all.size() >= MOST) {
      Key oldest = all.keySet().iterator().next();
      all.remove(oldest).close();
    }
    Ready ready = new Ready(pass);
    all.put(Key.of(pass, inputs), ready);
    return ready;
  }

  /** What is there for a pass, also if it has been forgotten since it was made. */
  Ready ready(Pass pass, List<Shape> inputs) {
    Ready known = all.get(Key.of(pass, inputs));
    return known != null && known.pass.equals(pass) ? known : remember(pass, inputs);
  }

  /** How many training steps are kept. */
  long steps() {
    return all.values().stream().filter(r -> r.step != null).count();
  }

  /** Gives back what is kept of training steps but those used last. */
  void closeSteps(long but) {
    List<AutoCloseable> old = new ArrayList<>();
    long left = steps();
    for (Ready r : all.values()) {
      if (r.step != null && left > but) {
        old.add(r::closeStep);
        left--;
      }
    }
    Closing.all(old);
  }

  /** Forgets all. */
  @Override
  public void close() {
    List<AutoCloseable> old = new ArrayList<>();
    all.values().forEach(r -> old.add(r::close));
    all.clear();
    Closing.all(old);
  }
}
