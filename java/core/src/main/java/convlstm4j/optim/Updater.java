package convlstm4j.optim;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.execution.Variables;
import convlstm4j.op.NotFinite;
import convlstm4j.op.Op;
import convlstm4j.op.UpdateTrial;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Applies an optimiser to a model's weights and holds what it remembers of them. */
public final class Updater implements AutoCloseable {
  private final Optimizer optimizer;
  private final List<Parameter> parameters;
  private final Function<Parameter, String> names;
  private final Variables variables;
  private final Map<String, Buffer> slots = new LinkedHashMap<>();
  private Plan check;

  /** Null where gradients have no limit. */
  private Plan clip;

  /** Null where formulas of the user's own make the update: those are not tried out. */
  private Plan trial;

  private Plan update;
  private boolean closed;

  /**
   * Allocates the slots, all zeros.
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
      for (Parameter p : parameters) {
        slots.put(slotName(slot, p), memory().allocate(dtype(), p.shape()));
      }
    }
    List<Shape> weights = parameters.stream().map(Parameter::shape).toList();
    int count = weights.size();
    check = plan(new NotFinite(count), weights);
    if (optimizer.common().clip() != null) {
      clip = plan(optimizer.common().clipping(count), weights);
    }
    List<Shape> inputs = new ArrayList<>();
    inputs.add(Shape.of(optimizer.rates(0, 0).length));
    for (int group = 0; group < 2 + optimizer.slots().size(); group++) {
      inputs.addAll(weights);
    }
    UpdateTrial tried = new UpdateTrial(optimizer.update(count), count);
    trial = plan(tried, inputs);
    update = plan(tried.update(), tried.withGuard(inputs, Shape.of(1)));
  }

  /**
   * Bytes of the slots that an updater would hold.
   *
   * @param optimizer the formulas
   * @param parameters the weights to train
   * @param dtype their type
   * @return bytes
   */
  public static long bytes(Optimizer optimizer, List<Parameter> parameters, DType dtype) {
    long one = parameters.stream().mapToLong(p -> p.shape().elements()).sum() * dtype.bytes();
    return one * optimizer.slots().size();
  }

  /**
   * Looks at gradients, all at once.
   *
   * @param gradients one per trainable weight, of which there are some
   * @return one number each, 0 or, where a gradient is not finite, infinity; the caller closes it
   */
  public Buffer check(List<Buffer> gradients) {
    checkOpen();
    return looked(check, gradients);
  }

  /**
   * Looks at what {@link #update} would make of the weights and of what is remembered of them.
   *
   * @param gradients as {@link #limit} left them
   * @param rates as {@link #rates} gives them
   * @return one number per trainable weight, 0 or, where it would not be finite, infinity; the
   *     caller closes it
   */
  public Buffer tryOut(List<Buffer> gradients, Buffer rates) {
    checkOpen();
    return parameters.isEmpty()
        ? memory().allocate(dtype(), Shape.of(0))
        : looked(trial, inputs(gradients, rates));
  }

  private Buffer looked(Plan plan, List<Buffer> inputs) {
    Buffer bad = memory().allocateUnset(dtype(), Shape.of(parameters.size()));
    try {
      run(plan, inputs, List.of(bad));
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
   * Numbers that decide how far a step goes.
   *
   * @param rate learning rate of the step
   * @param step number of updates done before, from 0
   * @return what {@link #update} takes
   */
  public Tensor rates(double rate, long step) {
    double[] rates = optimizer.rates(rate, step);
    return Tensor.of(rates, rates.length).cast(dtype());
  }

  /**
   * Limits gradients in place, if the optimiser says so.
   *
   * @param gradients one per trainable weight
   */
  public void limit(List<Buffer> gradients) {
    checkOpen();
    if (clip != null) {
      run(clip, gradients, gradients);
    }
  }

  /**
   * Changes the weights.
   *
   * @param gradients as {@link #limit} left them
   * @param rates as {@link #rates} gives them
   * @param guard one number; nothing changes unless it is finite
   */
  public void update(List<Buffer> gradients, Buffer rates, Buffer guard) {
    checkOpen();
    if (parameters.isEmpty()) {
      return;
    }
    List<Buffer> inputs = inputs(gradients, rates);
    inputs.add(1, guard);
    List<Buffer> outputs = parameters.stream().map(variables::buffer).collect(Collectors.toList());
    outputs.addAll(slots.values());
    run(update, inputs, outputs);
  }

  private List<Buffer> inputs(List<Buffer> gradients, Buffer rates) {
    List<Buffer> inputs = new ArrayList<>(List.of(rates));
    parameters.forEach(p -> inputs.add(variables.buffer(p)));
    inputs.addAll(gradients);
    inputs.addAll(slots.values());
    return inputs;
  }

  /**
   * What is remembered.
   *
   * @return copies, by slot and weight, as {@code momentum/conv_lstm2d/kernel}
   */
  public Map<String, Tensor> slots() {
    checkOpen();
    Map<String, Tensor> all = new LinkedHashMap<>();
    slots.forEach((name, b) -> all.put(name, memory().download(b)));
    return all;
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
    values.forEach(
        (name, t) -> {
          Buffer b = slots.get(name);
          if (!b.shape().equals(t.shape())) {
            throw new IllegalArgumentException(
                "optimizer state " + name + " has shape " + t.shape() + ", expected " + b.shape());
          }
        });
    values.forEach((name, t) -> memory().upload(t.cast(dtype()), slots.get(name)));
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
    slots.clear();
    Closing.all(() -> Closing.all(buffers), check, clip, trial, update);
  }

  private String slotName(String slot, Parameter p) {
    return slot + "/" + names.apply(p);
  }

  private Plan plan(Op op, List<Shape> inputs) {
    Backend backend = variables.backend();
    op.outputShapes(inputs);
    return backend.plan(op, inputs, dtype(), Mode.INFERENCE);
  }

  private void run(Plan plan, List<Buffer> inputs, List<Buffer> outputs) {
    long elements = (plan.workspaceBytes() + dtype().bytes() - 1) / dtype().bytes();
    try (Buffer workspace =
        elements == 0 ? null : memory().allocateUnset(dtype(), Shape.of(elements))) {
      plan.forward(new Plan.Forward(inputs, outputs, workspace, null, new Philox(0, 0)));
    }
  }

  private Memory memory() {
    return variables.backend().memory();
  }

  private DType dtype() {
    return variables.dtype();
  }
}
