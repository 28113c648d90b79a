package convlstm4j.program.time;

import convlstm4j.op.TimeUse;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.program.time.TimeAxis.Place;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A value whose elements are some of those that a {@link Normalization} makes, each with the whole
 * of its gradient: what a maximum pooling leaves of them. As {@code x^ = (y - beta) / gamma}, the
 * two sums of the normalisation's gradients, of {@code dy} and of {@code dy x^}, are told by this
 * value and its gradient alone.
 *
 * @param normalization whose results are selected
 * @param value what is selected; those results themselves, if nothing is left out
 * @param channels where the places of gamma and beta are in the value
 */
public record Selection(Normalization normalization, Value value, TimeAxis channels) {
  /**
   * What a phase makes of what it normalises.
   *
   * @param phase any
   * @param normalizations of the program
   * @return one for each of the phase's outputs; empty if one is made in another way
   */
  static Optional<List<Selection>> of(Phase phase, List<Normalization> normalizations) {
    List<Selection> all = new ArrayList<>();
    for (Value output : phase.outputs()) {
      Optional<Selection> one = of(phase, output, normalizations);
      if (one.isEmpty()) {
        return Optional.empty();
      }
      all.add(one.get());
    }
    return Optional.of(all);
  }

  private static Optional<Selection> of(Phase phase, Value output, List<Normalization> all) {
    List<Step> steps = new ArrayList<>();
    for (Value v = output; ; v = steps.get(0).inputs().get(0).root()) {
      Value made = v;
      Optional<Normalization> n = all.stream().filter(x -> x.y() == made).findFirst();
      if (n.isPresent()) {
        return channels(n.get(), steps).map(c -> new Selection(n.get(), output, c));
      }
      Optional<Step> step =
          phase.steps().stream().filter(s -> s.outputs().contains(made)).findFirst();
      if (step.filter(s -> s.op().selects() && s.inputs().size() == 1).isEmpty()) {
        return Optional.empty();
      }
      steps.add(0, step.get());
    }
  }

  /** Follows the places of gamma and beta through steps, as time is followed. */
  private static Optional<TimeAxis> channels(Normalization n, List<Step> steps) {
    if (n.op().axes().size() != 1) {
      return Optional.empty();
    }
    Shape y = n.y().shape();
    int axis = n.op().axes().get(0);
    TimeAxis channels = TimeAxis.of(y, new Place(axis, 1, 1), y.dim(axis));
    for (Step s : steps) {
      Shape x = s.inputs().get(0).shape();
      Optional<Place> place = channels.in(x);
      if (place.isEmpty()) {
        return Optional.empty();
      }
      TimeUse use = s.op().along(0, place.get().axis(), List.of(x));
      int there = use.kind() == TimeUse.Kind.LOCAL ? use.outputs().get(0) : TimeUse.NONE;
      if (there == TimeUse.NONE) {
        return Optional.empty();
      }
      Place to = new Place(there, place.get().before(), place.get().after());
      channels = TimeAxis.of(s.outputs().get(0).shape(), to, channels.steps());
    }
    return Optional.of(channels);
  }

  /**
   * Some frames of the value as channels and what is around them.
   *
   * @param time where time is in the value
   * @param frames how many
   * @return {@code [outer, C, inner]}
   */
  public Shape blocks(TimeAxis time, long frames) {
    boolean isAround = time.inner() > channels.inner();
    long outer = isAround ? channels.outer() / time.steps() * frames : channels.outer();
    long inner = isAround ? channels.inner() : channels.inner() / time.steps() * frames;
    return Shape.of(outer, channels.steps(), inner);
  }
}
