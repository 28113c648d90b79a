package convlstm4j.execution;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Runner;
import convlstm4j.backend.Spill;
import convlstm4j.execution.StretchedRun.Sink;
import convlstm4j.execution.StretchedRun.Source;
import convlstm4j.execution.TrainingPieces.Piece;
import convlstm4j.formula.Formula;
import convlstm4j.op.Concat;
import convlstm4j.op.Op;
import convlstm4j.op.Pad;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.WonAt;
import convlstm4j.program.Parameter;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.program.time.Normalization;
import convlstm4j.program.time.Phase.Draw;
import convlstm4j.program.time.Selection;
import convlstm4j.program.time.Selection.Places;
import convlstm4j.program.time.Span;
import convlstm4j.program.time.TimeAxis;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run of a {@link TrainingPlan}, forward and backward. Feeds are read when their frames are at
 * work, more than once.
 */
public final class TrainingRun implements AutoCloseable {
  /** {@code dx - (a + (x - mean) b)}. */
  private static final Pointwise CORRECTED =
      new Pointwise(
          Formula.input(0)
              .minus(
                  Formula.input(1)
                      .plus(Formula.input(2).minus(Formula.input(3)).times(Formula.input(4)))),
          5);

  /** {@code dy (y - beta)}. */
  private static final Pointwise PRODUCT =
      new Pointwise(Formula.input(0).times(Formula.input(1).minus(Formula.input(2))), 3);

  private static final Reduce SUM = new Reduce(Reduce.Mode.SUM, List.of(0, 2));

  /**
   * The least factor of a normalisation whose results are divided by it again: below, of what they
   * are made of too little is left in them.
   */
  private static final double LEAST_FACTOR = 1.0 / 128;

  private record OfShapes(Op op, List<Shape> shapes) {}

  /** Is told how far a run has come, on the thread that runs it; may throw to end it. */
  @FunctionalInterface
  public interface Watch {
    /**
     * A stretch begins.
     *
     * @param phase from 0
     * @param phases how many there are
     * @param backward whether it goes backward
     * @param from first frame
     * @param to last frame + 1
     * @param steps frames in all
     */
    void at(int phase, int phases, boolean backward, long from, long to, long steps);
  }

  private final Variables variables;
  private final @Nullable Spill spill;
  private final Memory memory;
  private final DType dtype;
  private final Program program;
  private final Working work;
  private final Watch watch;
  private @Nullable Profile profile;
  private boolean searching;
  private @Nullable String found;
  private boolean closed;

  /**
   * Begins nothing yet.
   *
   * @param plan made for the variables' backend and type; stays the caller's
   * @param variables weights and states
   * @param spill files for what is kept; null where all is in memory
   * @param random random numbers of the run
   * @param source of the feeds
   * @param sink of the values that are handed out
   * @param watch is told how far the run has come
   */
  public TrainingRun(
      TrainingPlan plan,
      Variables variables,
      @Nullable Spill spill,
      Philox random,
      Source source,
      Sink sink,
      Watch watch) {
    this.variables = variables;
    this.spill = spill;
    this.memory = variables.backend().memory();
    this.dtype = variables.dtype();
    this.program = plan.pieces().phases.program();
    this.watch = watch;
    this.work = new Working(plan, random, source, sink);
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
   * Computes all values.
   *
   * @throws convlstm4j.backend.BackendException if the backend fails or has no memory left
   */
  public void forward() {
    checkOpen();
    work.forward();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the run is closed; make another of its plan");
    }
  }

  /**
   * Computes all values and looks for the first layer's op whose result is not finite.
   *
   * @return the name of the layer, or empty
   */
  public Optional<String> firstNonFinite() {
    checkOpen();
    searching = true;
    work.forward();
    return Optional.ofNullable(found);
  }

  /**
   * Computes the gradients of a weighted sum of the terms.
   *
   * @param weights of each term, in their order
   * @throws convlstm4j.backend.BackendException if the backend fails or has no memory left
   */
  public void backward(List<Buffer> weights) {
    checkOpen();
    Map<Value, Buffer> all = new HashMap<>();
    for (int i = 0; i < weights.size(); i++) {
      all.put(work.trainingPlan.terms().get(i), weights.get(i));
    }
    work.backward(all);
  }

  /**
   * A term after the run.
   *
   * @param term one of the plan's
   * @return its buffer, valid until {@link #close}
   */
  public Buffer value(Value term) {
    checkOpen();
    return work.value(term.root());
  }

  /**
   * A weight's gradient.
   *
   * @param p a trainable weight of the program
   * @return its buffer, valid until {@link #close}
   */
  public Buffer gradient(Parameter p) {
    checkOpen();
    return work.gradient(Present.in(program.parameters(), p));
  }

  /**
   * What the run would store.
   *
   * @return new states, then new statistics, in the order of {@link #stored}
   */
  public List<Buffer> changes() {
    checkOpen();
    List<Buffer> all = new ArrayList<>();
    program.newStates().values().forEach(v -> all.add(work.value(v.root()).view(v.shape())));
    program.newParameters().values().forEach(v -> all.add(work.value(v.root()).view(v.shape())));
    return all;
  }

  /**
   * What a run of a plan changes: states, which are made at their first use, and statistics.
   *
   * @param plan the plan
   * @param variables weights and states
   * @return their buffers, not to be closed
   */
  public static List<Buffer> stored(TrainingPlan plan, Variables variables) {
    Program program = plan.pieces().phases.program();
    List<Buffer> all = new ArrayList<>();
    program.newStates().forEach((s, v) -> all.add(variables.state(s, v.shape())));
    program.newParameters().keySet().forEach(p -> all.add(variables.buffer(p)));
    return all;
  }

  /**
   * Stores the new states and statistics, unless a number is not finite.
   *
   * @param guard the number
   */
  public void commit(Buffer guard) {
    checkOpen();
    try (GuardedStore store = new GuardedStore(work.runner)) {
      store.put(guard, stored(work.trainingPlan, variables), changes());
    }
  }

  /** Gives back what the run holds. */
  @Override
  public void close() {
    closed = true;
    Closing.all(work::closeAll, work::closePlans);
  }

  private final class Working extends RoundTrip<Buffer> {
    private final TrainingPlan trainingPlan;
    private final Philox random;
    private final Source source;
    private final Sink sink;
    private final Set<Value> handedOut = new HashSet<>();
    private final Map<Value, Buffer> variable = new HashMap<>();
    private final Map<OfShapes, Plan> plans = new HashMap<>();
    private final Runner runner = new Runner(variables.backend(), dtype);

    Working(TrainingPlan plan, Philox random, Source source, Sink sink) {
      super(plan.pieces(), plan.terms());
      this.trainingPlan = plan;
      this.random = random;
      this.source = source;
      this.sink = sink;
      plan.given().forEach(v -> handedOut.add(v.root()));
      program.parameters().forEach((p, v) -> variable.put(v, variables.buffer(p)));
      program.states().forEach((s, v) -> variable.put(v, variables.state(s, v.shape())));
    }

    @Override
    void at(int phase, boolean backward, Span span) {
      watch.at(phase, phases.phases().size(), backward, span.from(), span.to(), phases.steps());
    }

    @Override
    Buffer upload(Value feed, Shape shape, long from, long to) {
      Tensor read = source.read(program.feeds().indexOf(feed), from, to);
      return StretchedRun.uploaded(read, variables, shape);
    }

    @Override
    Buffer variable(Value v) {
      return Present.in(variable, v);
    }

    @Override
    Buffer zeros(Shape shape) {
      return memory.allocate(dtype, shape);
    }

    @Override
    Buffer lastingZeros(Shape shape) {
      Buffer b = memory.allocateLasting(dtype, shape);
      memory.fill(b, 0);
      return b;
    }

    @Override
    Buffer keptZeros(Shape shape) {
      Buffer b = kept(shape);
      memory.fill(b, 0);
      return b;
    }

    private Buffer kept(Shape shape) {
      return spill == null ? memory.allocateLasting(dtype, shape) : spill.allocate(dtype, shape);
    }

    @Override
    Buffer copy(Buffer h, Shape shape) {
      Buffer b = memory.allocateLasting(dtype, shape);
      memory.copy(h, b);
      return b;
    }

    private List<Philox> randoms(Piece piece, Span span) {
      List<Draw> draws = piece.part().draws();
      return piece.planned().program.steps().stream()
          .map(s -> draws.get(s.number()).of(random, span))
          .toList();
    }

    private Executor executor(Piece piece) {
      Executor x = new Executor(piece.planned(), variables);
      x.profile(profile);
      return x;
    }

    @Override
    List<Buffer> run(Piece piece, Span span, List<Buffer> feeds) {
      Executor x = executor(piece);
      if (piece.lasting()) {
        x.lasting(piece.kept().stream().map(piece::of).toList(), this::kept);
      }
      try {
        if (searching && found == null) {
          found = x.firstNonFinite(feeds, randoms(piece, span)).orElse(null);
        } else {
          x.forward(feeds, randoms(piece, span));
        }
        return piece.kept().stream().map(v -> x.take(piece.of(v))).toList();
      } finally {
        x.release();
      }
    }

    @Override
    Round<Buffer> open(Piece piece, Span span, List<Buffer> feeds) {
      Executor x = executor(piece);
      try {
        x.forward(feeds, randoms(piece, span));
      } catch (RuntimeException | Error e) {
        Closing.after(e, x::release);
        throw e;
      }
      return new Round<>() {
        @Override
        public Buffer value(Value ofPart) {
          return x.value(ofPart);
        }

        @Override
        public void backward(Map<Value, Buffer> given) {
          x.backward(given);
        }

        @Override
        public void close() {
          x.release();
        }
      };
    }

    @Override
    Buffer joined(TimeAxis time, Shape shape, List<Buffer> stretches) {
      List<Buffer> blocks =
          stretches.stream()
              .map(b -> b.view(time.blocks(b.shape().elements() / time.outer() / time.inner())))
              .toList();
      Buffer all = memory.allocateUnset(dtype, shape);
      once(new Concat(1, blocks.size()), blocks, all, all.view(time.blocks(time.steps())));
      return all;
    }

    @Override
    Buffer slice(TimeAxis time, Shape shape, Buffer all, long from, long to, boolean isKept) {
      Buffer some = isKept ? kept(shape) : memory.allocateUnset(dtype, shape);
      Pad op = new Pad(List.of(0, (int) -from, 0), List.of(0, (int) (to - time.steps()), 0));
      once(
          op,
          List.of(all.view(time.blocks(time.steps()))),
          some,
          some.view(time.blocks(to - from)));
      return some;
    }

    private void once(Op op, List<Buffer> in, Buffer owner, Buffer out) {
      try (Plan p = runner.plan(op, in.stream().map(Buffer::shape).toList())) {
        runner.run(p, in, List.of(out));
      } catch (RuntimeException e) {
        owner.close();
        throw e;
      }
    }

    @Override
    List<Buffer> moments(
        Normalization n, List<Buffer> means, List<Buffer> variances, List<Long> frames) {
      int channels = (int) n.mean().shape().elements();
      double[] mean = new double[channels];
      double[] variance = new double[channels];
      double steps = phases.steps();
      List<double[]> all = means.stream().map(b -> Scalars.values(memory.download(b))).toList();
      for (int s = 0; s < all.size(); s++) {
        for (int c = 0; c < channels; c++) {
          mean[c] += all.get(s)[c] * (frames.get(s) / steps);
        }
      }
      // Chan, Golub and LeVeque 1979: the squares within the stretches and those between them.
      for (int s = 0; s < all.size(); s++) {
        double[] within = Scalars.values(memory.download(variances.get(s)));
        for (int c = 0; c < channels; c++) {
          double d = all.get(s)[c] - mean[c];
          variance[c] += (within[c] + d * d) * (frames.get(s) / steps);
        }
      }
      return uploaded(n, List.of(mean, variance));
    }

    private List<Buffer> uploaded(Normalization n, List<double[]> values) {
      List<Buffer> all = new ArrayList<>();
      for (double[] v : values) {
        Buffer b = memory.allocateLasting(dtype, n.mean().shape());
        memory.upload(Tensor.of(v, v.length).reshape(n.mean().shape()).cast(dtype), b);
        all.add(b);
      }
      return all;
    }

    @Override
    List<Buffer> shares(
        Normalization n, Buffer gamma, Buffer variance, Buffer betaGradient, Buffer gammaGradient) {
      long count = n.x().shape().elements() / n.mean().shape().elements();
      List<double[]> sums = List.of(values(betaGradient), values(gammaGradient));
      return uploaded(n, n.share(count, values(gamma), values(variance), sums));
    }

    @Override
    boolean tells(Normalization n, Buffer gamma, Buffer beta) {
      double[] factors = values(gamma);
      double[] added = values(beta);
      for (int c = 0; c < factors.length; c++) {
        if (Math.abs(factors[c]) <= LEAST_FACTOR * Math.abs(added[c])) {
          return false;
        }
      }
      return true;
    }

    @Override
    void sum(
        Selection s, Shape blocks, List<Buffer> of, Buffer betaGradient, Buffer gammaGradient) {
      Buffer values = of.get(0).view(blocks);
      Buffer gradients = of.get(1).view(blocks);
      double[] beta = values(of.get(2));
      double[] gamma = values(of.get(3));
      if (s.places().isEmpty()) {
        int[] channels = IntStream.range(0, beta.length).toArray();
        sum(channels, values, gradients, beta, gamma, betaGradient, gammaGradient);
        return;
      }
      Places places = s.places().get();
      List<Shape> shapes = List.of(blocks, places.blocks(blocks));
      Buffer packed = of.get(4).view(shapes.get(1));
      try (Buffer won = memory.allocateUnset(dtype, blocks)) {
        for (int place = 0; place < places.size(); place++) {
          kept(new WonAt(places.size(), place), shapes, List.of(gradients, packed), won);
          int[] channels = places.channels(place, (int) blocks.dim(1), beta.length);
          sum(channels, values, won, beta, gamma, betaGradient, gammaGradient);
        }
      }
    }

    /**
     * Adds sums of values {@code [outer, n, inner]} and their gradients.
     *
     * @param channels which each of the n is; -1 where no gradient is
     */
    private void sum(
        int[] channels,
        Buffer values,
        Buffer gradients,
        double[] beta,
        double[] gamma,
        Buffer betaGradient,
        Buffer gammaGradient) {
      Shape blocks = values.shape();
      Shape n = Shape.of(1, channels.length, 1);
      double[] added = new double[channels.length];
      for (int k = 0; k < added.length; k++) {
        added[k] = channels[k] < 0 ? 0 : beta[channels[k]];
      }
      try (Buffer products = memory.allocateUnset(dtype, blocks);
          Buffer shift = memory.allocateUnset(dtype, n);
          Buffer sums = memory.allocateUnset(dtype, n)) {
        memory.upload(Tensor.of(added, added.length).reshape(n).cast(dtype), shift);
        kept(SUM, List.of(blocks), List.of(gradients), sums);
        add(channels, values(sums), null, betaGradient);
        kept(PRODUCT, List.of(blocks, blocks, n), List.of(gradients, values, shift), products);
        kept(SUM, List.of(blocks), List.of(products), sums);
        add(channels, values(sums), gamma, gammaGradient);
      }
    }

    /** By a plan that is kept for the next stretches. */
    private void kept(Op op, List<Shape> shapes, List<Buffer> in, Buffer out) {
      runner.run(
          plans.computeIfAbsent(new OfShapes(op, shapes), k -> runner.plan(op, shapes)),
          in,
          List.of(out));
    }

    private void add(int[] channels, double[] sums, double @Nullable [] divisors, Buffer to) {
      double[] all = values(to);
      for (int k = 0; k < channels.length; k++) {
        int c = channels[k];
        if (c >= 0) {
          all[c] += divisors == null ? sums[k] : sums[k] / divisors[c];
        }
      }
      memory.upload(Tensor.of(all, all.length).reshape(to.shape()).cast(dtype), to);
    }

    private double[] values(Buffer b) {
      return Scalars.values(memory.download(b));
    }

    @Override
    Buffer corrected(
        Normalization n, Shape shape, Buffer gradient, Buffer x, Buffer mean, List<Buffer> shares) {
      Shape wide = n.broadcast();
      List<Shape> shapes = List.of(shape, wide, shape, wide, wide);
      Buffer y = memory.allocateUnset(dtype, shape);
      try {
        kept(
            CORRECTED,
            shapes,
            List.of(
                gradient.view(shape),
                shares.get(0).view(wide),
                x.view(shape),
                mean.view(wide),
                shares.get(1).view(wide)),
            y);
        return y;
      } catch (RuntimeException e) {
        y.close();
        throw e;
      }
    }

    @Override
    void give(Value v, long from, long to, Buffer values) {
      if (handedOut.contains(v)) {
        sink.take(v, from, to, memory.download(values));
      }
    }

    @Override
    void close(Buffer b) {
      b.close();
    }

    void closePlans() {
      List<Plan> all = List.copyOf(plans.values());
      plans.clear();
      Closing.all(all);
    }
  }
}
