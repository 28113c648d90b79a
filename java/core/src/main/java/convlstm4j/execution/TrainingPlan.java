package convlstm4j.execution;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Peak;
import convlstm4j.execution.Bytes.Place;
import convlstm4j.execution.StretchedPlan.Cost;
import convlstm4j.execution.TrainingPieces.Piece;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.program.time.Normalization;
import convlstm4j.program.time.Phase;
import convlstm4j.program.time.Phases;
import convlstm4j.program.time.Selection;
import convlstm4j.program.time.Span;
import convlstm4j.program.time.TimeAxis;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A training program whose phases are planned for some frames at a time, forward and backward. It
 * allocates nothing that grows with the data, so it tells what a run would cost without variables.
 */
public final class TrainingPlan implements AutoCloseable {
  private final Phases phases;
  private final List<Value> terms;
  private final List<Value> given;
  private final TrainingPieces pieces;
  private final TrainingPolicy policy;
  private @Nullable Counting counted;
  private boolean closed;

  /**
   * Plans nothing yet: pieces are planned when they are first counted or run.
   *
   * @param phases a program that has been {@linkplain convlstm4j.program.time.TimePass#forTraining
   *     cut for training}
   * @param terms the scalars whose weighted sum is differentiated
   * @param given values that are handed out as they are made
   * @param backend on what
   * @param dtype element type
   * @param policy how it is to run
   */
  public TrainingPlan(
      Phases phases,
      Collection<Value> terms,
      Collection<Value> given,
      Backend backend,
      DType dtype,
      TrainingPolicy policy) {
    this.phases = phases;
    this.terms = List.copyOf(terms);
    this.given = List.copyOf(given);
    this.policy = policy;
    this.pieces = new TrainingPieces(phases, terms, given, backend, dtype, policy);
  }

  TrainingPieces pieces() {
    if (closed) {
      throw new IllegalStateException("the plan is closed; plan anew, and close it after its runs");
    }
    return pieces;
  }

  List<Value> terms() {
    return terms;
  }

  List<Value> given() {
    return given;
  }

  /**
   * How many frames are at work at a time.
   *
   * @return at least 1
   */
  public long frames() {
    return pieces().frames;
  }

  /**
   * How a step runs.
   *
   * @return as given to the constructor
   */
  public TrainingPolicy policy() {
    return policy;
  }

  /**
   * The most memory that a run takes beside the weights, forward and backward.
   *
   * @return bytes of feeds, values, gradients and workspace live at once, those of the weights
   *     among them
   * @throws BackendException if the backend cannot compute an op
   */
  public long peakBytes() {
    return counted().peak.bytes();
  }

  /**
   * The most that a run keeps in files.
   *
   * @return bytes; 0 where all is in memory
   * @throws BackendException if the backend cannot compute an op
   */
  public long spilledBytes() {
    return policy.spills() ? counted().files.bytes() : 0;
  }

  /**
   * About how many additions and multiplications a run takes; backward counts twice what forward
   * does.
   *
   * @return number of operations
   * @throws BackendException if the backend cannot compute an op
   */
  public double flops() {
    return counted().flops;
  }

  /**
   * How many ops a run starts, forward and backward, what is made again among them.
   *
   * @return their number
   * @throws BackendException if the backend cannot compute an op
   */
  public long ops() {
    return counted().ops;
  }

  /**
   * What each phase takes, forward or backward.
   *
   * @return in the order in which they run forward
   * @throws BackendException if the backend cannot compute an op
   */
  public List<Cost> costs() {
    Counting c = counted();
    List<Cost> all = new ArrayList<>();
    for (int p = 0; p < phases.phases().size(); p++) {
      Phase phase = phases.phases().get(p);
      List<Step> steps = phase.steps();
      all.add(
          new Cost(
              phase.isStretched(),
              StretchedPlan.layer(steps.get(0)),
              StretchedPlan.layer(steps.get(steps.size() - 1)),
              c.peaks.getOrDefault(p, 0L),
              StretchedPlan.largest(phases, phase, pieces.frames, pieces.dtype)));
    }
    return all;
  }

  private Counting counted() {
    pieces();
    if (counted == null) {
      Counting c = new Counting();
      Map<Value, Bytes> weights = new HashMap<>();
      terms.forEach(t -> weights.put(t, new Bytes(0, Place.PASSING)));
      c.forward();
      c.backward(weights);
      c.mark();
      counted = c;
    }
    return counted;
  }

  @Override
  public void close() {
    closed = true;
    pieces.close();
  }

  /** Counts instead of working. */
  private final class Counting extends RoundTrip<Bytes> {
    private final Peak peak = pieces.backend.memory().peak();

    /** What is kept in files. */
    private final Peak files = Peak.ofLive();

    private final Place ofKept = policy.spills() ? Place.FILE : Place.LASTING;
    private final Map<Integer, Long> peaks = new HashMap<>();
    private final Bytes elsewhere = new Bytes(0, Place.PASSING);
    private int number;
    private double flops;
    private long ops;

    Counting() {
      super(TrainingPlan.this.pieces, terms);
    }

    @Override
    void at(int phase, boolean backward, Span span) {
      if (phase != number) {
        mark();
        number = phase;
      }
    }

    private void mark() {
      peaks.merge(number, peak.sinceMark(), Math::max);
    }

    private Bytes add(Shape shape) {
      return add(shape, Place.PASSING);
    }

    private Bytes add(Shape shape, Place place) {
      Bytes b = made(shape, place);
      add(b.count, place);
      return b;
    }

    private void add(long bytes, Place place) {
      switch (place) {
        case PASSING -> peak.add(bytes);
        case LASTING -> peak.addLasting(bytes);
        case FILE -> files.add(bytes);
      }
    }

    private Bytes made(Shape shape, Place place) {
      return new Bytes(shape.elements() * pieces.dtype.bytes(), place);
    }

    @Override
    Bytes upload(Value feed, Shape shape, long from, long to) {
      return add(shape);
    }

    @Override
    Bytes variable(Value v) {
      return elsewhere;
    }

    @Override
    Bytes zeros(Shape shape) {
      return add(shape);
    }

    @Override
    Bytes lastingZeros(Shape shape) {
      return add(shape, Place.LASTING);
    }

    @Override
    Bytes keptZeros(Shape shape) {
      return add(shape, ofKept);
    }

    @Override
    Bytes copy(Bytes h, Shape shape) {
      return add(shape, Place.LASTING);
    }

    @Override
    List<Bytes> run(Piece piece, Span span, List<Bytes> feeds) {
      Place place = piece.lasting() ? ofKept : Place.PASSING;
      List<Value> kept = piece.kept().stream().map(piece::of).toList();
      piece.planned().countForward(peak, kept, bytes -> add(bytes, place));
      flops += piece.planned().flops();
      ops += piece.planned().forwardOps();
      return kept.stream().map(v -> made(v.shape(), place)).toList();
    }

    @Override
    Round<Bytes> open(Piece piece, Span span, List<Bytes> feeds) {
      piece.planned().countTrainingForward(peak);
      ops += piece.planned().forwardOps();
      return new Round<>() {
        @Override
        public Bytes value(Value ofPart) {
          return made(ofPart.shape(), Place.PASSING);
        }

        @Override
        public void backward(Map<Value, Bytes> gradients) {
          ops += piece.planned().countTrainingBackward(gradients.keySet(), peak);
          flops += 3 * piece.planned().flops();
        }

        @Override
        public void close() {}
      };
    }

    @Override
    Bytes joined(TimeAxis time, Shape shape, List<Bytes> stretches) {
      ops++;
      return add(shape);
    }

    @Override
    Bytes slice(TimeAxis time, Shape shape, Bytes all, long from, long to, boolean isKept) {
      ops++;
      return add(shape, isKept ? ofKept : Place.PASSING);
    }

    @Override
    List<Bytes> moments(
        Normalization n, List<Bytes> means, List<Bytes> variances, List<Long> frames) {
      return List.of(add(n.mean().shape(), Place.LASTING), add(n.mean().shape(), Place.LASTING));
    }

    @Override
    List<Bytes> shares(
        Normalization n, Bytes gamma, Bytes variance, Bytes betaGradient, Bytes gammaGradient) {
      return moments(n, List.of(), List.of(), List.of());
    }

    /** What goes backward where they are not told takes no more than its head does after it. */
    @Override
    boolean tells(Normalization n, Bytes gamma, Bytes beta) {
      return true;
    }

    @Override
    void sum(Selection s, Shape blocks, List<Bytes> of, Bytes betaGradient, Bytes gammaGradient) {
      List<Bytes> passing = new ArrayList<>();
      if (s.places().isPresent()) {
        passing.add(add(blocks));
      }
      passing.add(add(blocks));
      passing.add(add(Shape.of(blocks.dim(1))));
      passing.add(add(Shape.of(blocks.dim(1))));
      passing.forEach(this::close);
      flops += s.places().map(x -> 5.0 * x.size()).orElse(4.0) * blocks.elements();
      ops += s.places().map(x -> 4L * x.size()).orElse(3L);
    }

    @Override
    Bytes corrected(
        Normalization n, Shape shape, Bytes gradient, Bytes x, Bytes mean, List<Bytes> shares) {
      ops++;
      return add(shape);
    }

    @Override
    void give(Value v, long from, long to, Bytes values) {}

    @Override
    void close(Bytes b) {
      switch (b.place) {
        case PASSING -> peak.remove(b.count);
        case LASTING -> peak.removeLasting(b.count);
        case FILE -> files.remove(b.count);
      }
    }
  }
}
