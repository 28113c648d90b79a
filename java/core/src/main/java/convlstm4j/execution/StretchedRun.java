package convlstm4j.execution;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Runner;
import convlstm4j.execution.Pieces.Piece;
import convlstm4j.op.Concat;
import convlstm4j.op.Pad;
import convlstm4j.program.Program;
import convlstm4j.program.State;
import convlstm4j.program.Value;
import convlstm4j.program.time.Phase.Carried;
import convlstm4j.program.time.TimeAxis;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import convlstm4j.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One forward run of a {@link StretchedPlan}. Feeds are read when their frames are at work, and
 * results given as soon as they are there.
 */
public final class StretchedRun implements AutoCloseable {
  /** Where the feeds come from. */
  @FunctionalInterface
  public interface Source {
    /**
     * Reads some frames.
     *
     * @param feed its place among the program's feeds
     * @param from first frame
     * @param to last frame + 1; all there are of a feed that is no video
     * @return values of the shape that the plan has for them, of either type
     */
    Tensor read(int feed, long from, long to);
  }

  /** Where the results go. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes a result.
     *
     * @param root one of the kept values, or what it is a view of
     * @param from first frame
     * @param to last frame + 1; all there are of a value that has no time
     * @param values its own
     */
    void take(Value root, long from, long to, Tensor values);
  }

  private final Variables variables;
  private final Memory memory;
  private final Program program;
  private final Working work;
  private @Nullable Profile profile;
  private final StretchedPlan plan;
  private final Source source;
  private final @Nullable Map<String, Buffer> states;
  private boolean closed;

  /**
   * Begins nothing yet.
   *
   * @param plan made for the variables' backend and type; stays the caller's
   * @param variables weights and states
   * @param source of the feeds
   * @param sink of the kept values
   */
  public StretchedRun(StretchedPlan plan, Variables variables, Source source, Sink sink) {
    this(plan, variables, source, sink, null);
  }

  /**
   * A run that goes on where others ended; begins nothing yet.
   *
   * @param plan made for the variables' backend and type; stays the caller's
   * @param variables weights
   * @param source of the feeds
   * @param sink of the kept values
   * @param states what each carried state begins with, by its name, and after {@link #commit} what
   *     it ended with; one that is not there begins as in the program, that of a stateful layer
   *     with zeros. The caller closes its buffers.
   * @return the run, whose {@link #commit} stores nothing elsewhere
   */
  public static StretchedRun goingOn(
      StretchedPlan plan,
      Variables variables,
      Source source,
      Sink sink,
      Map<String, Buffer> states) {
    return new StretchedRun(plan, variables, source, sink, states);
  }

  private StretchedRun(
      StretchedPlan plan,
      Variables variables,
      Source source,
      Sink sink,
      @Nullable Map<String, Buffer> states) {
    this.variables = variables;
    this.memory = variables.backend().memory();
    this.program = plan.pieces().phases.program();
    this.plan = plan;
    this.source = source;
    this.states = states;
    this.work = new Working(plan.pieces(), source, sink, states);
  }

  /**
   * Measures how long each op takes.
   *
   * @param target where it is added up, or null
   */
  public void profile(@Nullable Profile target) {
    profile = target;
  }

  /**
   * Runs all phases.
   *
   * @throws convlstm4j.backend.BackendException if the backend fails or has no memory left
   */
  public void run() {
    checkOpen();
    work.go();
  }

  /**
   * Runs all phases again and looks for the first layer's op whose result is not finite. What the
   * run has left is as it was.
   *
   * @return the name of the layer, or empty
   */
  public Optional<String> firstNonFinite() {
    checkOpen();
    Working again = new Working(plan.pieces(), source, (v, from, to, t) -> {}, states);
    again.searching = true;
    try {
      again.go();
      return Optional.ofNullable(again.found);
    } finally {
      again.discard();
    }
  }

  /**
   * New values of states, as {@link #commit} stores them.
   *
   * @return by state
   */
  public Map<State, Tensor> newStates() {
    checkOpen();
    Map<State, Tensor> all = new HashMap<>();
    program
        .newStates()
        .forEach((s, v) -> all.put(s, memory.download(work.value(v.root()).view(v.shape()))));
    return all;
  }

  /**
   * What the carried states ended with, of a run that goes on where others ended.
   *
   * @return copies by name; empty for another run
   */
  public Map<String, Tensor> carriedStates() {
    checkOpen();
    Map<String, Tensor> all = new LinkedHashMap<>();
    work.after.forEach((name, b) -> all.put(name, memory.download(b)));
    return all;
  }

  /** Stores the new states. */
  public void commit() {
    checkOpen();
    if (states != null) {
      work.keepStates(states);
      return;
    }
    program
        .newStates()
        .forEach(
            (s, v) ->
                memory.copy(work.value(v.root()).view(v.shape()), variables.state(s, v.shape())));
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the run is closed; begin another");
    }
  }

  /** Gives back what the run holds. */
  @Override
  public void close() {
    closed = true;
    work.discard();
  }

  /** Values in the variables' memory, of their type. */
  static Buffer uploaded(Tensor values, Variables variables, Shape shape) {
    Memory memory = variables.backend().memory();
    Buffer b = memory.allocateUnset(variables.dtype(), shape);
    try {
      memory.upload(values.cast(variables.dtype()).reshape(shape), b);
      return b;
    } catch (RuntimeException | Error e) {
      b.close();
      throw e;
    }
  }

  private final class Working extends Course<Buffer> {
    private final Source source;
    private final Sink sink;
    private final @Nullable Map<String, Buffer> states;
    private final Map<Value, Buffer> given = new HashMap<>();

    /** States after the run, until they are stored. */
    private final Map<String, Buffer> after = new LinkedHashMap<>();

    private final Runner runner = new Runner(variables.backend(), variables.dtype());

    /** Whether it is looked for what is not finite, and the first layer that made such. */
    private boolean searching;

    private @Nullable String found;

    Working(Pieces pieces, Source source, Sink sink, @Nullable Map<String, Buffer> states) {
      super(pieces);
      this.source = source;
      this.sink = sink;
      this.states = states;
      program.parameters().forEach((p, v) -> given.put(v, variables.buffer(p)));
      if (states == null) {
        program.states().forEach((s, v) -> given.put(v, variables.state(s, v.shape())));
      }
    }

    @Override
    Buffer upload(Value feed, Shape shape, long from, long to) {
      Tensor read = source.read(program.feeds().indexOf(feed), from, to);
      return uploaded(read, variables, shape);
    }

    @Override
    Buffer variable(Value v) {
      return Present.in(given, v);
    }

    @Override
    Buffer zeros(Shape shape) {
      return memory.allocate(variables.dtype(), shape);
    }

    @Override
    @Nullable Buffer first(Carried state) {
      return states == null ? null : states.get(state.name());
    }

    @Override
    boolean startsAnew() {
      return states != null;
    }

    @Override
    void carriedOn(Carried state, Buffer last) {
      if (states != null) {
        Buffer kept = memory.allocateUnset(variables.dtype(), last.shape());
        after.put(state.name(), kept);
        memory.copy(last, kept);
      }
    }

    void keepStates(Map<String, Buffer> states) {
      after.forEach(
          (name, b) -> {
            Buffer before = states.put(name, b);
            if (before != null) {
              before.close();
            }
          });
      after.clear();
    }

    @Override
    List<Buffer> run(Piece piece, List<Buffer> feeds) {
      Executor x = new Executor(piece.planned(), variables);
      x.profile(profile);
      x.lasting(piece.kept(), s -> memory.allocateLasting(variables.dtype(), s));
      try {
        if (searching && found == null) {
          found = x.firstNonFinite(feeds, Streams.NONE).orElse(null);
        } else {
          x.forward(feeds, Streams.NONE);
        }
        return piece.kept().stream().map(x::take).toList();
      } finally {
        x.release();
      }
    }

    @Override
    Buffer joined(TimeAxis time, Shape shape, List<Buffer> stretches) {
      List<Buffer> blocks =
          stretches.stream()
              .map(b -> b.view(time.blocks(b.shape().elements() / time.outer() / time.inner())))
              .toList();
      Buffer all = memory.allocateUnset(variables.dtype(), shape);
      Concat op = new Concat(1, blocks.size());
      try (Plan p = runner.plan(op, blocks.stream().map(Buffer::shape).toList())) {
        runner.run(p, blocks, List.of(all.view(time.blocks(time.steps()))));
        return all;
      } catch (RuntimeException e) {
        all.close();
        throw e;
      }
    }

    @Override
    Buffer slice(TimeAxis time, Shape shape, Buffer all, long from, long to) {
      Buffer some = memory.allocateUnset(variables.dtype(), shape);
      Pad op = new Pad(List.of(0, (int) -from, 0), List.of(0, (int) (to - time.steps()), 0));
      Shape blocks = time.blocks(time.steps());
      try (Plan p = runner.plan(op, List.of(blocks))) {
        runner.run(p, List.of(all.view(blocks)), List.of(some.view(time.blocks(to - from))));
        return some;
      } catch (RuntimeException e) {
        some.close();
        throw e;
      }
    }

    @Override
    void give(Value v, long from, long to, Buffer values) {
      if (!searching) {
        sink.take(v, from, to, memory.download(values));
      }
    }

    void discard() {
      closeAll();
      after.values().forEach(Buffer::close);
      after.clear();
    }

    @Override
    void close(Buffer b) {
      b.close();
    }
  }
}
