package convlstm4j.execution;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Closing;
import convlstm4j.program.Value;
import convlstm4j.program.time.Phase;
import convlstm4j.program.time.Phase.Carried;
import convlstm4j.program.time.Phases;
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

/** Phases of a program, planned for some frames at a time when they are first counted or run. */
final class Pieces implements AutoCloseable {
  /** Of a value that no phase reads. */
  static final int NOBODY = -1;

  /**
   * A phase for a number of frames.
   *
   * @param kept values of its own program that it makes for others and for its next stretch
   * @param made what they are in the whole program
   * @param states those that it begins with
   */
  record Piece(Planned planned, List<Value> kept, List<Value> made, Set<Carried> states) {}

  private record Key(int phase, Span.Form form) {}

  final Phases phases;
  final Backend backend;
  final DType dtype;
  final long steps;
  final long frames;
  private final Set<Value> kept = new HashSet<>();
  private final Map<Value, Integer> lastReaders = new HashMap<>();
  private final Map<Key, Piece> all = new HashMap<>();

  Pieces(
      Phases phases,
      Collection<Value> keep,
      Backend backend,
      DType dtype,
      long steps,
      long frames) {
    this.phases = phases;
    this.backend = backend;
    this.dtype = dtype;
    this.steps = steps;
    this.frames = phases.atATime(frames, steps);
    keep.forEach(v -> kept.add(v.root()));
    for (int p = 0; p < phases.phases().size(); p++) {
      for (Value v : phases.phases().get(p).inputs()) {
        lastReaders.put(v, p);
      }
      for (Carried c : phases.phases().get(p).carried()) {
        lastReaders.put(c.before().root(), p);
      }
    }
  }

  boolean isKept(Value v) {
    return kept.contains(v);
  }

  /** Whether a value is stored as a state after a run. */
  boolean isStored(Value v) {
    return phases.program().newStates().values().stream().anyMatch(s -> s.root() == v);
  }

  /** Number of the last phase that reads a value. */
  int lastReader(Value v) {
    return lastReaders.getOrDefault(v, NOBODY);
  }

  /** A phase for some frames. */
  Piece piece(int phase, Span span) {
    Key key = new Key(phase, span.form());
    Piece known = all.get(key);
    if (known == null) {
      known = planned(phases.phases().get(phase), span);
      all.put(key, known);
    }
    return known;
  }

  private Piece planned(Phase phase, Span span) {
    Phase.Part part = phase.part(span);
    Set<Value> made = new LinkedHashSet<>(phase.outputs());
    phase.carried().forEach(c -> made.add(c.after()));
    List<Value> keep = made.stream().map(part.values()::get).toList();
    Planned planned = new Planned(part.program(), backend, dtype, Mode.INFERENCE, keep, List.of());
    return new Piece(planned, keep, List.copyOf(made), part.states().keySet());
  }

  @Override
  public void close() {
    List<AutoCloseable> plans = new ArrayList<>();
    all.values().forEach(p -> plans.add(p.planned));
    all.clear();
    Closing.all(plans);
  }
}
