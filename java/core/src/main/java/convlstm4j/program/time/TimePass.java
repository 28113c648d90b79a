package convlstm4j.program.time;

import convlstm4j.op.BatchNorm;
import convlstm4j.op.Pad;
import convlstm4j.op.TimeUse;
import convlstm4j.program.Program;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.program.Value.Kind;
import convlstm4j.program.time.Phase.Carried;
import convlstm4j.program.time.Phase.Timed;
import convlstm4j.program.time.TimeAxis.Place;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds which values of a forward program have a time axis, and cuts the program into phases:
 * docs/adr/0064. Ops that treat time step by step, or carry a state along it, run some frames at a
 * time; between them are those that want all of it at once.
 *
 * <p>Phases have numbers: even ones run at once, odd ones in stretches. A step belongs to the first
 * one in which its inputs are there.
 */
public final class TimePass {
  /** Operations for each element read, of a step that is rather done again than kept. */
  private static final int LIGHT = 16;

  /** A value that is read some frames later, in a phase. */
  private record Wait(Value root, long frames, int phase) {}

  private final Program program;
  private final long steps;
  private final Set<Value> kept = new LinkedHashSet<>();
  private final Map<Value, TimeAxis> times = new HashMap<>();
  private final Map<Value, Long> lags = new HashMap<>();

  /** What waits until another value has as many frames. */
  private final Map<Wait, Value> late = new HashMap<>();

  private long least = 1;
  private final Map<Value, Integer> madeIn = new HashMap<>();
  private final TreeMap<Integer, List<Timed>> phases = new TreeMap<>();
  private final Set<String> whole = new LinkedHashSet<>();
  private final Map<String, Integer> names = new HashMap<>();

  /** Whether normalisations in training are cut. */
  private final boolean cuts;

  /** Whether what sees some frames around each may run in stretches. */
  private final boolean looksAhead;

  private final List<Normalization> normalizations = new ArrayList<>();

  /** What is made by steps of tails. */
  private final Set<Value> inTails = new HashSet<>();

  private TimePass(
      Program program,
      Collection<Value> keep,
      Set<Value> videos,
      long steps,
      boolean cuts,
      boolean looksAhead) {
    this.program = program;
    this.cuts = cuts;
    this.looksAhead = looksAhead;
    this.steps = steps;
    keep.forEach(v -> kept.add(v.root()));
    program.newStates().values().forEach(v -> kept.add(v.root()));
    program.newParameters().values().forEach(v -> kept.add(v.root()));
    for (Value v : videos) {
      times.put(v, TimeAxis.of(v.shape(), new Place(1, 1, 1), steps));
    }
  }

  /**
   * Cuts a program.
   *
   * @param program what is to run, forward only
   * @param keep values that are read after a run; steps that do not lead to them are left out
   * @param videos feeds whose axis 1 is time, all of one size
   * @param frames what sees frames around each wants all of them where so many at a time were too
   *     few for it; 1 for frames that come one by one, {@link Long#MAX_VALUE} where any number will
   *     do
   * @return the phases; one, at once, if there are no such feeds or a single frame
   */
  public static Phases apply(
      Program program, Collection<Value> keep, Set<Value> videos, long frames) {
    return apply(program, keep, videos, frames, false);
  }

  /**
   * Cuts a program that is also run backward: batch normalisations, whose statistics are of all
   * frames, are cut as well, see {@link Normalization}.
   *
   * @param program what is to run
   * @param keep values that are read after a run; steps that do not lead to them are left out
   * @param videos feeds whose axis 1 is time, all of one size
   * @param frames as for {@link #apply(Program, Collection, Set, long)}
   * @return the phases; one, at once, if there are no such feeds or a single frame
   */
  public static Phases forTraining(
      Program program, Collection<Value> keep, Set<Value> videos, long frames) {
    return apply(program, keep, videos, frames, true);
  }

  private static Phases apply(
      Program program, Collection<Value> keep, Set<Value> videos, long frames, boolean cuts) {
    long steps = videos.stream().mapToLong(v -> v.shape().dim(1)).findFirst().orElse(1);
    Set<Value> timed = steps > 1 ? videos : Set.of();
    TimePass pass = new TimePass(program, keep, timed, steps, cuts, true);
    pass.run();
    if (pass.least > Math.min(frames, steps - 1)) {
      pass = new TimePass(program, keep, timed, steps, cuts, false);
      pass.run();
    }
    return new Phases(
        program,
        pass.phases(),
        steps,
        Map.copyOf(pass.times),
        Map.copyOf(pass.lags),
        pass.least,
        pass.normalizations,
        List.copyOf(pass.whole));
  }

  private void run() {
    Set<Value> needed = new HashSet<>(kept);
    List<Step> all = new ArrayList<>();
    for (int i = program.steps().size() - 1; i >= 0; i--) {
      Step s = program.steps().get(i);
      if (s.outputs().stream().anyMatch(needed::contains)) {
        s.inputs().forEach(v -> needed.add(v.root()));
        all.add(0, s);
      }
    }
    all.forEach(this::place);
  }

  private void place(Step s) {
    for (int k = 0; k < s.inputs().size(); k++) {
      TimeAxis time = times.get(s.inputs().get(k).root());
      if (time != null) {
        place(s, k, time);
        return;
      }
    }
    atOnce(s);
  }

  private void place(Step s, int lead, TimeAxis time) {
    Optional<Place> place = time.in(s.inputs().get(lead).shape());
    if (place.isEmpty()) {
      whole(s, "sees time in pieces of several axes");
      return;
    }
    if (isCut(s, lead, place.get())) {
      cut(s, place.get());
      return;
    }
    List<Shape> shapes = s.inputs().stream().map(Value::shape).toList();
    TimeUse use = s.op().along(lead, place.get().axis(), shapes);
    String obstacle = obstacle(s, use, place.get());
    if (obstacle.isEmpty()) {
      Step aligned = aligned(s, use);
      long lag = lag(aligned.inputs().get(lead));
      if (use.kind() == TimeUse.Kind.WINDOW) {
        window(aligned, use, place.get(), lag, stretched(aligned));
      } else {
        inStretches(new Timed(aligned, use, place.get(), lag), stretched(aligned));
      }
      outputs(aligned, lead, use, place.get(), lag + use.after());
    } else {
      whole(s, obstacle);
      outputs(s, lead, use, place.get(), 0);
    }
  }

  private long lag(Value v) {
    return lags.getOrDefault(v.root(), 0L);
  }

  /** A step all of whose frames are of the same time: who has them early waits. */
  private Step aligned(Step s, TimeUse use) {
    List<Value> timed = new ArrayList<>();
    for (int k = 0; k < s.inputs().size(); k++) {
      Value v = s.inputs().get(k);
      if (use.inputs().get(k) != TimeUse.NONE && times.containsKey(v.root())) {
        timed.add(v);
      }
    }
    long most = timed.stream().mapToLong(this::lag).max().orElse(0);
    int phase = stretched(s);
    List<Value> inputs =
        s.inputs().stream()
            .map(v -> timed.contains(v) && lag(v) < most ? late(s, v, most - lag(v), phase) : v)
            .toList();
    return new Step(s.op(), inputs, s.outputs(), s.layer(), s.number());
  }

  /** The same some frames later. */
  private Value late(Step reader, Value v, long frames, int phase) {
    Wait wait = new Wait(v.root(), frames, phase);
    Value known = late.get(wait);
    if (known == null) {
      known = waiting(reader, wait);
      late.put(wait, known);
    }
    return new Value(-1, Kind.VIEW, v.shape(), known);
  }

  private Value waiting(Step reader, Wait w) {
    Shape blocks = Phase.known(times, w.root).blocks(steps);
    Value y = new Value(-1, Kind.RESULT, blocks, null);
    List<Integer> none = List.of(0, 0, 0);
    Step wait =
        new Step(
            new Pad(none, none),
            List.of(new Value(-1, Kind.VIEW, blocks, w.root)),
            List.of(y),
            reader.layer(),
            reader.number());
    TimeUse use = TimeUse.waiting((int) w.frames);
    Place place = new Place(1, 1, 1);
    window(wait, use, place, lag(w.root), w.phase);
    outputs(wait, 0, use, place, lag(w.root) + w.frames);
    return y;
  }

  /** A step that sees some of the frames of the stretch before. */
  private void window(Step s, TimeUse use, Place place, long lag, int phase) {
    int around = use.before() + use.after();
    Shape seen = s.inputs().get(0).shape().with(place.axis(), around);
    Value none = new Value(-1, Kind.ZEROS, seen, null);
    Value last = new Value(-1, Kind.RESULT, seen, null);
    String layer = s.layer().isEmpty() ? s.op().opName() : s.layer();
    Carried carried = new Carried(none, last, unique(layer + "/seen"));
    Step carrying =
        new Step(s.op(), s.inputs(), List.of(s.outputs().get(0), last), s.layer(), s.number());
    inStretches(new Timed(carrying, use, place, lag, carried), phase);
    least = Math.max(least, lag + Math.max(around, use.after() + 1));
  }

  /** Where time is in what a step makes. */
  private void outputs(Step s, int lead, TimeUse use, Place place, long lag) {
    long size = s.inputs().get(lead).shape().dim(place.axis());
    for (int k = 0; k < s.outputs().size(); k++) {
      int axis = use.outputs().get(k);
      Value y = s.outputs().get(k);
      if (axis != TimeUse.NONE && y.shape().dim(axis) == size) {
        Place there = new Place(axis, place.before(), place.after());
        times.put(y, TimeAxis.of(y.shape(), there, steps));
        if (lag > 0) {
          lags.put(y, lag);
        }
      }
    }
  }

  private void inStretches(Timed t, int phase) {
    if (isTail(t)) {
      inTails.addAll(t.step().outputs());
    }
    phases.computeIfAbsent(key(phase, isTail(t)), p -> new ArrayList<>()).add(t);
    t.step().outputs().forEach(v -> madeIn.put(v, phase));
  }

  /** The tail of a number runs before the other steps, which read what it makes. */
  private static int key(int phase, boolean tail) {
    return 2 * phase + (tail ? 0 : 1);
  }

  /** Whether a normalisation can be cut: what is made at once is there for one at once. */
  private boolean isCut(Step s, int lead, Place place) {
    return cuts
        && s.op() instanceof BatchNorm b
        && b.training()
        && !b.perStep()
        && lead == 0
        && !b.axes().contains(place.axis())
        && (s.inputs().get(0).root().kind() == Kind.FEED
            || Phase.known(madeIn, s.inputs().get(0).root()) % 2 == 1);
  }

  private void cut(Step s, Place place) {
    Normalization.Cut cut = Normalization.cut(s);
    normalizations.add(cut.normalization());
    TimeUse moments = Normalization.momentsUse(place.axis());
    int made = stretched(cut.moments());
    boolean tail = inTails.contains(s.inputs().get(0).root());
    phases
        .computeIfAbsent(key(made, tail), p -> new ArrayList<>())
        .add(new Timed(cut.moments(), moments, place, lag(s.inputs().get(0))));
    cut.moments().outputs().forEach(v -> madeIn.put(v, made));
    outputs(cut.moments(), 0, moments, place, lag(s.inputs().get(0)));
    cut.atOnce().forEach(this::atOnce);
    Step n = cut.normalize();
    inTails.add(n.outputs().get(0));
    place(n, 0, Phase.known(times, n.inputs().get(0).root()));
  }

  /** Normalised values, and what is made of them alone with little work and is no larger. */
  private boolean isTail(Timed t) {
    if (t.step().outputs().stream().anyMatch(inTails::contains)) {
      return true;
    }
    List<Value> timed =
        t.step().inputs().stream().filter(v -> times.containsKey(v.root())).toList();
    long read = timed.stream().mapToLong(v -> v.shape().elements()).sum();
    long written = t.step().outputs().stream().mapToLong(v -> v.shape().elements()).sum();
    List<Shape> shapes = t.step().inputs().stream().map(Value::shape).toList();
    return t.stretchedUse().kind() == TimeUse.Kind.LOCAL
        && timed.stream().allMatch(v -> inTails.contains(v.root()))
        && written <= read
        && t.step().op().flops(shapes) <= (double) LIGHT * read;
  }

  /** Why a step cannot run in stretches; empty if it can. */
  private String obstacle(Step s, TimeUse use, Place place) {
    if (use.kind() == TimeUse.Kind.WHOLE) {
      return use.reason();
    }
    if (use.kind() == TimeUse.Kind.WINDOW && !looksAhead) {
      return use.reason();
    }
    if (use.kind() != TimeUse.Kind.LOCAL && !place.isAlone()) {
      return "goes along an axis that time is only a part of";
    }
    for (int k = 0; k < s.inputs().size(); k++) {
      Value v = s.inputs().get(k);
      TimeAxis time = times.get(v.root());
      int axis = use.inputs().get(k);
      String name = s.op().inputNames().get(k);
      if (axis == TimeUse.NONE && time != null) {
        return "takes all frames of " + name + " for each of " + s.op().inputNames().get(0);
      }
      if (axis != TimeUse.NONE && time == null && v.root().kind() != Kind.ZEROS) {
        return "takes " + name + ", which is no part of the video, frame by frame";
      }
      if (axis != TimeUse.NONE && time != null && !isAt(time.in(v.shape()), axis, place)) {
        return "takes " + name + " in another order of frames";
      }
    }
    return "";
  }

  private static boolean isAt(Optional<Place> found, int axis, Place place) {
    return found.filter(p -> p.axis() == axis && p.isLike(place)).isPresent();
  }

  private int stretched(Step s) {
    int phase = 1;
    for (int k = 0; k < s.inputs().size(); k++) {
      Value v = s.inputs().get(k).root();
      int made = madeIn.getOrDefault(v, 0);
      boolean inStretches = made % 2 == 1;
      int first = !inStretches ? made + 1 : times.containsKey(v) ? made : made + 2;
      phase = Math.max(phase, first);
    }
    return phase;
  }

  private void whole(Step s, String reason) {
    String who = s.layer().isEmpty() ? s.op().opName() : s.layer() + " (" + s.op().opName() + ")";
    whole.add(who + " " + reason);
    atOnce(s);
  }

  private void atOnce(Step s) {
    int phase = 0;
    for (Value v : s.inputs()) {
      int made = madeIn.getOrDefault(v.root(), 0);
      phase = Math.max(phase, made + made % 2);
    }
    int number = phase;
    phases
        .computeIfAbsent(key(number, false), p -> new ArrayList<>())
        .add(new Timed(s, null, null, 0));
    s.outputs().forEach(v -> madeIn.put(v, number));
  }

  private List<Phase> phases() {
    List<Phase> all = new ArrayList<>();
    for (Map.Entry<Integer, List<Timed>> e : phases.entrySet()) {
      all.add(phase(e.getKey(), e.getValue()));
    }
    return all;
  }

  private Phase phase(int key, List<Timed> timed) {
    boolean inStretches = key / 2 % 2 == 1;
    Set<Value> inputs = new LinkedHashSet<>();
    Map<Value, Carried> carried = new LinkedHashMap<>();
    Set<Value> made = new LinkedHashSet<>();
    for (Timed t : timed) {
      if (t.seen() != null) {
        carried.put(t.seen().after(), t.seen());
      }
      for (int k = 0; k < t.step().inputs().size(); k++) {
        Value v = t.step().inputs().get(k);
        if (inStretches && t.stretchedUse().carried().contains(k)) {
          Value after = t.step().outputs().get(k);
          carried.put(after, new Carried(v, after, name(t.step(), k)));
        } else if (v.root().kind() != Kind.ZEROS && !made.contains(v.root())) {
          inputs.add(v.root());
        }
      }
      made.addAll(t.step().outputs());
    }
    List<Value> outputs = made.stream().filter(v -> isReadOutside(v, key)).toList();
    return new Phase(
        inStretches,
        key % 2 == 0,
        timed,
        cuts && inStretches ? winners(timed, outputs) : List.of(),
        times,
        lags,
        List.copyOf(inputs),
        List.copyOf(carried.values()),
        outputs);
  }

  /** Steps of no program that tell where maxima of normalised values come from. */
  private List<Timed> winners(List<Timed> timed, List<Value> outputs) {
    List<Timed> all = new ArrayList<>();
    List<Step> steps = timed.stream().map(Timed::step).toList();
    for (Step s : Selection.winners(steps, outputs, normalizations)) {
      Value x = s.inputs().get(0);
      Place place = Phase.known(times, x.root()).in(x.shape()).orElseThrow();
      TimeUse use = s.op().along(0, place.axis(), List.of(x.shape()));
      outputs(s, 0, use, place, lag(x));
      all.add(new Timed(s, use, place, lag(x)));
    }
    return all;
  }

  /** A layer that is called several times has several states of a name. */
  private String name(Step s, int input) {
    return unique(s.layer() + "/" + s.op().outputNames().get(input));
  }

  private String unique(String name) {
    int k = names.merge(name, 1, Integer::sum) - 1;
    return k == 0 ? name : name + "_" + k;
  }

  private boolean isReadOutside(Value v, int key) {
    return kept.contains(v)
        || phases.entrySet().stream()
            .filter(e -> e.getKey() != key)
            .flatMap(e -> e.getValue().stream())
            .anyMatch(t -> t.step().inputs().stream().anyMatch(x -> x.root() == v));
  }
}
