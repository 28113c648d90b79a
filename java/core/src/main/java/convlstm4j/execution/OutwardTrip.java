package convlstm4j.execution;

import convlstm4j.execution.TrainingPieces.Piece;
import convlstm4j.execution.TrainingPieces.Use;
import convlstm4j.program.Value;
import convlstm4j.program.Value.Kind;
import convlstm4j.program.time.Normalization;
import convlstm4j.program.time.Phase;
import convlstm4j.program.time.Phase.Carried;
import convlstm4j.program.time.Phases;
import convlstm4j.program.time.Span;
import convlstm4j.program.time.TimeAxis;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The forward half of a {@link RoundTrip}: what phases read of each other and the states at the
 * borders of stretches are kept, the rest is not.
 *
 * @param <H> what stands for an array
 */
abstract class OutwardTrip<H> {
  final TrainingPieces plan;
  final Phases phases;
  final long steps;
  private final Set<Value> terms = new HashSet<>();

  /** Values without time, and those of phases that run at once, as they are; ours. */
  final Map<Value, H> whole = new HashMap<>();

  /** Values that stretches have made, a part for each. */
  final Map<Value, List<H>> parts = new HashMap<>();

  /** By phase, for each stretch the states that it begins with; null for the first. */
  final Map<Integer, List<@Nullable Map<Carried, H>>> borders = new HashMap<>();

  /** What goes when the work at hand is done. */
  final List<H> passing = new ArrayList<>();

  /** Of this, values that the stretch at work is the last to need. */
  final Map<Value, H> leaving = new HashMap<>();

  /** Of this, what has been made again for the stretch at work. */
  private final Map<Value, H> recent = new HashMap<>();

  OutwardTrip(TrainingPieces plan, Collection<Value> terms) {
    this.plan = plan;
    this.phases = plan.phases;
    this.steps = phases.steps();
    terms.forEach(v -> this.terms.add(v.root()));
  }

  /** Some frames of a feed, all of one without time. */
  abstract H upload(Value feed, Shape shape, long from, long to);

  /** A weight or what a stateful layer remembers, not ours. */
  abstract H variable(Value v);

  abstract H zeros(Shape shape);

  /** Runs forward on some frames; what is kept is ours. */
  abstract List<H> run(Piece piece, Span span, List<H> feeds);

  /** Puts stretches one after the other. */
  abstract H joined(TimeAxis time, Shape shape, List<H> stretches);

  /**
   * Takes a stretch out of all.
   *
   * @param isKept for later passes
   */
  abstract H slice(TimeAxis time, Shape shape, H all, long from, long to, boolean isKept);

  /** Mean and variance of all stretches from those of each. */
  abstract List<H> moments(Normalization n, List<H> means, List<H> variances, List<Long> frames);

  /** Is given what is made of values that someone reads; all of it where it has no time. */
  abstract void give(Value v, long from, long to, H values);

  abstract void close(H h);

  /** Is told what comes. */
  void at(int phase, boolean backward, Span span) {}

  /** A value without time at the end of a run. */
  final H value(Value root) {
    return whole(root, root.shape());
  }

  /** Gives back all that is ours. */
  void closeAll() {
    whole.values().forEach(this::close);
    whole.clear();
    closeLists(parts);
    borders.values().forEach(l -> l.stream().filter(Objects::nonNull).forEach(this::closeStates));
    borders.clear();
    closePassing();
  }

  final void closeLists(Map<Value, List<H>> lists) {
    lists.values().forEach(this::closeList);
    lists.clear();
  }

  final void closeList(List<H> list) {
    list.stream().filter(Objects::nonNull).forEach(this::close);
  }

  final void closeStates(Map<Carried, H> states) {
    states.values().forEach(this::close);
    states.clear();
  }

  final void closePassing() {
    passing.forEach(this::close);
    passing.clear();
    leaving.clear();
    recent.clear();
  }

  final H passing(H h) {
    passing.add(h);
    return h;
  }

  final int stretches() {
    return (int) ((steps + plan.frames - 1) / plan.frames);
  }

  final Span span(int stretch) {
    long from = stretch * plan.frames;
    return new Span(from, Math.min(steps, from + plan.frames), steps);
  }

  final Shape shape(Value v, int stretch) {
    return phases.shape(v, v.shape(), span(stretch));
  }

  final H slice(Value v, int stretch, H all, boolean isKept) {
    Span span = span(stretch);
    long lag = phases.lag(v);
    TimeAxis time = phases.time(v).orElseThrow();
    return slice(time, shape(v, stretch), all, span.from(lag), span.to(lag), isKept);
  }

  private void give(Value v, Span span, H values) {
    long lag = phases.lag(v);
    give(v, span.from(lag), span.to(lag), values);
  }

  final boolean isInParts(Value v) {
    return plan.maker(v) != TrainingPieces.NOBODY
        && phases.phases().get(plan.maker(v)).isStretched()
        && phases.time(v).isPresent();
  }

  /** From the first phase to the last. */
  final void forward() {
    for (int p = 0; p < phases.phases().size(); p++) {
      if (phases.phases().get(p).isStretched()) {
        forwardInStretches(p);
      } else {
        Span all = Span.all(steps);
        at(p, false, all);
        Piece piece = plan.piece(p, Use.FORWARD, all);
        made(p, piece, run(piece, all, wholeFeeds(piece)), whole);
        closePassing();
      }
      freeAfterForward(p);
    }
  }

  private void made(int phase, Piece piece, List<H> values, Map<Value, H> into) {
    for (int k = 0; k < values.size(); k++) {
      into.put(piece.kept().get(k), values.get(k));
    }
    for (Value v : phases.phases().get(phase).outputs()) {
      if (into.containsKey(v)) {
        give(v, 0, steps, Present.in(into, v));
      }
    }
  }

  private void forwardInStretches(int p) {
    Phase phase = phases.phases().get(p);
    List<@Nullable Map<Carried, H>> mine = new ArrayList<>();
    mine.add(null);
    borders.put(p, mine);
    List<Normalization> normalized =
        phases.normalizations().stream().filter(n -> plan.maker(n.mean()) == p).toList();
    Map<Value, List<H>> moments = new HashMap<>();
    try {
      for (int s = 0; s < stretches(); s++) {
        Span span = span(s);
        at(p, false, span);
        Piece piece = plan.piece(p, Use.FORWARD, span);
        List<H> values = run(piece, span, feeds(p, piece, s, TrainingPieces.NOBODY, Map.of()));
        Map<Value, H> ends = new LinkedHashMap<>();
        for (int k = 0; k < values.size(); k++) {
          Value v = piece.kept().get(k);
          if (phases.time(v).isPresent()) {
            parts.computeIfAbsent(v, x -> new ArrayList<>()).add(values.get(k));
            give(v, span, values.get(k));
          } else if (normalized.stream().anyMatch(n -> n.mean() == v || n.variance() == v)) {
            moments.computeIfAbsent(v, x -> new ArrayList<>()).add(values.get(k));
          } else {
            ends.put(v, values.get(k));
          }
        }
        closePassing();
        goOn(p, s, ends);
      }
      for (Normalization n : normalized) {
        List<Long> frames = new ArrayList<>();
        for (int s = 0; s < stretches(); s++) {
          frames.add(span(s).count(phases.lag(n.x())));
        }
        List<H> all =
            moments(n, Present.in(moments, n.mean()), Present.in(moments, n.variance()), frames);
        whole.put(n.mean(), all.get(0));
        whole.put(n.variance(), all.get(1));
      }
    } finally {
      closeLists(moments);
    }
    for (Value v : phase.outputs()) {
      if (whole.containsKey(v)) {
        give(v, 0, steps, Present.in(whole, v));
      }
    }
  }

  /** States go to the next stretch, and after the last to who reads them. */
  private void goOn(int p, int stretch, Map<Value, H> ends) {
    Map<Carried, H> next = new LinkedHashMap<>();
    boolean last = stretch == stretches() - 1;
    for (Carried c : phases.phases().get(p).carried()) {
      H end = ends.remove(c.after());
      if (!last) {
        next.put(c, end);
      } else if (phases.phases().get(p).outputs().contains(c.after())) {
        whole.put(c.after(), end);
      } else {
        close(end);
      }
    }
    List<@Nullable Map<Carried, H>> mine = Present.in(borders, p);
    if (!plan.keepsBorders(p) && stretch > 0) {
      closeStates(mine.set(stretch, null));
    }
    if (!last) {
      mine.add(next);
    }
    // What is there only after the last step, such as the last output.
    ends.forEach(
        (v, h) -> {
          if (last && phases.phases().get(p).outputs().contains(v)) {
            whole.put(v, h);
          } else {
            close(h);
          }
        });
  }

  private void freeAfterForward(int p) {
    for (Value v : List.copyOf(whole.keySet())) {
      if (isFree(v, p)) {
        close(whole.remove(v));
      }
    }
    for (Value v : List.copyOf(parts.keySet())) {
      if (isFree(v, p)) {
        closeList(parts.remove(v));
      }
    }
  }

  private boolean isFree(Value v, int p) {
    return plan.lastForward(v) <= p
        && plan.lastBackward(v) == TrainingPieces.NOBODY
        && !isReadAfterwards(v);
  }

  final boolean isReadAfterwards(Value v) {
    return terms.contains(v)
        || phases.program().newStates().values().stream().anyMatch(s -> s.root() == v)
        || phases.program().newParameters().values().stream().anyMatch(s -> s.root() == v);
  }

  final List<H> wholeFeeds(Piece piece) {
    return piece.part().inputs().stream().map(v -> whole(v, v.shape())).toList();
  }

  /** A value with all its frames. */
  private H whole(Value v, Shape shape) {
    if (v.kind() == Kind.PARAMETER || v.kind() == Kind.STATE) {
      return variable(v);
    }
    H known = whole.get(v);
    if (known != null) {
      return known;
    }
    if (parts.containsKey(v)) {
      return passing(joined(phases.time(v).orElseThrow(), shape, Present.in(parts, v)));
    }
    H h = upload(v, shape, 0, steps);
    if (phases.time(v).isPresent()) {
      return passing(h);
    }
    whole.put(v, h);
    return h;
  }

  /**
   * What a stretch is fed with.
   *
   * @param freeing the phase whose backward pass this is, after which parts are not needed; or none
   * @param known values made just now
   */
  final List<H> feeds(int p, Piece piece, int s, int freeing, Map<Value, H> known) {
    List<H> feeds = new ArrayList<>();
    for (Value v : piece.part().inputs()) {
      H h = known.get(v);
      feeds.add(
          h != null ? h : phases.time(v).isPresent() ? frames(v, s, freeing) : whole(v, v.shape()));
    }
    for (Carried c : piece.part().states().keySet()) {
      feeds.add(s > 0 ? Present.in(Present.in(borders, p).get(s), c) : initial(c));
    }
    return feeds;
  }

  private H initial(Carried c) {
    Value root = c.before().root();
    return root.kind() == Kind.ZEROS
        ? passing(zeros(c.after().shape()))
        : whole(root, root.shape());
  }

  private H frames(Value v, int s, int freeing) {
    List<H> stretches = parts.get(v);
    if (stretches != null) {
      H h = stretches.get(s);
      if (freeing != TrainingPieces.NOBODY && plan.lastBackward(v) == freeing) {
        stretches.set(s, null);
        leaving.put(v, passing(h));
      }
      return h;
    }
    int maker = plan.maker(v);
    if (maker != TrainingPieces.NOBODY && plan.madeAgain(maker).contains(v)) {
      again(maker, s);
      return Present.in(recent, v);
    }
    Span span = span(s);
    long lag = phases.lag(v);
    return passing(
        v.kind() == Kind.FEED
            ? upload(v, shape(v, s), span.from(lag), span.to(lag))
            : slice(v, s, whole(v, v.shape()), false));
  }

  private void again(int head, int s) {
    if (recent.keySet().containsAll(plan.madeAgain(head))) {
      return;
    }
    Piece piece = plan.piece(head, Use.AGAIN, span(s));
    List<H> values = run(piece, span(s), feeds(head, piece, s, TrainingPieces.NOBODY, Map.of()));
    for (int k = 0; k < values.size(); k++) {
      recent.put(piece.kept().get(k), passing(values.get(k)));
    }
  }
}
