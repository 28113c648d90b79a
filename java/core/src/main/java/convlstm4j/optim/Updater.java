package convlstm4j.optim;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.execution.Variables;
import convlstm4j.op.Op;
import convlstm4j.op.Penalty;
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

/** Applies an optimiser to a model's weights and holds what it remembers of them. */
public final class Updater implements AutoCloseable {
  private final Optimizer optimizer;
  private final List<Parameter> parameters;
  private final Function<Parameter, String> names;
  private final Variables variables;
  private final Map<String, Buffer> slots = new LinkedHashMap<>();
  private final List<Plan> plans = new ArrayList<>();
  private final List<Plan> checks = new ArrayList<>();
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
    if (optimizer.common().clip() != null) {
      plans.add(plan(optimizer.common().clipping(weights.size()), weights));
    }
    List<Shape> inputs = new ArrayList<>();
    inputs.add(Shape.of(optimizer.rates(0, 0).length));
    inputs.add(Shape.of(1));
    for (int group = 0; group < 2 + optimizer.slots().size(); group++) {
      inputs.addAll(weights);
    }
    plans.add(plan(optimizer.update(weights.size()), inputs));
    for (Shape s : weights) {
      checks.add(plan(new Penalty(1, 0, false), List.of(s)));
    }
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
   * Sums of the absolute values of gradients: one that is not finite makes its sum so.
   *
   * @param gradients one per trainable weight
   * @return one number each, that the caller closes
   */
  public List<Buffer> sums(List<Buffer> gradients) {
    checkOpen();
    List<Buffer> sums = new ArrayList<>();
    try {
      for (int i = 0; i < checks.size(); i++) {
        sums.add(memory().allocateUnset(dtype(), Shape.of(1)));
        run(checks.get(i), List.of(gradients.get(i)), List.of(sums.get(i)));
      }
    } catch (RuntimeException e) {
      sums.forEach(Buffer::close);
      throw e;
    }
    return sums;
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
   * Changes the weights.
   *
   * @param gradients one per trainable weight; limited in place if the optimiser says so
   * @param rates as {@link #rates} gives them
   * @param guard one number; nothing changes unless it is finite
   */
  public void update(List<Buffer> gradients, Buffer rates, Buffer guard) {
    checkOpen();
    if (parameters.isEmpty()) {
      return;
    }
    List<Buffer> weights = parameters.stream().map(variables::buffer).toList();
    if (plans.size() > 1) {
      run(plans.get(0), gradients, gradients);
    }
    List<Buffer> inputs = new ArrayList<>(List.of(rates, guard));
    inputs.addAll(weights);
    inputs.addAll(gradients);
    inputs.addAll(slots.values());
    List<Buffer> outputs = new ArrayList<>(weights);
    outputs.addAll(slots.values());
    run(plans.get(plans.size() - 1), inputs, outputs);
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
    Closing.all(() -> Closing.all(buffers), () -> Closing.all(plans), () -> Closing.all(checks));
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
