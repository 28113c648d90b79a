package convlstm4j.execution;

import convlstm4j.execution.TrainingPieces.Piece;
import convlstm4j.execution.TrainingPieces.Use;
import convlstm4j.program.Value;
import convlstm4j.program.time.Normalization;
import convlstm4j.program.time.Phase.Carried;
import convlstm4j.program.time.Selection;
import convlstm4j.program.time.Span;
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
 * The order in which a {@link TrainingPlan} runs, forward and backward: docs/adr/0065. Between the
 * two are kept what phases read of each other and the states at the borders of stretches; the rest
 * is made again. One subclass counts the memory of the arrays, one does the work.
 *
 * @param <H> what stands for an array
 */
abstract class RoundTrip<H> extends OutwardTrip<H> {
  /** A phase that has been run forward so that it can go backward. */
  interface Round<H> {
    /** A kept value, not ours. */
    H value(Value ofPart);

    /** Adds to the gradients of what is wanted; goes from the others. */
    void backward(Map<Value, H> given);

    /** Gives all back. */
    void close();
  }

  /** Gradients of what is in {@link #whole}, and of weights. */
  private final Map<Value, H> wholeGradients = new HashMap<>();

  /** Gradients of what is in {@link #parts}; null where there is none yet. */
  private final Map<Value, List<H>> partGradients = new HashMap<>();

  private final Map<Normalization, List<H>> shares = new HashMap<>();

  /** Tails that do not go backward for the sums of their normalisations' gradients. */
  private final Set<Integer> told = new HashSet<>();

  RoundTrip(TrainingPieces plan, Collection<Value> terms) {
    super(plan, terms);
  }

  /** Zeros that stay for other stretches. */
  abstract H lastingZeros(Shape shape);

  /** Zeros that are kept for later passes. */
  abstract H keptZeros(Shape shape);

  abstract H copy(H h, Shape shape);

  /** Runs forward on some frames so that it can go backward. */
  abstract Round<H> open(Piece piece, Span span, List<H> feeds);

  /** What {@link Normalization#share} says. */
  abstract List<H> shares(Normalization n, H gamma, H variance, H betaGradient, H gammaGradient);

  /** Whether what a normalisation makes tells, exactly enough, what it makes it of. */
  abstract boolean tells(Normalization n, H gamma, H beta);

  /**
   * Adds the sums of a normalisation's gradients over some of its results.
   *
   * @param blocks {@code [outer, n, inner]} of them
   * @param of those results, their gradients, beta, gamma, and, if there are, places
   */
  abstract void sum(Selection s, Shape blocks, List<H> of, H betaGradient, H gammaGradient);

  /** A gradient less the share of an x in the moments. */
  abstract H corrected(Normalization n, Shape shape, H gradient, H x, H mean, List<H> shares);

  /** A weight's gradient at the end of a run. */
  final H gradient(Value weight) {
    return Present.in(wholeGradients, weight);
  }

  @Override
  final void closeAll() {
    closeLists(partGradients);
    wholeGradients.values().forEach(this::close);
    wholeGradients.clear();
    shares.values().forEach(l -> l.forEach(this::close));
    shares.clear();
    super.closeAll();
  }

  /**
   * From the last phase to the first.
   *
   * @param weights gradient of each term
   */
  final void backward(Map<Value, H> weights) {
    weights.forEach((v, h) -> wholeGradients.put(v.root(), copy(h, v.root().shape())));
    phases
        .program()
        .parameters()
        .forEach(
            (p, v) -> {
              if (p.isTrainable()) {
                wholeGradients.put(v, lastingZeros(v.shape()));
              }
            });
    for (int p = 0; p < phases.phases().size(); p++) {
      List<Selection> selections = plan.selections(p);
      if (!selections.isEmpty() && selections.stream().allMatch(this::tells)) {
        told.add(p);
      }
    }
    for (int p = phases.phases().size() - 1; p >= 0; p--) {
      if (plan.isDifferentiated(p) && !told.contains(p)) {
        if (phases.phases().get(p).isStretched()) {
          backwardInStretches(p);
        } else {
          backwardAtOnce(p);
        }
      }
      freeAfterBackward(p);
    }
  }

  private void freeAfterBackward(int p) {
    for (Normalization n : phases.normalizations()) {
      if (plan.maker(n.y()) == p && plan.flows(n.y()) && plan.flows(n.x().root())) {
        shares.put(
            n,
            shares(
                n,
                Present.in(whole, n.gamma()),
                Present.in(whole, n.variance()),
                Present.in(wholeGradients, n.beta()),
                Present.in(wholeGradients, n.gamma())));
      }
      if (plan.last(plan.maker(n.x().root())) == p && shares.containsKey(n)) {
        shares.remove(n).forEach(this::close);
      }
    }
    for (Value v : phases.phases().get(p).outputs()) {
      H h = wholeGradients.remove(v);
      if (h != null) {
        close(h);
      }
      if (plan.head(p) == TrainingPieces.NOBODY) {
        closeGradientParts(v);
      }
    }
    if (plan.tail(p) != TrainingPieces.NOBODY) {
      phases.phases().get(plan.tail(p)).outputs().forEach(this::closeGradientParts);
    }
    List<@Nullable Map<Carried, H>> old = borders.get(p);
    if (old != null && (plan.tail(p) != TrainingPieces.NOBODY || !plan.isDifferentiated(p))) {
      old.stream().filter(Objects::nonNull).forEach(this::closeStates);
    }
    for (Value v : List.copyOf(whole.keySet())) {
      if (plan.lastBackward(v) == p && !isReadAfterwards(v)) {
        close(whole.remove(v));
      }
    }
    for (Value v : List.copyOf(parts.keySet())) {
      if (plan.lastBackward(v) == p) {
        closeList(parts.remove(v));
      }
    }
  }

  private void closeGradientParts(Value v) {
    List<H> left = partGradients.remove(v);
    if (left != null) {
      closeList(left);
    }
  }

  private void backwardAtOnce(int p) {
    Span all = Span.all(steps);
    at(p, true, all);
    Piece piece = plan.piece(p, Use.BACKWARD, all);
    Map<Value, H> given = new LinkedHashMap<>();
    for (Value v : plan.starts(p)) {
      H h = wholeGradients.get(v);
      if (h != null) {
        given.put(piece.of(v), h);
      }
    }
    Round<H> round = open(piece, all, wholeFeeds(piece));
    Map<Value, H> split = new LinkedHashMap<>();
    try {
      for (Value v : piece.wanted()) {
        H h;
        if (isInParts(v)) {
          List<H> had = partGradients.remove(v);
          h = had == null ? zeros(v.shape()) : joined(phases.time(v).orElseThrow(), v.shape(), had);
          split.put(v, passing(h));
          if (had != null) {
            closeList(had);
          }
        } else {
          h = wholeGradient(v);
        }
        given.put(piece.of(v), h);
      }
      round.backward(given);
    } finally {
      round.close();
    }
    split.forEach(
        (v, h) -> {
          List<H> stretches = gradientParts(v);
          for (int s = 0; s < stretches(); s++) {
            stretches.set(s, slice(v, s, h, true));
          }
        });
    closePassing();
    for (int s = 0; s < stretches(); s++) {
      sum(p, s);
    }
  }

  private H wholeGradient(Value v) {
    H known = wholeGradients.get(v);
    if (known == null) {
      known = lastingZeros(v.shape());
      wholeGradients.put(v, known);
    }
    return known;
  }

  private List<H> gradientParts(Value v) {
    List<H> known = partGradients.get(v);
    if (known == null) {
      known = new ArrayList<>();
      for (int s = 0; s < stretches(); s++) {
        known.add(null);
      }
      partGradients.put(v, known);
    }
    return known;
  }

  private void backwardInStretches(int p) {
    Map<Carried, H> states = new HashMap<>();
    try {
      split(p);
      for (int s = stretches() - 1; s >= 0; s--) {
        at(p, true, span(s));
        if (plan.isCut(span(s).to())) {
          closeStates(states);
        }
        Map<Carried, H> before = backward(p, s, states);
        closeStates(states);
        states = before;
        sum(p, s);
        closePassing();
        if (plan.tail(p) == TrainingPieces.NOBODY && s > 0) {
          closeStates(Present.in(borders, p).get(s));
        }
      }
      join(p);
    } finally {
      closeStates(states);
    }
  }

  private boolean tells(Selection s) {
    Normalization n = s.normalization();
    return tells(n, Present.in(whole, n.gamma()), Present.in(whole, n.beta()));
  }

  /** Adds to the sums that are told by values whose gradients of a stretch are complete now. */
  private void sum(int p, int s) {
    for (int tail : told) {
      for (Selection selection : plan.selections(tail)) {
        Value v = selection.value();
        List<H> gradients = partGradients.get(v);
        if (plan.lastBackward(v) == p && gradients != null && gradients.get(s) != null) {
          Normalization n = selection.normalization();
          List<H> of = new ArrayList<>();
          of.add(leaving.containsKey(v) ? leaving.get(v) : Present.in(parts, v).get(s));
          of.add(gradients.get(s));
          of.addAll(List.of(Present.in(whole, n.beta()), Present.in(whole, n.gamma())));
          selection.places().ifPresent(x -> of.add(Present.in(parts, x.packed()).get(s)));
          sum(
              selection,
              selection.blocks(phases.time(v).orElseThrow(), span(s).count(phases.lag(v))),
              of,
              wholeGradient(n.beta()),
              wholeGradient(n.gamma()));
        }
      }
    }
    closePassing();
  }

  /** Gradients that are there in whole of what the phase reads some frames of. */
  private void split(int p) {
    for (Value v : phases.phases().get(p).inputs()) {
      if (phases.time(v).isPresent() && !isInParts(v) && wholeGradients.containsKey(v)) {
        H all = passing(wholeGradients.remove(v));
        List<H> stretches = gradientParts(v);
        for (int s = 0; s < stretches(); s++) {
          stretches.set(s, slice(v, s, all, true));
        }
        closePassing();
      }
    }
  }

  private void join(int p) {
    for (Value v : phases.phases().get(p).inputs()) {
      if (phases.time(v).isPresent() && !isInParts(v) && partGradients.containsKey(v)) {
        List<H> stretches = Present.in(partGradients, v);
        wholeGradients.put(v, joined(phases.time(v).orElseThrow(), v.shape(), stretches));
        closeGradientParts(v);
      }
    }
  }

  /**
   * A stretch backward.
   *
   * @param after gradients of the states at its end
   * @return those of the states at its beginning
   */
  private Map<Carried, H> backward(int p, int s, Map<Carried, H> after) {
    Piece piece = plan.piece(p, Use.BACKWARD, span(s));
    boolean isTail = plan.head(p) != TrainingPieces.NOBODY;
    Map<Carried, H> before = new LinkedHashMap<>();
    Round<H> round =
        open(piece, span(s), feeds(p, piece, s, isTail ? TrainingPieces.NOBODY : p, Map.of()));
    try {
      Map<Value, H> fromTail =
          plan.tail(p) != TrainingPieces.NOBODY ? tailBackward(p, piece, s, round) : Map.of();
      Map<Value, H> given = new LinkedHashMap<>();
      for (Value v : plan.starts(p)) {
        H h = fromTail.containsKey(v) ? fromTail.get(v) : start(p, v, s, isTail);
        if (h != null) {
          given.put(piece.of(v), h);
        }
      }
      after.forEach(
          (c, h) -> {
            if (piece.has(c.after())) {
              given.put(piece.of(c.after()), h);
            }
          });
      correct(p, piece, s, round, given);
      for (Value v : piece.wanted()) {
        given.put(piece.of(v), phases.time(v).isPresent() ? part(v, s) : wholeGradient(v));
      }
      for (Carried c : piece.part().states().keySet()) {
        Value root = c.before().root();
        H h;
        if (s == 0 && plan.flows(root)) {
          h = wholeGradient(root);
        } else {
          h = lastingZeros(c.after().shape());
          before.put(c, h);
        }
        given.put(piece.part().states().get(c), h);
      }
      round.backward(given);
      return before;
    } catch (RuntimeException | Error e) {
      closeStates(before);
      throw e;
    } finally {
      round.close();
    }
  }

  /** Takes from gradients of what is normalised its share in the moments. */
  private void correct(int p, Piece piece, int s, Round<H> round, Map<Value, H> given) {
    for (Normalization n : plan.corrections(p)) {
      Value x = n.x().root();
      Shape shape = phases.shape(x, n.x().shape(), span(s));
      H all = Present.in(given, piece.of(x));
      H mean = Present.in(whole, n.mean());
      H own = corrected(n, shape, all, round.value(piece.of(x)), mean, Present.in(shares, n));
      given.put(piece.of(x), passing(own));
    }
  }

  /** The gradient that is there of what a stretch makes; null if none is. */
  private @Nullable H start(int p, Value v, int s, boolean isNeededAgain) {
    if (phases.time(v).isEmpty()) {
      return s == stretches() - 1 ? wholeGradients.get(v) : null;
    }
    List<H> all = partGradients.get(v);
    H h = all == null ? null : all.get(s);
    if (all == null || h == null) {
      return null;
    }
    if (isNeededAgain) {
      return isReadInside(p, v) ? passing(copy(h, shape(v, s))) : h;
    }
    all.set(s, null);
    return passing(h);
  }

  /** Whether others of the phase add to the gradient of what it makes. */
  private boolean isReadInside(int p, Value v) {
    return phases.phases().get(p).steps().stream()
        .anyMatch(step -> step.inputs().stream().anyMatch(x -> x.root() == v));
  }

  private H part(Value v, int s) {
    List<H> all = gradientParts(v);
    if (all.get(s) == null) {
      all.set(s, keptZeros(shape(v, s)));
    }
    return all.get(s);
  }

  /** Gradients of what a head makes for its tail alone, which the head has at hand. */
  private Map<Value, H> tailBackward(int head, Piece made, int s, Round<H> round) {
    int tail = plan.tail(head);
    if (!plan.isDifferentiated(tail) || plan.madeAgain(head).stream().noneMatch(plan::flows)) {
      return Map.of();
    }
    Piece piece = plan.piece(tail, Use.BACKWARD_TO_HEAD, span(s));
    Map<Value, H> known = new HashMap<>();
    for (Value v : plan.madeAgain(head)) {
      known.put(v, round.value(made.of(v)));
    }
    Map<Value, H> gradients = new LinkedHashMap<>();
    Round<H> inner = open(piece, span(s), feeds(tail, piece, s, head, known));
    try {
      Map<Value, H> given = new LinkedHashMap<>();
      for (Value v : plan.starts(tail)) {
        H h = start(tail, v, s, false);
        if (h != null) {
          given.put(piece.of(v), h);
        }
      }
      correct(tail, piece, s, inner, given);
      for (Value v : piece.wanted()) {
        gradients.put(v, passing(zeros(shape(v, s))));
        given.put(piece.of(v), gradients.get(v));
      }
      inner.backward(given);
    } finally {
      inner.close();
    }
    return gradients;
  }
}
