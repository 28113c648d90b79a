package convlstm4j.execution;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Runner;
import convlstm4j.program.Parameter;
import convlstm4j.program.Program;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program on a backend. Values live from the step that makes them to the last that needs
 * them: at inference the last reader, in training the maker's own backward pass. {@link #peakBytes}
 * tells the cost without allocating.
 *
 * <p>A run is {@link #forward}, then, in training, {@link #backward}, then {@link #commit} to keep
 * new states and statistics, then {@link #release}.
 */
public final class Executor implements AutoCloseable {
  private final Planned planned;
  private final Program program;
  private final Variables variables;
  private final Memory memory;
  private final DType dtype;
  private final Mode mode;
  private final Liveness live;
  private final List<Plan> plans;
  private final @Nullable Buffer[] buffers;
  private final @Nullable Buffer[] gradients;
  private final @Nullable Buffer[] reserves;

  /** Values whose gradients are the caller's. */
  private final Set<Value> lent = new HashSet<>();

  /** Values that are taken from the executor and stay. */
  private Set<Value> lasting = Set.of();

  /** Makes arrays for them. */
  private Function<Shape, Buffer> allocatesLasting;

  private @Nullable Buffer workspace;
  private List<Philox> randoms = List.of();
  private final GuardedStore store;
  private @Nullable Profile profile;
  private @Nullable Search search;

  /**
   * Plans every step. Allocates nothing that grows with the data.
   *
   * @param program what to run
   * @param variables weights and states, and with them the backend and element type
   * @param mode whether backward follows forward
   * @param keep values that stay readable until {@link #release}
   * @param wanted values whose gradients stay readable until {@link #release}, trainable weights
   *     aside
   * @throws BackendException if the backend cannot compute an op
   */
  public Executor(
      Program program,
      Variables variables,
      Mode mode,
      Collection<Value> keep,
      Collection<Value> wanted) {
    this(
        new Planned(program, variables.backend(), variables.dtype(), mode, keep, wanted),
        variables);
  }

  /** Runs what has been planned; closes it. */
  Executor(Planned planned, Variables variables) {
    this.planned = planned;
    this.program = planned.program;
    this.variables = variables;
    this.memory = variables.backend().memory();
    this.dtype = variables.dtype();
    this.allocatesLasting = shape -> memory.allocateLasting(dtype, shape);
    this.mode = planned.mode;
    this.store = new GuardedStore(new Runner(variables.backend(), dtype));
    this.live = planned.live;
    this.plans = planned.plans;
    this.buffers = new Buffer[this.program.values().size()];
    this.gradients = new Buffer[this.program.values().size()];
    this.reserves = new Buffer[this.program.steps().size()];
  }

  /**
   * Says which values are taken after a run, to stay while others run.
   *
   * @param allocation makes their arrays
   */
  void lasting(Collection<Value> values, Function<Shape, Buffer> allocation) {
    allocatesLasting = allocation;
    lasting = values.stream().map(Value::root).collect(Collectors.toSet());
  }

  /**
   * The most memory that a run takes beside the variables and the feeds.
   *
   * @param differentiated what {@link #backward} will start from; empty at inference
   * @return bytes of values, gradients, reserve and workspace live at once
   */
  public long peakBytes(Collection<Value> differentiated) {
    return planned.peakBytes(differentiated);
  }

  /**
   * Measures from now on how long each op takes.
   *
   * @param target where it is added up, or null to stop
   */
  public void profile(@Nullable Profile target) {
    profile = target;
  }

  /**
   * The random numbers of a run, one generator per op.
   *
   * @param run those of the run
   * @return what {@link #forward(List, List)} takes
   */
  public List<Philox> randoms(Philox run) {
    return program.steps().stream().map(s -> Streams.op(run, s.number())).toList();
  }

  /**
   * Computes all values.
   *
   * @param feeds one buffer per {@link Program.Builder#feed}, in order; they stay the caller's
   * @param run random numbers of this run
   * @throws BackendException if the backend fails or has no memory left; the message names the
   *     layer
   */
  public void forward(List<Buffer> feeds, Philox run) {
    forward(feeds, randoms(run));
  }

  /**
   * Computes all values.
   *
   * @param feeds one buffer per {@link Program.Builder#feed}, in order; they stay the caller's
   * @param opRandoms random numbers of each op
   * @throws BackendException if the backend fails or has no memory left; the message names the
   *     layer
   */
  public void forward(List<Buffer> feeds, List<Philox> opRandoms) {
    planned.checkOpen();
    release();
    randoms = opRandoms;
    for (int i = 0; i < feeds.size(); i++) {
      buffers[program.feeds().get(i).id()] = feeds.get(i);
    }
    program.parameters().forEach((p, v) -> buffers[v.id()] = variables.buffer(p));
    program.states().forEach((s, v) -> buffers[v.id()] = variables.state(s, v.shape()));
    allocateWorkspace();
    for (int i = 0; i < plans.size(); i++) {
      int step = i;
      Planned.named(program.steps().get(i), () -> forward(step));
    }
  }

  private void forward(int i) {
    Step s = program.steps().get(i);
    List<Buffer> in = s.inputs().stream().map(this::buffer).toList();
    List<Buffer> out = s.outputs().stream().map(this::allocate).toList();
    if (plans.get(i).reserveBytes() > 0 && mode == Mode.TRAINING) {
      reserves[i] = bytes(plans.get(i).reserveBytes());
    }
    Plan.Forward call = new Plan.Forward(in, out, workspace, reserves[i], randoms.get(i));
    if (profile == null) {
      plans.get(i).forward(call);
    } else {
      long nanos = variables.backend().nanoseconds(() -> plans.get(i).forward(call));
      profile.forward(s.layer(), s.op().opName(), plans.get(i).algorithm(), nanos);
    }
    if (search != null) {
      search.look(s, out);
    }
    live.lastRead(i).forEach(this::free);
  }

  /**
   * Computes the gradients of a weighted sum of scalars with respect to the trainable weights and
   * the wanted values.
   *
   * @param values the scalars, or arrays whose elements are summed
   * @param weights weight of each; arrays of the values' own shapes
   * @throws IllegalArgumentException if two values share their memory
   * @throws BackendException if the backend fails or has no memory left; the message names the
   *     layer
   */
  public void backward(List<Value> values, List<Buffer> weights) {
    backward(values, weights, true);
  }

  /**
   * {@link #backward(List, List)} without copies of the weights, which may be changed; they must
   * not be closed before {@link #release}.
   *
   * @param values the scalars, or arrays whose elements are summed
   * @param weights weight of each; arrays of the values' own shapes
   * @throws IllegalArgumentException if two values share their memory
   * @throws BackendException if the backend fails or has no memory left; the message names the
   *     layer
   */
  public void backwardFrom(List<Value> values, List<Buffer> weights) {
    backward(values, weights, false);
  }

  private void backward(List<Value> values, List<Buffer> weights, boolean copied) {
    planned.checkOpen();
    lent.clear();
    if (values.stream().map(Value::root).distinct().count() < values.size()) {
      throw new IllegalArgumentException(
          "two of the values to differentiate are one; list it once, with the sum of the weights");
    }
    values.forEach(this::buffer); // fails for one that was not made
    for (int i = 0; i < values.size(); i++) {
      Value root = values.get(i).root();
      if (copied) {
        gradients[root.id()] = memory.allocateUnset(dtype, root.shape());
        memory.copy(weights.get(i), gradients[root.id()]);
      } else {
        gradients[root.id()] = weights.get(i).view(root.shape());
        lent.add(root);
      }
    }
    backwardSteps();
    live.gradientTargets().forEach(this::rootGradient); // zeros where nothing has come
  }

  /**
   * Goes backward from gradients that are there, and adds to others.
   *
   * @param given by root, for all that is wanted and all that backward starts from; of the values'
   *     own sizes. They stay the caller's; of what the program makes they may be changed.
   * @throws BackendException if the backend fails or has no memory left; the message names the
   *     layer
   */
  void backward(Map<Value, Buffer> given) {
    planned.checkOpen();
    lent.clear();
    given.forEach(
        (v, g) -> {
          lent.add(v);
          gradients[v.id()] = g.view(v.shape());
        });
    backwardSteps();
    lent.forEach(v -> gradients[v.id()] = null);
  }

  private void backwardSteps() {
    for (int i = plans.size() - 1; i >= 0; i--) {
      int step = i;
      Planned.named(program.steps().get(i), () -> backward(step));
    }
  }

  private void backward(int i) {
    Step s = program.steps().get(i);
    List<Buffer> outGradients = new ArrayList<>();
    for (Value v : s.outputs()) {
      outGradients.add(gradients[v.id()]);
    }
    if (outGradients.stream().anyMatch(g -> g != null) && live.isDifferentiated(i)) {
      List<Buffer> in = s.inputs().stream().map(this::buffer).toList();
      List<Buffer> out = s.outputs().stream().map(this::buffer).toList();
      List<Buffer> inGradients = new ArrayList<>();
      Set<Integer> written = new HashSet<>();
      for (int k = 0; k < s.inputs().size(); k++) {
        if (live.flows(i, k) && isFirst(i, k)) {
          Value root = s.inputs().get(k).root();
          gradients[root.id()] = memory.allocateUnset(dtype, root.shape());
          written.add(k);
        }
        inGradients.add(live.flows(i, k) ? gradient(s.inputs().get(k)) : null);
      }
      Plan.Backward call =
          new Plan.Backward(
              in, out, outGradients, inGradients, written, workspace, reserves[i], randoms.get(i));
      if (profile == null) {
        plans.get(i).backward(call);
      } else {
        long nanos = variables.backend().nanoseconds(() -> plans.get(i).backward(call));
        profile.backward(s.layer(), s.op().opName(), nanos);
      }
    }
    finishBackward(i, s);
  }

  /** Whether a step can write the gradient of an input, to which nothing has been added yet. */
  private boolean isFirst(int step, int input) {
    List<Value> inputs = program.steps().get(step).inputs();
    Value root = inputs.get(input).root();
    return gradients[root.id()] == null
        && plans.get(step).writesGradient(input)
        && inputs.stream().filter(v -> v.root() == root).count() == 1;
  }

  private void finishBackward(int i, Step s) {
    if (reserves[i] != null) {
      reserves[i].close();
      reserves[i] = null;
    }
    for (Value v : s.outputs()) {
      if (!live.isKept(v)) {
        free(v);
      }
      if (gradients[v.id()] != null && !live.isWanted(v) && !lent.contains(v)) {
        gradients[v.id()].close();
        gradients[v.id()] = null;
      }
    }
  }

  /** Stores the new states and, in training, the new statistics that the run computed. */
  public void commit() {
    planned.checkOpen();
    program.newStates().forEach((s, v) -> memory.copy(buffer(v), variables.state(s, v.shape())));
    program.newParameters().forEach((p, v) -> memory.copy(buffer(v), variables.buffer(p)));
  }

  /**
   * {@link #commit()}, unless a number is not finite: then states and statistics keep their values.
   *
   * @param guard one number
   */
  public void commit(Buffer guard) {
    store.put(guard, stored(), changes());
  }

  /**
   * What {@link #commit} stores of the current run.
   *
   * @return new values, in the order of {@link #stored}, valid until {@link #release}
   */
  public List<Buffer> changes() {
    planned.checkOpen();
    List<Buffer> all = new ArrayList<>();
    program.newStates().values().forEach(v -> all.add(buffer(v)));
    program.newParameters().values().forEach(v -> all.add(buffer(v)));
    return all;
  }

  /**
   * What a run changes: states, which are made at their first use, and statistics.
   *
   * @return their buffers, not to be closed
   */
  public List<Buffer> stored() {
    planned.checkOpen();
    List<Buffer> all = new ArrayList<>();
    program.newStates().forEach((s, v) -> all.add(variables.state(s, v.shape())));
    program.newParameters().keySet().forEach(p -> all.add(variables.buffer(p)));
    return all;
  }

  /**
   * A value of the current run.
   *
   * @param v one of the kept values
   * @return its buffer, valid until {@link #release}
   */
  public Buffer value(Value v) {
    planned.checkOpen();
    return buffer(v);
  }

  /** Takes one of the kept values, an array that the run has made; the caller closes it. */
  Buffer take(Value v) {
    Buffer b = buffer(v);
    buffers[v.id()] = null;
    return b;
  }

  /**
   * A gradient of the current run.
   *
   * @param v a wanted value
   * @return its buffer, valid until {@link #release}
   */
  public Buffer gradient(Value v) {
    planned.checkOpen();
    Buffer g = rootGradient(v);
    return v.root() == v ? g : g.view(v.shape());
  }

  /**
   * A weight's gradient of the current run.
   *
   * @param p a trainable weight of the program
   * @return its buffer, valid until {@link #release}
   */
  public Buffer gradient(Parameter p) {
    planned.checkOpen();
    return gradients[Present.in(program.parameters(), p).id()];
  }

  /**
   * Looks for the first layer's op whose result is not finite. To be called between forward and
   * backward of a training run.
   *
   * @return the name of the layer; empty also where only what follows the layers is not finite,
   *     such as a loss
   */
  public Optional<String> firstNonFinite() {
    planned.checkOpen();
    for (Step s : program.steps()) {
      if (!s.layer().isEmpty()
          && s.outputs().stream().anyMatch(v -> !memory.download(buffer(v)).isFinite())) {
        return Optional.of(s.layer());
      }
    }
    return Optional.empty();
  }

  /**
   * Computes all values again and looks for the first layer's op whose result is not finite. The
   * values are then there as after {@link #forward}.
   *
   * @param feeds as given to {@link #forward}
   * @param run as given to {@link #forward}
   * @return the name of the layer, or empty as above
   */
  public Optional<String> firstNonFinite(List<Buffer> feeds, Philox run) {
    return firstNonFinite(feeds, randoms(run));
  }

  /** The same with the random numbers of each op. */
  Optional<String> firstNonFinite(List<Buffer> feeds, List<Philox> opRandoms) {
    search = new Search();
    try {
      forward(feeds, opRandoms);
      return Optional.ofNullable(search.found);
    } finally {
      search = null;
    }
  }

  /** For the first layer's op whose result is not finite, while its values are there. */
  private final class Search {
    private @Nullable String found;

    void look(Step s, List<Buffer> results) {
      if (found == null
          && !s.layer().isEmpty()
          && results.stream().anyMatch(b -> !memory.download(b).isFinite())) {
        found = s.layer();
      }
    }
  }

  /** Frees everything that the current run holds but the feeds, which are the caller's. */
  public void release() {
    for (int i = 0; i < reserves.length; i++) {
      if (reserves[i] != null) {
        reserves[i].close();
        reserves[i] = null;
      }
    }
    for (Value v : program.values()) {
      if (buffers[v.id()] != null && owns(v)) {
        buffers[v.id()].close();
      }
      buffers[v.id()] = null;
      if (gradients[v.id()] != null && !lent.contains(v)) {
        gradients[v.id()].close();
      }
      gradients[v.id()] = null;
    }
    lent.clear();
    if (workspace != null) {
      workspace.close();
      workspace = null;
    }
  }

  @Override
  public void close() {
    Closing.all(this::release, planned, store);
  }

  private static boolean owns(Value v) {
    return v.kind() == Value.Kind.RESULT || v.kind() == Value.Kind.ZEROS;
  }

  private Buffer buffer(Value v) {
    Value root = v.root();
    if (buffers[root.id()] == null && root.kind() == Value.Kind.ZEROS) {
      allocate(root);
    }
    Buffer b = buffers[root.id()];
    if (b == null) {
      throw new IllegalStateException(
          "value "
              + v.id()
              + " of shape "
              + v.shape()
              + " is not there; keep it, or expose it while the program is built");
    }
    return root == v ? b : b.view(v.shape());
  }

  private Buffer allocate(Value v) {
    buffers[v.id()] =
        v.kind() == Value.Kind.ZEROS
            ? memory.allocate(dtype, v.shape())
            : lasting.contains(v)
                ? allocatesLasting.apply(v.shape())
                : memory.allocateUnset(dtype, v.shape());
    return buffers[v.id()];
  }

  private void free(Value v) {
    Value root = v.root();
    if (owns(root) && buffers[root.id()] != null) {
      buffers[root.id()].close();
      buffers[root.id()] = null;
    }
  }

  private Buffer rootGradient(Value v) {
    Value root = v.root();
    if (gradients[root.id()] == null) {
      gradients[root.id()] = memory.allocate(dtype, root.shape());
    }
    return gradients[root.id()];
  }

  private void allocateWorkspace() {
    long most = plans.stream().mapToLong(Plan::workspaceBytes).max().orElse(0);
    if (most > 0) {
      workspace = bytes(most);
    }
  }

  private Buffer bytes(long n) {
    return memory.allocateUnset(
        dtype, Shape.of(Liveness.rounded(n, dtype.bytes()) / dtype.bytes()));
  }
}
