package convlstm4j.program.time;

import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Recurrence;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A program cut by {@link TimePass}.
 *
 * @param program what was cut
 * @param phases in the order in which they run
 * @param steps how many frames there are
 * @param times where time is in the values that have it
 * @param lags of values that are behind the first in a stretch: by how many frames
 * @param least the smallest number of frames that may be at work at a time
 * @param normalizations batch normalisations that were cut, of a program for training
 * @param whole for each op that wants all frames at once, its layer and why
 */
public record Phases(
    Program program,
    List<Phase> phases,
    long steps,
    Map<Value, TimeAxis> times,
    Map<Value, Long> lags,
    long least,
    List<Normalization> normalizations,
    List<String> whole) {
  public Phases {
    phases = List.copyOf(phases);
    normalizations = List.copyOf(normalizations);
    whole = List.copyOf(whole);
  }

  /**
   * Whether any op runs some frames at a time.
   *
   * @return false if nothing is won
   */
  public boolean isStretched() {
    return phases.stream().anyMatch(Phase::isStretched);
  }

  /**
   * Time in a value.
   *
   * @param value any
   * @return where; empty if it has none
   */
  public Optional<TimeAxis> time(Value value) {
    return Optional.ofNullable(times.get(value.root()));
  }

  /**
   * Checks a number of frames at a time.
   *
   * @param frames that are to be at work
   * @param all frames in all
   * @return the number
   * @throws IllegalArgumentException if what sees frames around each needs more
   */
  public long atATime(long frames, long all) {
    if (frames < least && frames < all) {
      throw new IllegalArgumentException(
          frames + " frames at a time, the windows over time need at least " + least);
    }
    return Math.min(frames, all);
  }

  /**
   * By how much a value lags.
   *
   * @param value any
   * @return frames, see {@link Span}
   */
  public long lag(Value value) {
    return lags.getOrDefault(value.root(), 0L);
  }

  /**
   * A shape of a value in a stretch.
   *
   * @param value any
   * @param shape one of its array's
   * @param span the stretch
   * @return the shape with as many frames as there are of it
   */
  public Shape shape(Value value, Shape shape, Span span) {
    return time(value).map(t -> span.of(shape, t, lag(value))).orElse(shape);
  }

  /**
   * What a phase selects of what it normalises.
   *
   * @param phase one of the phases
   * @return one for each of its outputs; empty if it makes one in another way
   */
  public Optional<List<Selection>> selections(Phase phase) {
    return Selection.of(phase, normalizations);
  }

  /**
   * Layers that go from frame to frame and run over all frames at once.
   *
   * @return their names, or ops'
   */
  public List<String> recurrencesAtOnce() {
    Stream<String> ops =
        phases.stream()
            .filter(p -> !p.isStretched())
            .flatMap(p -> p.steps().stream())
            .filter(s -> s.op() instanceof ConvLstm2d || s.op() instanceof Recurrence)
            .filter(s -> s.inputs().stream().anyMatch(v -> times.containsKey(v.root())))
            .map(s -> s.layer().isEmpty() ? s.op().opName() : s.layer());
    return Stream.concat(ops, program.unrolled().stream()).distinct().toList();
  }
}
