package convlstm4j.execution;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Peak;
import convlstm4j.backend.Plan;
import convlstm4j.program.Program;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/** Which values of a program are needed until when, and which have gradients. */
final class Liveness {
  /** Zeros that no step reads are never allocated. */
  private static final int UNREAD = -1;

  private final Program program;
  private final Mode mode;
  private final Set<Value> kept = new HashSet<>();
  private final Set<Value> wanted = new HashSet<>();
  private final boolean[] hasGradient;
  private final List<List<Value>> lastRead = new ArrayList<>();

  Liveness(Program program, Mode mode, Collection<Value> keep, Collection<Value> wantedGradients) {
    this.program = program;
    this.mode = mode;
    keep.forEach(v -> kept.add(v.root()));
    program.newStates().values().forEach(v -> kept.add(v.root()));
    program.newParameters().values().forEach(v -> kept.add(v.root()));
    wantedGradients.forEach(v -> wanted.add(v.root()));
    program
        .parameters()
        .forEach(
            (p, v) -> {
              if (p.isTrainable()) {
                wanted.add(v);
              }
            });
    hasGradient = new boolean[program.values().size()];
    wanted.forEach(v -> hasGradient[v.id()] = true);
    for (Step s : program.steps()) {
      for (int k = 0; k < s.inputs().size(); k++) {
        if (s.op().differentiable(k) && hasGradient[s.inputs().get(k).root().id()]) {
          s.outputs().forEach(v -> hasGradient[v.id()] = true);
        }
      }
    }
    findLastReads();
  }

  private void findLastReads() {
    int[] last = new int[program.values().size()];
    Arrays.fill(last, UNREAD);
    for (int i = 0; i < program.steps().size(); i++) {
      lastRead.add(new ArrayList<>());
      for (Value v : program.steps().get(i).inputs()) {
        last[v.root().id()] = i;
      }
      for (Value v : program.steps().get(i).outputs()) {
        last[v.id()] = i;
      }
    }
    for (Value v : program.values()) {
      if (v.root() == v && isOwned(v) && !kept.contains(v) && last[v.id()] != UNREAD) {
        lastRead.get(last[v.id()]).add(v);
      }
    }
  }

  private static boolean isOwned(Value v) {
    return v.kind() == Value.Kind.RESULT || v.kind() == Value.Kind.ZEROS;
  }

  /** Values that can be freed after a step's forward pass. */
  List<Value> lastRead(int step) {
    return mode == Mode.TRAINING ? List.of() : lastRead.get(step);
  }

  boolean isKept(Value v) {
    return kept.contains(v.root());
  }

  boolean isWanted(Value v) {
    return wanted.contains(v.root());
  }

  /** Whether any input of a step has a gradient. */
  boolean isDifferentiated(int step) {
    for (int k = 0; k < program.steps().get(step).inputs().size(); k++) {
      if (flows(step, k)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a gradient flows into an input of a step. */
  boolean flows(int step, int input) {
    Step s = program.steps().get(step);
    return s.op().differentiable(input) && hasGradient[s.inputs().get(input).root().id()];
  }

  /** Values whose gradients are there at the end of the backward pass. */
  Set<Value> gradientTargets() {
    return wanted;
  }

  /**
   * Peak of owned values, gradients, reserves and workspace, following the executor's order step by
   * step.
   *
   * @param peak counts it
   */
  long peakBytes(List<Plan> plans, int elementBytes, Collection<Value> differentiated, Peak peak) {
    forward(plans, elementBytes, peak);
    if (mode == Mode.TRAINING) {
      backward(plans, elementBytes, differentiated, false, peak);
    }
    return peak.bytes();
  }

  /**
   * Counts what a forward and a backward pass have left when everything is released.
   *
   * @param isGiven whether the gradients that are wanted and started from are not its own
   */
  void release(List<Plan> plans, int elementBytes, boolean isGiven, Peak peak) {
    Set<Value> left = new HashSet<>();
    for (Step s : program.steps()) {
      s.inputs().stream()
          .map(Value::root)
          .filter(v -> v.kind() == Value.Kind.ZEROS)
          .forEach(left::add);
      s.outputs().stream().filter(this::isKept).forEach(left::add);
    }
    left.forEach(v -> peak.remove(size(v, elementBytes)));
    if (!isGiven) {
      wanted.forEach(v -> peak.remove(size(v, elementBytes)));
    }
    long workspace = workspace(plans, elementBytes);
    if (workspace > 0) {
      peak.remove(workspace);
    }
  }

  /** Bytes of the workspace that all plans share. */
  static long workspace(List<Plan> plans, int elementBytes) {
    return rounded(plans.stream().mapToLong(Plan::workspaceBytes).max().orElse(0), elementBytes);
  }

  /** Counts the forward pass; workspace and kept values are left. */
  void forward(List<Plan> plans, int elementBytes, Peak peak) {
    forward(plans, elementBytes, Set.of(), peak, n -> {});
  }

  /**
   * The same with values that are elsewhere.
   *
   * @param lasting roots
   * @param keeps counts those
   */
  void forward(
      List<Plan> plans, int elementBytes, Set<Value> lasting, Peak peak, LongConsumer keeps) {
    long workspace = workspace(plans, elementBytes);
    if (workspace > 0) {
      peak.add(workspace);
    }
    boolean[] allocated = new boolean[program.values().size()];
    for (int i = 0; i < plans.size(); i++) {
      Step s = program.steps().get(i);
      for (Value v : s.inputs()) {
        Value root = v.root();
        if (root.kind() == Value.Kind.ZEROS && !allocated[root.id()]) {
          allocated[root.id()] = true;
          peak.add(size(root, elementBytes));
        }
      }
      for (Value v : s.outputs()) {
        if (lasting.contains(v)) {
          keeps.accept(size(v, elementBytes));
        } else {
          peak.add(size(v, elementBytes));
        }
      }
      if (mode == Mode.TRAINING && plans.get(i).reserveBytes() > 0) {
        peak.add(rounded(plans.get(i).reserveBytes(), elementBytes));
      }
      for (Value v : lastRead(i)) {
        peak.remove(size(v, elementBytes));
      }
    }
  }

  /**
   * Counts the backward pass.
   *
   * @param isGiven whether the gradients that are wanted and started from are not its own
   * @return how many ops it starts
   */
  int backward(
      List<Plan> plans,
      int elementBytes,
      Collection<Value> differentiated,
      boolean isGiven,
      Peak peak) {
    int ops = 0;
    boolean[] allocated = new boolean[program.values().size()];
    Set<Value> atStart = new HashSet<>();
    differentiated.forEach(v -> atStart.add(v.root()));
    if (isGiven) {
      atStart.addAll(wanted);
    }
    for (Value v : atStart) {
      allocated[v.id()] = true;
      if (!isGiven) {
        peak.add(size(v, elementBytes));
      }
    }
    for (int i = plans.size() - 1; i >= 0; i--) {
      Step s = program.steps().get(i);
      boolean runs = s.outputs().stream().anyMatch(v -> allocated[v.id()]);
      ops += runs ? 1 : 0;
      for (int k = 0; k < s.inputs().size(); k++) {
        Value root = s.inputs().get(k).root();
        if (runs && flows(i, k) && !allocated[root.id()]) {
          allocated[root.id()] = true;
          peak.add(size(root, elementBytes));
        }
      }
      if (plans.get(i).reserveBytes() > 0) {
        peak.remove(rounded(plans.get(i).reserveBytes(), elementBytes));
      }
      for (Value v : s.outputs()) {
        if (!isKept(v)) {
          peak.remove(size(v, elementBytes));
        }
        if (allocated[v.id()] && !isWanted(v) && !(isGiven && atStart.contains(v))) {
          peak.remove(size(v, elementBytes));
        }
      }
    }
    wanted.stream().filter(v -> !allocated[v.id()]).forEach(v -> peak.add(size(v, elementBytes)));
    return ops;
  }

  private static long size(Value v, int elementBytes) {
    return Math.multiplyExact(v.shape().elements(), (long) elementBytes);
  }

  /** Bytes of the whole elements that hold some bytes. */
  static long rounded(long bytes, int elementBytes) {
    return (bytes + elementBytes - 1) / elementBytes * elementBytes;
  }
}
