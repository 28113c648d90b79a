package convlstm4j.program.layout;

import convlstm4j.backend.Backend;
import convlstm4j.op.Transpose;
import convlstm4j.option.DataFormat;
import convlstm4j.program.Program;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Brings the ops of a program into the data format that a backend is fastest in: docs/adr/0025. A
 * convolution or ConvLSTM of the other format becomes one of this format; ops that work in any
 * order of axes follow their inputs; where a value enters or leaves such a region, it is transposed
 * once. Regions where that moves no fewer elements than the backend's plans would by themselves
 * stay as they are.
 */
public final class LayoutPass {
  private final Program program;
  private final DataFormat format;

  /** Values that are read or differentiated from outside, in their own order. */
  private final Set<Value> exposed = new HashSet<>();

  /** Of these, those whose gradient is asked for: all that reads them must read them. */
  private final Set<Value> wanted = new HashSet<>();

  private final Set<Value> used = new HashSet<>();
  private final BitSet allowed;
  private final Regions regions;

  private final List<Value> values;
  private final List<Step> steps = new ArrayList<>();
  private boolean movesAny;

  /** A value as the step that makes it yields it, where that is not in its own order. */
  private record Made(AxisOrder order, Value value) {}

  private final Map<Value, Made> made = new HashMap<>();

  /** What stands for a value in an order of axes. */
  private final Map<Value, Map<AxisOrder, Value>> copies = new HashMap<>();

  /** A step of the region that a value of another order is in. */
  private final Map<Value, Integer> owners = new HashMap<>();

  private LayoutPass(
      Program program,
      DataFormat format,
      Collection<Value> keep,
      Collection<Value> wantedGradients,
      BitSet allowed) {
    this.program = program;
    this.format = format;
    this.allowed = allowed;
    this.regions = new Regions(program.steps().size());
    this.values = new ArrayList<>(program.values());
    wantedGradients.forEach(v -> wanted.add(v.root()));
    exposed.addAll(wanted);
    for (Collection<Value> some :
        List.of(
            keep,
            program.exposed(),
            program.penalties(),
            program.newStates().values(),
            program.newParameters().values())) {
      some.forEach(v -> exposed.add(v.root()));
    }
    used.addAll(exposed);
    program.steps().forEach(s -> s.inputs().forEach(v -> used.add(v.root())));
  }

  /**
   * Rewrites a program for a backend.
   *
   * @param program what is to run
   * @param backend on what
   * @param keep values that are read after a run
   * @param wanted values whose gradients are read
   * @return the program, or another that computes the same values
   */
  public static Program apply(
      Program program, Backend backend, Collection<Value> keep, Collection<Value> wanted) {
    Optional<DataFormat> format = backend.preferredFormat();
    if (format.isEmpty() || program.values().stream().anyMatch(v -> v.shape().elements() == 0)) {
      return program;
    }
    BitSet all = new BitSet();
    all.set(0, program.steps().size());
    LayoutPass trial = new LayoutPass(program, format.get(), keep, wanted, all);
    trial.run();
    if (!trial.movesAny) {
      return program;
    }
    LayoutPass pass = new LayoutPass(program, format.get(), keep, wanted, trial.regions.paying());
    pass.run();
    return pass.movesAny ? program.with(pass.values, pass.steps) : program;
  }

  private void run() {
    for (int i = 0; i < program.steps().size(); i++) {
      Step s = program.steps().get(i);
      Optional<MovedOp> moved = moved(i, s);
      if (moved.isPresent()) {
        move(i, s, moved.get());
      } else {
        stay(i, s);
      }
    }
  }

  private Optional<MovedOp> moved(int i, Step s) {
    if (!allowed.get(i) || s.outputs().stream().anyMatch(wanted::contains)) {
      return Optional.empty();
    }
    List<Shape> shapes = s.inputs().stream().map(Value::shape).toList();
    Optional<MovedOp> convolution = MovedOp.convolution(s.op(), shapes, format);
    if (convolution.isPresent()) {
      return convolution;
    }
    for (Value v : s.inputs()) {
      AxisOrder order = order(v);
      if (!order.isOwn()) {
        return MovedOp.following(s.op(), shapes, order)
            .filter(m -> IntStream.range(0, shapes.size()).allMatch(k -> isThere(s, k, m)));
      }
    }
    return Optional.empty();
  }

  private boolean isThere(Step s, int input, MovedOp moved) {
    AxisOrder order = moved.inputs().get(input);
    return order.isOwn() || isThere(s.inputs().get(input), order);
  }

  /** Whether a value can be had in an order without moving anything. */
  private boolean isThere(Value v, AxisOrder order) {
    Value base = v.base();
    if (base != null) {
      return order.carry(v.shape(), base.shape()).filter(o -> isThere(base, o)).isPresent();
    }
    return v.kind() == Value.Kind.ZEROS
        || order(v).isSameMemory(order, v.shape())
        || copies.getOrDefault(v, Map.of()).containsKey(order);
  }

  /** The order in which a value is made. */
  private AxisOrder order(Value v) {
    AxisOrder own = AxisOrder.own(v.shape().rank());
    return v.base() == null
        ? made.containsKey(v) ? made.get(v).order : own
        : order(v.base()).carry(v.base().shape(), v.shape()).orElse(own);
  }

  private void stay(int i, Step s) {
    List<Value> inputs =
        s.inputs().stream().map(v -> in(v, AxisOrder.own(v.shape().rank()), i)).toList();
    steps.add(new Step(s.op(), inputs, s.outputs(), s.layer(), s.number()));
  }

  private void move(int i, Step s, MovedOp moved) {
    movesAny = true;
    boolean converts = MovedOp.convolution(s.op(), shapes(s.inputs()), format).isPresent();
    List<Value> inputs = new ArrayList<>();
    for (int k = 0; k < s.inputs().size(); k++) {
      Value v = s.inputs().get(k);
      AxisOrder order = moved.inputs().get(k);
      Value there = in(v, order, i);
      if (!order.isOwn()) {
        join(i, there);
        regions.gain(i, converts && v.root().kind() != Value.Kind.ZEROS ? v.shape().elements() : 0);
      }
      inputs.add(seen(there, moved.seen().get(k)));
    }
    if (moved.op() instanceof Transpose t
        && new AxisOrder(t.order()).isOwn()
        && !exposed.contains(s.outputs().get(0))) {
      Value y = s.outputs().get(0);
      regions.gain(i, y.shape().elements());
      made.put(y, new Made(AxisOrder.own(y.shape().rank()), inputs.get(0)));
      return;
    }
    List<Value> outputs = new ArrayList<>();
    List<Shape> shapes = moved.op().outputShapes(shapes(inputs));
    for (int k = 0; k < s.outputs().size(); k++) {
      Value v = s.outputs().get(k);
      AxisOrder order = moved.outputs().get(k);
      if (order.isOwn()) {
        outputs.add(v);
        continue;
      }
      Value result = value(Value.Kind.RESULT, shapes.get(k), null);
      owners.put(result, i);
      made.put(v, new Made(order, seen(result, order.of(v.shape()))));
      outputs.add(result);
      regions.gain(i, converts && used.contains(v) ? v.shape().elements() : 0);
    }
    steps.add(
        new Step(moved.op(), List.copyOf(inputs), List.copyOf(outputs), s.layer(), s.number()));
    for (Value v : s.outputs()) {
      if (exposed.contains(v)) {
        in(v, AxisOrder.own(v.shape().rank()), i);
      }
    }
  }

  private static List<Shape> shapes(List<Value> values) {
    return values.stream().map(Value::shape).toList();
  }

  /** A copy that two steps read makes them one region; equal zeros do not. */
  private void join(int step, Value there) {
    if (there.root().kind() != Value.Kind.ZEROS) {
      Integer owner = owners.putIfAbsent(there.root(), step);
      regions.join(step, owner == null ? step : owner);
    }
  }

  /** What stands for a value in an order of axes; made for a step where it is not there. */
  private Value in(Value v, AxisOrder order, int step) {
    Value known = copies.computeIfAbsent(v, x -> new HashMap<>()).get(order);
    if (known == null) {
      known = v.base() == null ? laid(v, order, step) : view(v, order, step);
      copies.get(v).put(order, known);
    }
    return known;
  }

  private Value view(Value v, AxisOrder order, int step) {
    Value seen = Objects.requireNonNull(v.base(), "no view");
    Optional<AxisOrder> below = order.carry(v.shape(), seen.shape());
    if (below.isEmpty()) {
      AxisOrder own = AxisOrder.own(v.shape().rank());
      return transposed(v, own, in(v, own, step), order, step);
    }
    Value base = in(seen, below.get(), step);
    boolean isItself = base == seen && order.of(v.shape()).equals(v.shape());
    return isItself ? v : seen(base, order.of(v.shape()));
  }

  private Value laid(Value v, AxisOrder order, int step) {
    if (v.kind() == Value.Kind.ZEROS) {
      return zeros(order.of(v.shape()));
    }
    Made m = made.get(v);
    AxisOrder from = order(v);
    Value source = m == null ? v : m.value;
    boolean isReadFromOutside = m != null && order.isOwn() && exposed.contains(v);
    return from.isSameMemory(order, v.shape()) && !isReadFromOutside
        ? seen(source, order.of(v.shape()))
        : transposed(v, from, source, order, step);
  }

  private Value transposed(Value v, AxisOrder from, Value source, AxisOrder to, int step) {
    Step s = program.steps().get(step);
    Value copy = to.isOwn() ? v : value(Value.Kind.RESULT, to.of(v.shape()), null);
    Integer owner = owners.get(source.root());
    int region = owner == null ? step : owner;
    regions.gain(region, -v.shape().elements());
    if (copy != v) {
      owners.put(copy, region);
    }
    steps.add(
        new Step(
            new Transpose(to.from(from)), List.of(source), List.of(copy), s.layer(), s.number()));
    return copy;
  }

  private Value seen(Value v, Shape shape) {
    return v.shape().equals(shape) ? v : value(Value.Kind.VIEW, shape, v);
  }

  private Value zeros(Shape shape) {
    for (Value v : values) {
      if (v.kind() == Value.Kind.ZEROS && v.shape().equals(shape)) {
        return v;
      }
    }
    return value(Value.Kind.ZEROS, shape, null);
  }

  private Value value(Value.Kind kind, Shape shape, @Nullable Value base) {
    Value v = new Value(values.size(), kind, shape, base);
    values.add(v);
    return v;
  }
}
