package convlstm4j.program.time;

import convlstm4j.op.Pool;
import convlstm4j.op.TimeUse;
import convlstm4j.op.Winners;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.program.Value.Kind;
import convlstm4j.program.time.TimeAxis.Place;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A value whose elements are some of those that a {@link Normalization} makes, each with the whole
 * of its gradient: what a maximum pooling leaves of them. As {@code x^ = (y - beta) / gamma}, the
 * two sums of the normalisation's gradients, of {@code dy} and of {@code dy x^}, are told by this
 * value and its gradient alone, and, where the pooling goes along the normalised axis, by where its
 * maxima come from.
 *
 * @param normalization whose results are selected
 * @param value what is selected; those results themselves, if nothing is left out
 * @param channels where the places of gamma and beta are in the value, or windows over them
 * @param places which of its window's places each element comes from; empty if there are no windows
 */
public record Selection(
    Normalization normalization, Value value, TimeAxis channels, Optional<Places> places) {
  /**
   * Where maxima come from, along one axis.
   *
   * @param packed what {@link Winners} makes
   * @param size of the windows
   * @param stride from a window to the next
   * @param pad places before the first channel
   */
  public record Places(Value packed, int size, int stride, int pad) {
    /**
     * The channels that windows have at a place.
     *
     * @param place in each window, from 0
     * @param windows how many
     * @param count how many channels there are
     * @return one for each window; -1 in the padding
     */
    public int[] channels(int place, int windows, int count) {
      int[] all = new int[windows];
      for (int k = 0; k < windows; k++) {
        int c = k * stride - pad + place;
        all[k] = c >= 0 && c < count ? c : -1;
      }
      return all;
    }

    /**
     * The packed places of some values.
     *
     * @param values {@code [outer, windows, inner]}
     * @return {@code [outer, numbers, inner]}
     */
    public Shape blocks(Shape values) {
      int per = Winners.perNumber(size);
      return values.with(1, (values.dim(1) + per - 1) / per);
    }
  }

  /** Steps that lead from what a normalisation makes to a value, all of which select. */
  private record Way(Normalization normalization, List<Step> steps) {
    static Optional<Way> to(Value value, List<Step> among, List<Normalization> all) {
      List<Step> steps = new ArrayList<>();
      for (Value v = value; ; v = steps.get(0).inputs().get(0).root()) {
        Value made = v;
        Optional<Normalization> n = all.stream().filter(x -> x.y() == made).findFirst();
        if (n.isPresent()) {
          return n.filter(x -> x.op().axes().size() == 1).map(x -> new Way(x, steps));
        }
        Optional<Step> step = among.stream().filter(s -> s.outputs().contains(made)).findFirst();
        if (step.filter(s -> s.op().selects() && s.inputs().size() == 1).isEmpty()) {
          return Optional.empty();
        }
        steps.add(0, step.get());
      }
    }

    /** Follows the places of gamma and beta through some first steps, as time is followed. */
    Optional<TimeAxis> channels(int count) {
      Shape y = normalization.y().shape();
      int axis = normalization.op().axes().get(0);
      TimeAxis channels = TimeAxis.of(y, new Place(axis, 1, 1), y.dim(axis));
      for (Step s : steps.subList(0, count)) {
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

    /** What tells where maxima come from, if the last step pools along the channels. */
    Optional<Step> winners() {
      if (steps.isEmpty() || channels(steps.size()).isPresent()) {
        return Optional.empty();
      }
      Step last = steps.get(steps.size() - 1);
      Value x = last.inputs().get(0);
      return channels(steps.size() - 1)
          .flatMap(c -> c.in(x.shape()))
          .filter(place -> place.isAlone() && last.op() instanceof Pool)
          .map(place -> new Winners(((Pool) last.op()).window(), place.axis()))
          .map(
              op -> {
                Shape packed = op.outputShapes(List.of(x.shape())).get(0);
                Value places = new Value(-1, Kind.RESULT, packed, null);
                return new Step(op, List.of(x), List.of(places), last.layer(), last.number());
              });
    }
  }

  /**
   * Steps that tell where those maxima come from that are taken along a normalised axis.
   *
   * @param steps of a phase
   * @param outputs of the phase
   * @param normalizations of the program
   */
  static List<Step> winners(
      List<Step> steps, Collection<Value> outputs, List<Normalization> normalizations) {
    return outputs.stream()
        .flatMap(v -> Way.to(v, steps, normalizations).stream())
        .flatMap(way -> way.winners().stream())
        .toList();
  }

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
      Optional<Selection> one =
          Way.to(output, phase.steps(), normalizations).flatMap(way -> of(phase, output, way));
      if (one.isEmpty()) {
        return Optional.empty();
      }
      all.add(one.get());
    }
    return Optional.of(all);
  }

  private static Optional<Selection> of(Phase phase, Value output, Way way) {
    Normalization n = way.normalization();
    Optional<Step> wanted = way.winners();
    if (wanted.isEmpty()) {
      return way.channels(way.steps().size())
          .map(c -> new Selection(n, output, c, Optional.empty()));
    }
    Winners op = (Winners) wanted.get().op();
    Value x = wanted.get().inputs().get(0);
    int axis = op.axis();
    int size = op.window().size().get(op.spatial());
    int stride = op.window().strides().get(op.spatial());
    int pad = (int) op.window().padBefore(op.spatial(), x.shape().dim(axis));
    return phase.winners().stream()
        .filter(s -> s.op().equals(op) && s.inputs().equals(List.of(x)))
        .map(s -> new Places(s.outputs().get(0), size, stride, pad))
        .map(p -> new Selection(n, output, channels(way, axis), Optional.of(p)))
        .findFirst();
  }

  /** Windows over channels, in what the last step makes. */
  private static TimeAxis channels(Way way, int axis) {
    Shape y = way.steps().get(way.steps().size() - 1).outputs().get(0).shape();
    return TimeAxis.of(y, new Place(axis, 1, 1), y.dim(axis));
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
