package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.op.AdamUpdate;
import convlstm4j.op.Assign;
import convlstm4j.op.Op;
import convlstm4j.op.RmspropUpdate;
import convlstm4j.op.SgdUpdate;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToLongFunction;

/**
 * The optimiser updates and {@link Assign}, all weights in one launch: cuda/include/update.h.
 * Outputs are the input groups but the second, in the same order.
 */
final class UpdatePlan extends CudaPlan<Op> implements UpdateTrialPlan.Update {
  /** Index among the groups of what is only read: the gradients. */
  private static final int GRADIENT = 1;

  private final String kernel;
  private final Factors factors;
  private final int count;
  private final int first;
  private final TensorTables tables;

  /** The numbers of {@code struct Update}. */
  private record Factors(
      double decay, double momentum, double epsilon, double first, double second) {}

  private UpdatePlan(
      Device device, Op op, List<Shape> inputs, int count, String kernel, Factors factors) {
    super(device, op, inputs);
    this.kernel = kernel;
    this.factors = factors;
    this.count = count;
    this.first = op.input("w0");
    this.tables =
        new TensorTables(in.subList(first, first + count).stream().map(Shape::elements).toList());
  }

  /** The plan of an update by a kernel of its own; empty for another kind of op. */
  static Optional<UpdatePlan> of(Device device, Op op, List<Shape> inputs) {
    if (op instanceof AdamUpdate o) {
      return Optional.of(of(device, o, inputs));
    }
    if (op instanceof Assign o) {
      return Optional.of(of(device, o, inputs));
    }
    if (op instanceof RmspropUpdate o) {
      return Optional.of(of(device, o, inputs));
    }
    if (op instanceof SgdUpdate o) {
      return Optional.of(of(device, o, inputs));
    }
    return Optional.empty();
  }

  private static UpdatePlan of(Device device, SgdUpdate op, List<Shape> inputs) {
    String kernel =
        op.momentum() == 0
            ? "sgd_update"
            : op.nesterov() ? "sgd_nesterov_update" : "sgd_momentum_update";
    Factors f = new Factors(op.weightDecay(), op.momentum(), 0, 0, 0);
    return new UpdatePlan(device, op, inputs, op.count(), kernel, f);
  }

  private static UpdatePlan of(Device device, AdamUpdate op, List<Shape> inputs) {
    Factors f = new Factors(op.weightDecay(), 0, op.epsilon(), 1 - op.beta1(), 1 - op.beta2());
    return new UpdatePlan(device, op, inputs, op.count(), "adam_update", f);
  }

  private static UpdatePlan of(Device device, RmspropUpdate op, List<Shape> inputs) {
    String kernel =
        "rmsprop"
            + (op.centered() ? "_centered" : "")
            + (op.momentum() > 0 ? "_momentum" : "")
            + "_update";
    Factors f = new Factors(op.weightDecay(), op.momentum(), op.epsilon(), op.rho(), 1 - op.rho());
    return new UpdatePlan(device, op, inputs, op.count(), kernel, f);
  }

  private static UpdatePlan of(Device device, Assign op, List<Shape> inputs) {
    return new UpdatePlan(device, op, inputs, op.count(), "assign", new Factors(0, 0, 0, 0, 0));
  }

  @Override
  protected void compute(Forward call) {
    List<IntToLongFunction> outputs = new ArrayList<>();
    for (int group = 0; group < groups() - GRADIENT; group++) {
      int begin = group * count;
      outputs.add(i -> at(call.outputs(), begin + i));
    }
    launch(call.inputs(), outputs, 0);
  }

  @Override
  public void tryOut(List<? extends Buffer> inputs, long bad) {
    launch(inputs, List.of(), bad);
  }

  private int groups() {
    return (in.size() - first) / count;
  }

  private void launch(List<? extends Buffer> in, List<IntToLongFunction> outputs, long bad) {
    List<IntToLongFunction> inputs = new ArrayList<>();
    for (int group = 0; group < groups(); group++) {
      int begin = first + group * count;
      inputs.add(i -> at(in, begin + i));
    }
    for (TensorTables.Part part : tables.parts()) {
      Arguments a = device.arguments().put((float) factors.decay);
      a.address(optional(in, "rate")).address(at(in, op.input("guard")));
      a.address(bad == 0 ? 0 : bad + (long) part.first() * Float.BYTES);
      a.put((float) factors.momentum).put((float) factors.epsilon);
      a.put((float) factors.first).put((float) factors.second);
      device.launch(kernel, tables.threads(part), tables.put(a, part, inputs, outputs));
    }
  }
}
