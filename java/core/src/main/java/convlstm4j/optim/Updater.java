package convlstm4j.optim;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Runner;
import convlstm4j.execution.Variables;
import convlstm4j.op.UpdateTrial;
import convlstm4j.option.Constraint;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import convlstm4j.tensor.TensorsOnDemand;
import convlstm4j.tensor.TensorsOnDemand.Elsewhere;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Applies an optimiser to a model's weights and holds what it remembers of them. */
public final class Updater implements AutoCloseable {
  private final Optimizer optimizer;
  private final List<Parameter> parameters;
  private final Function<Parameter, String> names;
  private final Variables variables;
  private final Runner runner;
  private final Map<String, Buffer> slots = new LinkedHashMap<>();

  /** Slots of the optimiser's own. */
  private final List<Buffer> own = new ArrayList<>();

  /** Null where gradients have no limit. */
  private @Nullable Plan clip;

  /** Null where no weight is trained. */
  private @Nullable Plan trial;

  private @Nullable Plan update;

  /** Null where weights are not averaged. */
  private @Nullable Averages averages;

  /** Null where each step updates the weights. */
  private @Nullable Accumulation accumulation;

  /** By index of the weight. */
  private final Map<Integer, Constraints> constraints = new LinkedHashMap<>();

  private boolean closed;

  /**
   * Allocates the slots, with what they are before the first step.
   *
   * @param optimizer the formulas
   * @param parameters the weights to train
   * @param names what they are called in their network
   * @param variables their values
   * @throws convlstm4j.backend.BackendException if there is not enough memory
   */
  public Updater(
      Optimizer optimizer,
      List<Parameter> parameters,
      Function<Parameter, String> names,
      Variables variables) {
    this.optimizer = optimizer;
    this.parameters = List.copyOf(parameters);
    this.names = names;
    this.variables = variables;
    this.runner = new Runner(variables.backend(), variables.dtype());
    if (parameters.isEmpty()) {
      return;
    }
    try {
      prepare();
    } catch (RuntimeException e) {
      Closing.after(e, this);
      throw e;
    }
  }

  private void prepare() {
    for (String slot : optimizer.slots()) {
      own.addAll(allocate(slot, optimizer.initial(slot)));
    }
    List<Shape> weights = parameters.stream().map(Parameter::shape).toList();
    int count = weights.size();
    Common common = optimizer.common();
    if (common.clip() != null) {
      clip = runner.plan(common.clipping(count), weights);
    }
    int due = optimizer.rates(0, 0).length;
    int rates = due + extraRates(common);
    if (common.accumulation() > 1) {
      List<Buffer> sums = allocate(Common.ACCUMULATOR, 0);
      accumulation = new Accumulation(common.accumulation(), runner, rates, due, weights, sums);
    }
    if (common.averaging() != null) {
      List<Buffer> values = allocate(Common.AVERAGE, 0);
      averages = new Averages(common.averaging(), runner, rates, weights, values);
    }
    for (int i = 0; i < count; i++) {
      Constraint c = parameters.get(i).constraint().orElse(null);
      if (c != null) {
        constraints.put(i, new Constraints(c, weights.get(i), runner));
      }
    }
    List<Shape> inputs = new ArrayList<>();
    inputs.add(Shape.of(rates));
    for (int group = 0; group < 2 + optimizer.slots().size(); group++) {
      inputs.addAll(weights);
    }
    UpdateTrial tried = new UpdateTrial(optimizer.update(count), count);
    trial = runner.plan(tried, inputs);
    update = runner.plan(tried.update(), tried.withGuard(inputs, Shape.of(1)));
  }

  private static int extraRates(Common common) {
    return (common.accumulation() > 1 ? Accumulation.RATES : 0)
        + (common.averaging() != null ? Averages.RATES : 0);
  }

  private List<Buffer> allocate(String slot, double initial) {
    List<Buffer> buffers = new ArrayList<>();
    for (Parameter p : parameters) {
      Buffer b = runner.memory().allocatePermanent(runner.dtype(), p.shape());
      slots.put(slotName(slot, p), b);
      if (initial != 0) {
        runner.memory().fill(b, initial);
      }
      buffers.add(b);
    }
    return buffers;
  }

  /**
   * Bytes that this holds.
   *
   * @return as {@link #bytes(Optimizer, List, DType)}
   */
  public long bytes() {
    return bytes(optimizer, parameters, runner.dtype());
  }

  /**
   * Bytes that an updater would hold: slots, and means of gradients where they accumulate.
   *
   * @param optimizer the formulas
   * @param parameters the weights to train
   * @param dtype their type
   * @return bytes
   */
  public static long bytes(Optimizer optimizer, List<Parameter> parameters, DType dtype) {
    long one = parameters.stream().mapToLong(p -> p.shape().elements()).sum() * dtype.bytes();
    int means = optimizer.common().accumulation() > 1 ? 1 : 0;
    return one * (optimizer.slots().size() + optimizer.common().slots().size() + means);
  }

  /**
   * Looks at what {@link #update} would make of the weights and of what is remembered of them.
   *
   * @param gradients one per trainable weight, of this step
   * @param due as {@link #due} gave them
   * @param rates as {@link #rates} gives them
   * @return one number per trainable weight, 0 or, where it would not be finite or, as gradients
   *     accumulate, their sum would not be, infinity; the caller closes it
   */
  public Buffer tryOut(List<Buffer> gradients, List<Buffer> due, Buffer rates) {
    checkOpen();
    Buffer bad = runner.memory().allocateUnset(runner.dtype(), Shape.of(parameters.size()));
    try {
      if (!parameters.isEmpty()) {
        runner.run(Objects.requireNonNull(trial), inputs(due, rates), List.of(bad));
      }
      if (accumulation != null) {
        accumulation.tryOut(rates, gradients, bad);
      }
      return bad;
    } catch (RuntimeException e) {
      Closing.after(e, bad);
      throw e;
    }
  }

  /**
   * A trainable weight's name.
   *
   * @param index which one
   * @return what it is called in its network
   */
  public String name(int index) {
    return names.apply(parameters.get(index));
  }

  /**
   * What {@link #tryOut} looks at of a trainable weight.
   *
   * @param index which one
   * @return words for messages
   */
  public String tried(int index) {
    return "weight " + name(index) + (accumulation == null ? "" : " or the sum of its gradients");
  }

  /**
   * Numbers that decide how far a step goes.
   *
   * @param rate learning rate of the step
   * @param step number of steps done before, from 0
   * @return what {@link #update} takes
   */
  public Tensor rates(double rate, long step) {
    long updates = step / optimizer.common().accumulation();
    DoubleStream all = DoubleStream.of(optimizer.rates(rate, updates));
    if (accumulation != null) {
      all = DoubleStream.concat(all, DoubleStream.of(accumulation.rates(step)));
    }
    if (averages != null) {
      all = DoubleStream.concat(all, DoubleStream.of(averages.rates(updates)));
    }
    double[] rates = all.toArray();
    return Tensor.of(rates, rates.length).cast(runner.dtype());
  }

  /**
   * The gradients that the weights are updated by: where they accumulate, the mean of several
   * steps, or zeros in a step that does not update; limited if the optimiser says so.
   *
   * @param gradients one per trainable weight, of which there are some; may be changed
   * @param rates as {@link #rates} gives them
   * @return one per trainable weight, until the next call
   */
  public List<Buffer> due(List<Buffer> gradients, Buffer rates) {
    checkOpen();
    List<Buffer> due = accumulation == null ? gradients : accumulation.means(rates, gradients);
    if (clip != null) {
      runner.run(clip, due, due);
    }
    return due;
  }

  /**
   * Changes the weights, then brings those that have a constraint back to it.
   *
   * @param gradients one per trainable weight, of this step
   * @param due as {@link #due} gave them
   * @param rates as {@link #rates} gives them
   * @param guard one number; nothing changes unless it is finite
   */
  public void update(List<Buffer> gradients, List<Buffer> due, Buffer rates, Buffer guard) {
    checkOpen();
    if (parameters.isEmpty()) {
      return;
    }
    List<Buffer> inputs = inputs(due, rates);
    inputs.add(1, accumulation == null ? guard : accumulation.gate(rates, guard));
    List<Buffer> outputs = weights();
    outputs.addAll(own);
    runner.run(Objects.requireNonNull(update), inputs, outputs);
    if (accumulation != null) {
      accumulation.add(rates, guard, gradients);
    }
    if (averages != null) {
      averages.update(rates, guard, weights(), gradients);
    }
    constraints.forEach((i, c) -> c.apply(variables.buffer(parameters.get(i)), guard));
  }

  /**
   * Puts the weights' moving averages in their place, where there are any.
   *
   * @return whether there are
   */
  public boolean overwriteWithAverages() {
    checkOpen();
    if (averages != null) {
      averages.overwrite(weights());
    }
    return averages != null;
  }

  private List<Buffer> weights() {
    return parameters.stream().map(variables::buffer).collect(Collectors.toList());
  }

  private List<Buffer> inputs(List<Buffer> gradients, Buffer rates) {
    List<Buffer> inputs = new ArrayList<>(List.of(rates));
    inputs.addAll(weights());
    inputs.addAll(gradients);
    inputs.addAll(own);
    return inputs;
  }

  /**
   * What is remembered.
   *
   * @return copies, by slot and weight, as {@code momentum/conv_lstm2d/kernel}
   */
  public Map<String, Tensor> slots() {
    return new LinkedHashMap<>(slotsOnDemand());
  }

  /**
   * What is remembered, to be read before the next step.
   *
   * @return as {@link #slots()} gives them, copied one by one
   */
  public TensorsOnDemand slotsOnDemand() {
    checkOpen();
    Map<String, Elsewhere> all = new LinkedHashMap<>();
    slots.forEach(
        (name, b) -> all.put(name, new Elsewhere(b.shape(), () -> runner.memory().download(b))));
    return new TensorsOnDemand(all);
  }

  /**
   * Replaces what is remembered.
   *
   * @param values by name as {@link #slots()} gives them, all of them
   * @throws IllegalArgumentException if one is missing, unknown or of another shape
   */
  public void restore(Map<String, Tensor> values) {
    checkOpen();
    if (!values.keySet().equals(slots.keySet())) {
      throw new IllegalArgumentException(
          "optimizer state "
              + values.keySet()
              + " does not belong to this model and optimizer, which need "
              + slots.keySet());
    }
    TensorsOnDemand.shapes(values)
        .forEach(
            (name, shape) -> {
              Buffer b = slot(name);
              if (!b.shape().equals(shape)) {
                throw new IllegalArgumentException(
                    "optimizer state " + name + " has shape " + shape + ", expected " + b.shape());
              }
            });
    values.forEach((name, t) -> runner.memory().upload(t.cast(runner.dtype()), slot(name)));
  }

  private Buffer slot(String name) {
    return Objects.requireNonNull(slots.get(name), name);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          "the optimizer's state is closed, its values are gone; make another updater");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<Buffer> buffers = List.copyOf(slots.values());
    List<Constraints> limits = List.copyOf(constraints.values());
    slots.clear();
    own.clear();
    constraints.clear();
    Closing.all(
        () -> Closing.all(buffers),
        () -> Closing.all(limits),
        clip,
        trial,
        update,
        averages,
        accumulation);
  }

  private String slotName(String slot, Parameter p) {
    return slot + "/" + names.apply(p);
  }
}
