package convlstm4j.execution;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Peak;
import convlstm4j.execution.Bytes.Place;
import convlstm4j.execution.Pieces.Piece;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.program.time.Phase;
import convlstm4j.program.time.Phase.Carried;
import convlstm4j.program.time.Phases;
import convlstm4j.program.time.TimeAxis;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A forward program whose phases are planned for some frames at a time. It allocates nothing that
 * grows with the data, so it tells what a run would cost without variables.
 */
public final class StretchedPlan implements AutoCloseable {
  /** How many arrays of a phase are told. */
  private static final int LARGEST = 3;

  /**
   * What a phase takes.
   *
   * @param stretched whether it runs some frames at a time
   * @param first the layer of its first op
   * @param last the layer of its last op
   * @param peakBytes the most memory that it takes, with what others have left
   * @param largest the arrays that it makes, the largest first: layer, shape and bytes of each
   */
  public record Cost(
      boolean stretched, String first, String last, long peakBytes, List<String> largest) {
    public Cost {
      largest = List.copyOf(largest);
    }
  }

  private final Phases phases;
  private final DType dtype;
  private final Pieces pieces;
  private boolean closed;

  /**
   * Plans nothing yet: pieces are planned when they are first counted or run.
   *
   * @param phases a program that has been cut
   * @param keep values that are read after a run
   * @param backend on what
   * @param dtype element type
   * @param steps frames in all: those of the program, or, where no phase runs on more than a
   *     stretch of them, any number
   * @param frames frames at a time, at least 1
   */
  public StretchedPlan(
      Phases phases,
      Collection<Value> keep,
      Backend backend,
      DType dtype,
      long steps,
      long frames) {
    this.phases = phases;
    this.dtype = dtype;
    this.pieces = new Pieces(phases, keep, backend, dtype, steps, frames);
  }

  Pieces pieces() {
    if (closed) {
      throw new IllegalStateException("the plan is closed; plan anew, and close it after its runs");
    }
    return pieces;
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
   * The most memory that a run takes beside the weights.
   *
   * @return bytes of feeds, values and workspace live at once
   * @throws BackendException if the backend cannot compute an op
   */
  public long peakBytes() {
    return counted(new Counting()).peak.bytes();
  }

  /**
   * The same of a run that {@linkplain StretchedRun#goingOn goes on}, with the states that it ends
   * with.
   *
   * @param begun whether there are states that it begins with; they are not counted
   * @return bytes
   * @throws BackendException if the backend cannot compute an op
   */
  public long peakBytesGoingOn(boolean begun) {
    return counted(new GoingOn(begun)).peak.bytes();
  }

  /**
   * How many ops a run starts.
   *
   * @return their number
   * @throws BackendException if the backend cannot compute an op
   */
  public long ops() {
    return counted(new Counting()).ops;
  }

  /**
   * What each phase takes.
   *
   * @return in the order in which they run
   * @throws BackendException if the backend cannot compute an op
   */
  public List<Cost> costs() {
    Counting c = counted(new Counting());
    List<Cost> all = new ArrayList<>();
    for (int p = 0; p < phases.phases().size(); p++) {
      Phase phase = phases.phases().get(p);
      List<Program.Step> steps = phase.steps();
      all.add(
          new Cost(
              phase.isStretched(),
              layer(steps.get(0)),
              layer(steps.get(steps.size() - 1)),
              c.peaks.getOrDefault(p, 0L),
              largest(phases, phase, pieces.frames, dtype)));
    }
    return all;
  }

  static String layer(Program.Step s) {
    return s.layer().isEmpty() ? s.op().opName() : s.layer();
  }

  /** The largest arrays that a phase makes of some frames. */
  static List<String> largest(Phases phases, Phase phase, long frames, DType dtype) {
    return phase.steps().stream()
        .flatMap(
            s ->
                s.outputs().stream().map(v -> Map.entry(shape(phases, phase, v, frames), layer(s))))
        .sorted(Comparator.comparingLong(e -> -e.getKey().elements()))
        .limit(LARGEST)
        .map(e -> described(e.getValue(), e.getKey(), dtype))
        .toList();
  }

  private static Shape shape(Phases phases, Phase phase, Value v, long frames) {
    return phase.isStretched()
        ? phases.time(v).map(t -> t.resized(v.shape(), frames)).orElse(v.shape())
        : v.shape();
  }

  private static String described(String layer, Shape shape, DType dtype) {
    return layer + " " + shape + ", " + ((shape.elements() * dtype.bytes()) >> 20) + " MiB";
  }

  /**
   * The same for a program that runs at once.
   *
   * @param program any
   * @param dtype element type
   * @param peakBytes the most memory that it takes
   * @return one phase; none for a program without a step, whose outputs are its inputs
   */
  public static List<Cost> costsAtOnce(Program program, DType dtype, long peakBytes) {
    List<Program.Step> steps = program.steps();
    if (steps.isEmpty()) {
      return List.of();
    }
    List<String> largest =
        steps.stream()
            .flatMap(s -> s.outputs().stream().map(v -> Map.entry(v, layer(s))))
            .sorted(Comparator.comparingLong(e -> -e.getKey().shape().elements()))
            .limit(LARGEST)
            .map(e -> described(e.getValue(), e.getKey().shape(), dtype))
            .toList();
    return List.of(
        new Cost(
            false, layer(steps.get(0)), layer(steps.get(steps.size() - 1)), peakBytes, largest));
  }

  private static Counting counted(Counting c) {
    c.go();
    c.end();
    return c;
  }

  @Override
  public void close() {
    closed = true;
    pieces.close();
  }

  /** Counts instead of working. */
  private class Counting extends Course<Bytes> {
    private final Peak peak = pieces.backend.memory().peak();
    private final Map<Integer, Long> peaks = new HashMap<>();
    private int number;
    private long ops;
    private final Bytes elsewhere = new Bytes(0, Place.PASSING);

    Counting() {
      super(StretchedPlan.this.pieces());
    }

    @Override
    void begins(int phase) {
      end();
      number = phase;
    }

    private void end() {
      peaks.put(number, peak.sinceMark());
    }

    private Bytes add(Shape shape) {
      long bytes = shape.elements() * dtype.bytes();
      peak.add(bytes);
      return new Bytes(bytes, Place.PASSING);
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
    List<Bytes> run(Piece piece, List<Bytes> feeds) {
      piece.planned().countForward(peak, piece.kept(), peak::addLasting);
      ops += piece.planned().forwardOps();
      return piece.kept().stream()
          .map(v -> new Bytes(v.shape().elements() * dtype.bytes(), Place.LASTING))
          .toList();
    }

    @Override
    Bytes joined(TimeAxis time, Shape shape, List<Bytes> stretches) {
      ops++;
      return add(shape);
    }

    @Override
    Bytes slice(TimeAxis time, Shape shape, Bytes all, long from, long to) {
      ops++;
      return add(shape);
    }

    @Override
    void give(Value v, long from, long to, Bytes values) {}

    @Override
    void close(Bytes b) {
      if (b.place == Place.LASTING) {
        peak.removeLasting(b.count);
      } else {
        peak.remove(b.count);
      }
    }
  }

  private final class GoingOn extends Counting {
    private final boolean begun;

    GoingOn(boolean begun) {
      this.begun = begun;
    }

    @Override
    @Nullable Bytes first(Carried state) {
      return begun ? variable(state.before()) : null;
    }

    @Override
    boolean startsAnew() {
      return true;
    }

    /** It stays until the run ends. */
    @Override
    void carriedOn(Carried state, Bytes last) {
      zeros(state.after().shape());
    }
  }
}
