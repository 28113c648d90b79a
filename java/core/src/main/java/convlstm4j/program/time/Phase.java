package convlstm4j.program.time;

import convlstm4j.op.Concat;
import convlstm4j.op.Pad;
import convlstm4j.op.TimeUse;
import convlstm4j.program.Program;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.program.Value.Kind;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Steps of a program that run one after the other, either on all there is or some frames at a time.
 * All values are roots: arrays, not views of them.
 */
public final class Phase {
  /**
   * A state that a stretch begins with.
   *
   * @param before the value that the first stretch begins with
   * @param after the value at the end of a stretch, which the next begins with
   * @param name the layer's and the state's, for people
   */
  public record Carried(Value before, Value after, String name) {}

  /**
   * A step, and how it treats time where that comes in stretches.
   *
   * @param lag of what it reads
   * @param seen the last frames that a window has seen, which the next stretch sees again; null for
   *     others
   */
  record Timed(
      Step step,
      @Nullable TimeUse use,
      TimeAxis.@Nullable Place place,
      long lag,
      @Nullable Carried seen) {
    Timed(Step step, @Nullable TimeUse use, TimeAxis.@Nullable Place place, long lag) {
      this(step, use, place, lag, null);
    }

    /** How a step that runs some frames at a time uses time. */
    TimeUse stretchedUse() {
      return Objects.requireNonNull(use, () -> step + " runs at once");
    }

    /** Where time is in what such a step makes. */
    TimeAxis.Place stretchedPlace() {
      return Objects.requireNonNull(place, () -> step + " runs at once");
    }
  }

  private final boolean stretched;
  private final List<Timed> steps;
  private final Map<Value, TimeAxis> times;
  private final Map<Value, Long> lags;
  private final List<Value> inputs;
  private final List<Carried> carried;
  private final List<Value> outputs;
  private final boolean tail;

  /** Of no program; run only where what they make is wanted. */
  private final List<Timed> winners;

  Phase(
      boolean stretched,
      boolean tail,
      List<Timed> steps,
      List<Timed> winners,
      Map<Value, TimeAxis> times,
      Map<Value, Long> lags,
      List<Value> inputs,
      List<Carried> carried,
      List<Value> outputs) {
    this.stretched = stretched;
    this.tail = tail;
    this.steps = List.copyOf(steps);
    this.winners = List.copyOf(winners);
    this.times = times;
    this.lags = lags;
    this.inputs = List.copyOf(inputs);
    this.carried = List.copyOf(carried);
    this.outputs = List.copyOf(outputs);
  }

  /**
   * Whether it runs some frames at a time.
   *
   * @return false for one that runs at once
   */
  public boolean isStretched() {
    return stretched;
  }

  /**
   * Whether it takes little work and memory and carries nothing, from a {@link Normalization} on,
   * so that what it reads may be made again for it.
   *
   * @return false for all phases of a program that is not for training
   */
  public boolean isTail() {
    return tail;
  }

  /**
   * What it reads from outside, without states and zeros.
   *
   * @return roots, each once
   */
  public List<Value> inputs() {
    return inputs;
  }

  /**
   * States that go from stretch to stretch.
   *
   * @return in the order of the steps
   */
  public List<Carried> carried() {
    return carried;
  }

  /**
   * What it makes for others.
   *
   * @return roots, each once, those of {@link #carried} not among them unless others read them
   */
  public List<Value> outputs() {
    return outputs;
  }

  /**
   * The ops at work.
   *
   * @return steps of the whole program
   */
  public List<Step> steps() {
    return steps.stream().map(Timed::step).toList();
  }

  /** Steps that tell where maxima come from, see {@link Selection}; not among {@link #steps}. */
  List<Step> winners() {
    return winners.stream().map(Timed::step).toList();
  }

  /**
   * A phase as a program of its own. Its feeds are the phase's inputs, then the states.
   *
   * @param program what to run
   * @param values what stands in it for the values that the phase makes and reads
   * @param inputs those of the phase's inputs that it is fed with
   * @param states those of the phase's carried states that it is fed with, and what stands for
   *     each; what windows have seen is not there in the first stretch
   * @param draws for each of its steps, by {@link Step#number}, which random numbers it draws
   */
  public record Part(
      Program program,
      Map<Value, Value> values,
      List<Value> inputs,
      Map<Carried, Value> states,
      List<Draw> draws) {
    public Part {
      inputs = List.copyOf(inputs);
      draws = List.copyOf(draws);
    }
  }

  /**
   * Which random numbers a step draws: those that it would draw for all frames at once.
   *
   * @param number of the step in the whole program
   * @param time in what they are drawn for; empty where that has none
   * @param lag of the step
   */
  public record Draw(int number, Optional<TimeAxis> time, long lag) {
    /**
     * Those of some frames.
     *
     * @param run random numbers of the whole program's run
     * @param span which
     * @return the step's random numbers
     */
    public Philox of(Philox run, Span span) {
      long from = span.from(lag);
      long to = span.to(lag);
      Philox all = Streams.op(run, number);
      return time.map(
              t ->
                  all.part(
                      new Philox.Part(
                          from * t.inner(), (to - from) * t.inner(), t.steps() * t.inner())))
          .orElse(all);
    }
  }

  /**
   * The phase for some frames.
   *
   * @param span which; of a phase that runs at once, all
   * @return a program
   */
  public Part part(Span span) {
    List<Value> all = new ArrayList<>(outputs);
    carried.forEach(c -> all.add(c.after()));
    return part(span, all);
  }

  /**
   * What of the phase leads to some values, for some frames.
   *
   * @param span which; of a phase that runs at once, all
   * @param keep roots that the phase makes, which are read after a run; places of maxima among them
   * @return a program
   */
  public Part part(Span span, Collection<Value> keep) {
    List<Timed> needed = leadingTo(keep);
    Set<Value> read = new HashSet<>();
    Set<Value> ends = new HashSet<>();
    for (Timed t : needed) {
      t.step.inputs().forEach(v -> read.add(v.root()));
      ends.addAll(t.step.outputs());
    }
    Program.Builder g = new Program.Builder(false, false);
    Map<Value, Value> made = new HashMap<>();
    List<Value> fed = inputs.stream().filter(read::contains).toList();
    fed.forEach(v -> made.put(v, g.feed(shape(v, v.shape(), span))));
    Map<Value, Value> states = new HashMap<>();
    Map<Carried, Value> begins = new LinkedHashMap<>();
    carried.stream()
        .filter(c -> ends.contains(c.after()) && !(span.isFirst() && isSeen(c)))
        .forEach(
            c -> {
              begins.put(c, g.feed(c.after().shape()));
              states.put(c.after(), begins.get(c));
            });
    List<Draw> draws = new ArrayList<>();
    for (Timed t : needed) {
      List<Value> in = new ArrayList<>();
      for (int k = 0; k < t.step.inputs().size(); k++) {
        Value v = t.step.inputs().get(k);
        boolean isState = stretched && t.stretchedUse().carried().contains(k);
        in.add(
            isState
                ? g.reshape(known(states, t.step.outputs().get(k)), v.shape())
                : v.root().kind() == Kind.ZEROS
                    ? g.zeros(zeros(t, k, v.shape(), span))
                    : g.reshape(known(made, v.root()), shape(v.root(), v.shape(), span)));
      }
      g.enter(t.step.layer());
      List<Value> out =
          t.seen == null
              ? g.ops(
                  stretched ? t.step.op().stretched(t.stretchedPlace().axis()) : t.step.op(), in)
              : window(g, t, in, states.get(t.seen.after()), span, keep.contains(t.seen.after()));
      g.leave();
      int steps = g.steps();
      while (draws.size() < steps) {
        draws.add(new Draw(t.step.number(), drawn(t), t.lag));
      }
      for (int k = 0; k < out.size(); k++) {
        Value v = t.step.outputs().get(k);
        if (!out.get(k).shape().equals(shape(v, v.shape(), span))) {
          throw new IllegalStateException(
              t.step.op() + " makes " + out.get(k).shape() + " of " + span);
        }
        made.put(v, out.get(k));
      }
    }
    keep.forEach(v -> g.expose(known(made, v)));
    return new Part(g.build(), made, fed, begins, draws);
  }

  /** What a map has of a value that earlier steps have made. */
  static <T> T known(Map<Value, T> of, Value v) {
    return Objects.requireNonNull(
        of.get(v), () -> "a value of shape " + v.shape() + " is read before it is made");
  }

  private boolean isSeen(Carried c) {
    return steps.stream().anyMatch(t -> c.equals(t.seen));
  }

  /**
   * An op that sees around each frame, on those that were seen at the end of the stretch before and
   * these. What it makes up for the missing is cut off.
   *
   * @param before what was seen; null in the first stretch
   * @param keeps whether what it has seen is wanted
   */
  private static List<Value> window(
      Program.Builder g,
      Timed t,
      List<Value> in,
      @Nullable Value before,
      Span span,
      boolean keeps) {
    int axis = t.stretchedPlace().axis();
    TimeUse use = t.stretchedUse();
    Value x = in.get(0);
    Value seen = before == null ? x : g.op(new Concat(axis, 2), before, x);
    List<Value> inputs = new ArrayList<>(in);
    inputs.set(0, seen);
    int front = before == null ? 0 : use.before();
    int back = span.isLast() ? 0 : use.after();
    // Of what only waits nothing but the cut is left.
    Value y = t.step.op() instanceof Pad ? seen : g.ops(t.step.op(), inputs).get(0);
    List<Value> all = new ArrayList<>(List.of(cut(g, y, axis, front, back)));
    if (keeps) {
      long more = seen.shape().dim(axis) - (use.before() + use.after());
      all.add(cut(g, seen, axis, (int) more, 0));
    }
    return all;
  }

  private static Value cut(Program.Builder g, Value x, int axis, int front, int back) {
    List<Integer> before = new ArrayList<>(Collections.nCopies(x.shape().rank(), 0));
    List<Integer> after = new ArrayList<>(before);
    before.set(axis, -front);
    after.set(axis, -back);
    return g.op(new Pad(before, after), x);
  }

  /** Where time is in what a step draws random numbers for. */
  private Optional<TimeAxis> drawn(Timed t) {
    if (!stretched) {
      return Optional.empty();
    }
    List<Shape> all = t.step.inputs().stream().map(Value::shape).toList();
    TimeAxis.Place place = t.stretchedPlace();
    return t.step
        .op()
        .drawn(all)
        .filter(d -> d.dim(place.axis()) == all.get(0).dim(place.axis()))
        .map(d -> TimeAxis.of(d, place, known(times, t.step.inputs().get(0).root()).steps()));
  }

  private List<Timed> leadingTo(Collection<Value> keep) {
    Set<Value> needed = new HashSet<>(keep);
    List<Timed> among = new ArrayList<>(steps);
    among.addAll(winners);
    List<Timed> all = new ArrayList<>();
    for (int i = among.size() - 1; i >= 0; i--) {
      Timed t = among.get(i);
      if (t.step.outputs().stream().anyMatch(needed::contains)) {
        t.step.inputs().forEach(v -> needed.add(v.root()));
        all.add(0, t);
      }
    }
    return all;
  }

  private Shape shape(Value root, Shape shape, Span span) {
    TimeAxis time = stretched ? times.get(root) : null;
    return time == null ? shape : span.of(shape, time, lags.getOrDefault(root, 0L));
  }

  /** Zeros have as many frames as what they are read with. */
  private Shape zeros(Timed t, int input, Shape shape, Span span) {
    int axis = stretched ? t.stretchedUse().inputs().get(input) : TimeUse.NONE;
    if (axis == TimeUse.NONE) {
      return shape;
    }
    TimeAxis.Place place = t.stretchedPlace();
    return shape.with(axis, place.before() * span.count(t.lag) * place.after());
  }
}
