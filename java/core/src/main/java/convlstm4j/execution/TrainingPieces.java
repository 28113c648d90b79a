package convlstm4j.execution;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Closing;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.program.time.Normalization;
import convlstm4j.program.time.Phase;
import convlstm4j.program.time.Phase.Carried;
import convlstm4j.program.time.Phase.Part;
import convlstm4j.program.time.Phases;
import convlstm4j.program.time.Selection;
import convlstm4j.program.time.Selection.Places;
import convlstm4j.program.time.Span;
import convlstm4j.tensor.DType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * Phases of a training program, planned for some frames at a time when they are first counted or
 * run; and which values of them have gradients, and who uses what.
 *
 * <p>What a phase makes for its {@linkplain Phase#isTail tail} alone need not be kept: the phase,
 * then called the tail's head, makes it again for the tail's forward pass, for its backward pass,
 * and, since the sums of a normalisation's gradients come first, once more as it goes backward
 * itself.
 */
final class TrainingPieces implements AutoCloseable {
  /** Of a value that no phase reads, a phase without a tail, a tail without a head. */
  static final int NOBODY = -1;

  /** What of a phase is run. */
  enum Use {
    /** All of it, forward. */
    FORWARD,
    /** What its tail alone reads, forward. */
    AGAIN,
    /** Forward and backward, but for the gradients of what is made again. */
    BACKWARD,
    /** Forward and backward, for the gradients of what is made again. */
    BACKWARD_TO_HEAD
  }

  /**
   * A phase for a number of frames.
   *
   * @param kept roots of the whole program that it makes and that stay readable
   * @param wanted roots of the whole program, read by the phase, whose gradients it adds to
   * @param lasting whether what is kept stays for other stretches
   */
  record Piece(Planned planned, Part part, List<Value> kept, List<Value> wanted, boolean lasting) {
    /** What stands in the program for a value of the whole one. */
    Value of(Value root) {
      return Present.in(part.values(), root);
    }

    /** Whether anything does. */
    boolean has(Value root) {
      return part.values().containsKey(root);
    }
  }

  private record Key(int phase, Use use, Span.Form form) {}

  final Phases phases;
  final Backend backend;
  final DType dtype;
  final long frames;
  private final long truncation;
  private final Set<Value> has = new HashSet<>();
  private final Set<Value> reached = new HashSet<>();
  private final Map<Integer, Integer> tails = new HashMap<>();
  private final Map<Integer, Integer> heads = new HashMap<>();
  private final Map<Integer, Set<Value>> madeAgain = new HashMap<>();
  private final Map<Integer, List<Selection>> selections = new HashMap<>();
  private final Map<Value, Integer> makers = new HashMap<>();
  private final Map<Key, Piece> all = new HashMap<>();

  TrainingPieces(
      Phases phases,
      Collection<Value> terms,
      Collection<Value> given,
      Backend backend,
      DType dtype,
      TrainingPolicy policy) {
    this.phases = phases;
    this.backend = backend;
    this.dtype = dtype;
    this.frames = phases.atATime(policy.frames(), phases.steps());
    this.truncation = policy.truncation();
    findGradients(terms);
    List<Phase> list = phases.phases();
    for (int p = 0; p < list.size(); p++) {
      for (Step s : list.get(p).steps()) {
        for (Value v : s.outputs()) {
          makers.put(v, p);
        }
      }
    }
    if (policy.again()) {
      Set<Value> read = new HashSet<>();
      given.forEach(v -> read.add(v.root()));
      terms.forEach(v -> read.add(v.root()));
      phases.program().newStates().values().forEach(v -> read.add(v.root()));
      for (int p = 0; p < list.size(); p++) {
        if (list.get(p).isTail()) {
          findHead(p, read);
        }
      }
    }
  }

  /** As an executor finds them, for the whole program. */
  private void findGradients(Collection<Value> terms) {
    phases
        .program()
        .parameters()
        .forEach(
            (p, v) -> {
              if (p.isTrainable()) {
                has.add(v);
              }
            });
    for (Normalization n : phases.normalizations()) {
      has.add(n.gamma());
      has.add(n.beta());
    }
    List<Step> steps = phases.phases().stream().flatMap(p -> p.steps().stream()).toList();
    for (Step s : steps) {
      for (int k = 0; k < s.inputs().size(); k++) {
        if (s.op().differentiable(k) && has.contains(s.inputs().get(k).root())) {
          has.addAll(s.outputs());
        }
      }
    }
    terms.forEach(v -> reached.add(v.root()));
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step s = steps.get(i);
      if (s.outputs().stream().anyMatch(reached::contains)) {
        for (int k = 0; k < s.inputs().size(); k++) {
          if (s.op().differentiable(k)) {
            reached.add(s.inputs().get(k).root());
          }
        }
      }
    }
  }

  private void findHead(int tail, Set<Value> kept) {
    List<Phase> list = phases.phases();
    for (Value v : list.get(tail).inputs()) {
      int maker = maker(v);
      if (maker == NOBODY || !phases.time(v).isPresent() || !list.get(maker).isStretched()) {
        continue;
      }
      boolean isItsAlone =
          readers(v).stream().allMatch(r -> r == tail)
              && !kept.contains(v)
              && !list.get(maker).isTail()
              && tails.getOrDefault(maker, tail) == tail
              && heads.getOrDefault(tail, maker) == maker;
      if (isItsAlone) {
        tails.put(maker, tail);
        heads.put(tail, maker);
        madeAgain.computeIfAbsent(maker, m -> new LinkedHashSet<>()).add(v);
      }
    }
  }

  private List<Integer> readers(Value v) {
    List<Integer> readers = new ArrayList<>();
    for (int p = 0; p < phases.phases().size(); p++) {
      Phase phase = phases.phases().get(p);
      boolean begins = phase.carried().stream().anyMatch(c -> c.before().root() == v);
      if (begins || phase.inputs().contains(v)) {
        readers.add(p);
      }
    }
    return readers;
  }

  /** Whether a value that has a gradient is read by something that the loss depends on. */
  boolean flows(Value root) {
    return has.contains(root) && reached.contains(root);
  }

  /** Whether a phase has a backward pass. */
  boolean isDifferentiated(int phase) {
    for (Step s : phases.phases().get(phase).steps()) {
      if (s.outputs().stream().anyMatch(this::flows)) {
        return true;
      }
    }
    return false;
  }

  /** Number of the phase that makes a value; {@link #NOBODY} for feeds and variables. */
  int maker(Value root) {
    return makers.getOrDefault(root, NOBODY);
  }

  /** The tail of a phase that makes something again, or {@link #NOBODY}. */
  int tail(int phase) {
    return tails.getOrDefault(phase, NOBODY);
  }

  /** The phase that makes something again for a tail, or {@link #NOBODY}. */
  int head(int phase) {
    return heads.getOrDefault(phase, NOBODY);
  }

  /** The phase in whose backward pass a phase goes backward for the last time. */
  int last(int phase) {
    return head(phase) == NOBODY ? phase : head(phase);
  }

  /**
   * What a tail that need not go backward for the sums of its normalisations' gradients leaves of
   * what it normalises: they are told by its outputs. Empty if it must, or nobody makes again what
   * it reads.
   */
  List<Selection> selections(int tail) {
    return selections.computeIfAbsent(tail, this::findSelections);
  }

  private List<Selection> findSelections(int tail) {
    if (head(tail) == NOBODY || !corrections(tail).isEmpty()) {
      return List.of();
    }
    Phase phase = phases.phases().get(tail);
    Set<Value> summed = new HashSet<>(madeAgain(head(tail)));
    for (Normalization n : phases.normalizations()) {
      if (maker(n.y()) == tail) {
        summed.addAll(List.of(n.gamma(), n.beta()));
      }
    }
    boolean wantsMore = phase.inputs().stream().anyMatch(v -> flows(v) && !summed.contains(v));
    return wantsMore ? List.of() : phases.selections(phase).orElse(List.of());
  }

  /** Where the maxima are from that a tail's selections are of, packed. */
  private Stream<Value> places(int tail) {
    return selections(tail).stream().flatMap(s -> s.places().stream()).map(Places::packed);
  }

  /** What a phase makes again for its tail. */
  Set<Value> madeAgain(int phase) {
    return madeAgain.getOrDefault(phase, Set.of());
  }

  /** The last phase that reads a value forward. */
  int lastForward(Value v) {
    return used(v, p -> tail(p) == NOBODY ? p : tail(p)).stream()
        .max(Integer::compare)
        .orElse(NOBODY);
  }

  /** The phase whose backward pass is the last that needs a value; {@link #NOBODY} if none does. */
  int lastBackward(Value v) {
    for (int tail : heads.keySet()) {
      for (Selection s : selections(tail)) {
        if (s.places().filter(x -> x.packed() == v).isPresent()) {
          return lastBackward(s.value());
        }
      }
    }
    List<Integer> users = new ArrayList<>();
    for (int p : used(v, p -> p)) {
      if (isDifferentiated(p) || (tail(p) != NOBODY && isDifferentiated(tail(p)))) {
        users.add(last(p));
      }
    }
    for (Normalization n : phases.normalizations()) {
      if (n.mean() == v) {
        users.add(last(maker(v)));
      }
    }
    return users.stream().min(Integer::compare).orElse(NOBODY);
  }

  private List<Integer> used(Value v, ToIntFunction<Integer> by) {
    return readers(v).stream().map(by::applyAsInt).toList();
  }

  /** Whether the states at the borders of a phase's stretches are needed after them. */
  boolean keepsBorders(int phase) {
    return isDifferentiated(phase) || tail(phase) != NOBODY;
  }

  /** The normalisations of what a phase makes, through which a gradient goes into it. */
  List<Normalization> corrections(int phase) {
    return phases.normalizations().stream()
        .filter(n -> maker(n.x().root()) == phase && flows(n.x().root()) && flows(n.y()))
        .toList();
  }

  /** What backward of a phase may start from. */
  List<Value> starts(int phase) {
    Phase p = phases.phases().get(phase);
    Set<Value> all = new LinkedHashSet<>();
    p.outputs().stream().filter(this::flows).forEach(all::add);
    p.carried().stream().map(Carried::after).filter(has::contains).forEach(all::add);
    return List.copyOf(all);
  }

  /** Whether gradients of states do not go back from a frame to the one before it. */
  boolean isCut(long frame) {
    return truncation > 0 && frame % truncation == 0;
  }

  /** A phase for some frames. */
  Piece piece(int phase, Use use, Span span) {
    Key key = new Key(phase, use, span.form());
    Piece known = all.get(key);
    if (known == null) {
      known = planned(phase, use, span);
      all.put(key, known);
    }
    return known;
  }

  private Piece planned(int number, Use use, Span span) {
    Phase phase = phases.phases().get(number);
    List<Value> keep = new ArrayList<>();
    Set<Value> wanted = new LinkedHashSet<>();
    if (use == Use.FORWARD) {
      Set<Value> made = new LinkedHashSet<>(phase.outputs());
      phase.carried().forEach(c -> made.add(c.after()));
      made.removeAll(madeAgain(number));
      places(number).forEach(made::add);
      keep.addAll(made);
    } else if (use == Use.AGAIN) {
      keep.addAll(madeAgain(number));
    } else {
      Set<Value> made = new LinkedHashSet<>(starts(number));
      made.addAll(madeAgain(number));
      keep.addAll(made);
      int head = head(number);
      Set<Value> fromHead = head == NOBODY ? Set.of() : madeAgain(head);
      phase.inputs().stream()
          .filter(v -> flows(v) && fromHead.contains(v) == (use == Use.BACKWARD_TO_HEAD))
          .forEach(wanted::add);
    }
    Part part = phase.part(span, keep);
    wanted.retainAll(new HashSet<>(part.inputs()));
    List<Value> gradients = new ArrayList<>();
    wanted.forEach(v -> gradients.add(part.values().get(v)));
    boolean backward = use == Use.BACKWARD || use == Use.BACKWARD_TO_HEAD;
    if (backward) {
      part.states().forEach((c, v) -> gradients.add(v));
    }
    Planned planned =
        new Planned(
            part.program(),
            backend,
            dtype,
            backward ? Mode.TRAINING : Mode.INFERENCE,
            keep.stream().map(part.values()::get).toList(),
            gradients);
    return new Piece(planned, part, List.copyOf(keep), List.copyOf(wanted), use == Use.FORWARD);
  }

  @Override
  public void close() {
    List<AutoCloseable> plans = new ArrayList<>();
    all.values().forEach(p -> plans.add(p.planned));
    all.clear();
    Closing.all(plans);
  }
}
