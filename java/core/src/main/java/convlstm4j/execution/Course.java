package convlstm4j.execution;

import convlstm4j.execution.Pieces.Piece;
import convlstm4j.program.Value;
import convlstm4j.program.Value.Kind;
import convlstm4j.program.time.Phase;
import convlstm4j.program.time.Phase.Carried;
import convlstm4j.program.time.Phases;
import convlstm4j.program.time.Span;
import convlstm4j.program.time.TimeAxis;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The order in which a {@link StretchedPlan} runs: which arrays are there from when to when. One
 * subclass counts their memory, one does the work, so the two cannot differ.
 *
 * @param <H> what stands for an array
 */
abstract class Course<H> {
  private final Pieces plan;
  final Phases phases;

  /** Values without time, and those of phases that run at once, as they are; ours. */
  private final Map<Value, H> whole = new HashMap<>();

  /** Values that stretches have made, a part for each. */
  private final Map<Value, List<H>> parts = new HashMap<>();

  /** States at the end of the stretch at work, while those at its beginning are still there. */
  private final Map<Value, H> coming = new LinkedHashMap<>();

  Course(Pieces plan) {
    this.plan = plan;
    this.phases = plan.phases;
  }

  /** Some frames of a feed, all of one without time. */
  abstract H upload(Value feed, Shape shape, long from, long to);

  /** A weight or what a stateful layer remembers, not ours. */
  abstract H variable(Value v);

  /** Zeros that a state begins with. */
  abstract H zeros(Shape shape);

  /** Runs a phase on some frames. */
  abstract List<H> run(Piece piece, List<H> feeds);

  /** Puts stretches one after the other. */
  abstract H joined(TimeAxis time, Shape shape, List<H> stretches);

  /** Takes a stretch out of all. */
  abstract H slice(TimeAxis time, Shape shape, H all, long from, long to);

  /** Is given what is kept, as it is made; all of it where it has no time. */
  abstract void give(Value v, long from, long to, H values);

  abstract void close(H h);

  /** What a state begins with; null for what the program says. */
  @Nullable H first(Carried state) {
    return null;
  }

  /** Whether stateful layers begin with zeros. */
  boolean startsAnew() {
    return false;
  }

  /** Is told what a state is after the last stretch. */
  void carriedOn(Carried state, H last) {}

  /** Is told which phase begins. */
  void begins(int phase) {}

  /** From the first phase to the last. */
  final void go() {
    for (int p = 0; p < phases.phases().size(); p++) {
      begins(p);
      if (phases.phases().get(p).isStretched()) {
        inStretches(p);
      } else {
        atOnce(p);
      }
      freeAfter(p);
    }
  }

  /** What a value without time is at the end. */
  final H value(Value root) {
    return whole(root);
  }

  /** Gives back all that is left. */
  final void closeAll() {
    whole.values().forEach(this::close);
    whole.clear();
    for (List<H> stretches : parts.values()) {
      stretches.stream().filter(Objects::nonNull).forEach(this::close);
    }
    parts.clear();
    coming.values().forEach(this::close);
    coming.clear();
  }

  private void freeAfter(int phase) {
    for (Value v : List.copyOf(whole.keySet())) {
      if (plan.lastReader(v) <= phase && !plan.isStored(v)) {
        close(whole.remove(v));
      }
    }
    for (Value v : List.copyOf(parts.keySet())) {
      if (plan.lastReader(v) <= phase) {
        parts.remove(v).forEach(this::close);
      }
    }
  }

  private H whole(Value v) {
    if (v.kind() == Kind.PARAMETER || v.kind() == Kind.STATE) {
      return variable(v);
    }
    H known = whole.get(v);
    if (known == null) {
      List<H> stretches = parts.get(v);
      known =
          stretches == null
              ? upload(v, v.shape(), 0, plan.steps)
              : joined(phases.time(v).orElseThrow(), v.shape(), stretches);
      whole.put(v, known);
    }
    return known;
  }

  private void atOnce(int number) {
    Phase phase = phases.phases().get(number);
    List<H> feeds = phase.inputs().stream().map(this::whole).toList();
    Piece piece = plan.piece(number, Span.all(plan.steps));
    List<H> made = run(piece, feeds);
    for (int k = 0; k < made.size(); k++) {
      whole.put(piece.made().get(k), made.get(k));
    }
    for (Value v : phase.outputs()) {
      if (plan.isKept(v)) {
        give(v, 0, plan.steps, Present.in(whole, v));
      }
    }
  }

  private void inStretches(int number) {
    Phase phase = phases.phases().get(number);
    Map<Value, H> last = new HashMap<>();
    try {
      for (long from = 0; from < plan.steps; from += plan.frames) {
        long to = Math.min(plan.steps, from + plan.frames);
        stretch(number, new Span(from, to, plan.steps), last);
      }
      phase.carried().forEach(c -> carriedOn(c, Present.in(last, c.after())));
      for (Value v : phase.outputs()) {
        H h = last.remove(v);
        if (h != null) {
          whole.put(v, h);
          if (plan.isKept(v)) {
            give(v, 0, plan.steps, h);
          }
        }
      }
    } finally {
      last.values().forEach(this::close);
    }
  }

  private void stretch(int number, Span span, Map<Value, H> last) {
    Phase phase = phases.phases().get(number);
    Piece piece = plan.piece(number, span);
    List<H> mine = new ArrayList<>();
    List<H> feeds = new ArrayList<>();
    try {
      for (Value v : phase.inputs()) {
        feeds.add(phases.time(v).isPresent() ? frames(number, v, span, mine) : whole(v));
      }
      for (Carried c : piece.states()) {
        feeds.add(span.isFirst() ? initial(c, mine) : last.get(c.after()));
      }
      List<H> made = run(piece, feeds);
      for (int k = 0; k < made.size(); k++) {
        Value v = piece.made().get(k);
        if (phases.time(v).isPresent()) {
          parts.computeIfAbsent(v, x -> new ArrayList<>()).add(made.get(k));
        } else {
          coming.put(v, made.get(k));
        }
      }
      for (Value v : phase.outputs()) {
        if (phases.time(v).isPresent()) {
          given(v, span);
        }
      }
    } finally {
      mine.forEach(this::close);
    }
    for (Value v : List.copyOf(coming.keySet())) {
      H old = last.put(v, coming.remove(v));
      if (old != null) {
        close(old);
      }
    }
  }

  private void given(Value v, Span span) {
    List<H> stretches = Present.in(parts, v);
    if (plan.isKept(v)) {
      long lag = phases.lag(v);
      give(v, span.from(lag), span.to(lag), stretches.get(stretches.size() - 1));
    }
    if (plan.lastReader(v) == Pieces.NOBODY) {
      parts.remove(v).forEach(this::close);
    }
  }

  private H initial(Carried c, List<H> mine) {
    H given = first(c);
    if (given != null) {
      return given;
    }
    Value root = c.before().root();
    if (root.kind() != Kind.ZEROS && !(root.kind() == Kind.STATE && startsAnew())) {
      return whole(root);
    }
    H zeros = zeros(c.after().shape());
    mine.add(zeros);
    return zeros;
  }

  /** Some frames of a value. */
  private H frames(int number, Value v, Span span, List<H> mine) {
    List<H> stretches = parts.get(v);
    if (stretches != null) {
      int stretch = (int) (span.from() / plan.frames);
      H h = stretches.get(stretch);
      if (plan.lastReader(v) == number) {
        mine.add(h);
        stretches.set(stretch, null);
        if (span.isLast()) {
          parts.remove(v);
        }
      }
      return h;
    }
    TimeAxis time = phases.time(v).orElseThrow();
    Shape shape = phases.shape(v, v.shape(), span);
    long lag = phases.lag(v);
    H h =
        v.kind() == Kind.FEED
            ? upload(v, shape, span.from(lag), span.to(lag))
            : slice(time, shape, whole(v), span.from(lag), span.to(lag));
    mine.add(h);
    return h;
  }
}
