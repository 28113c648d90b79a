package convlstm4j.backend.reference.f32;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the optimiser updates share: the guard, the walk over the weights and, for each, its arrays
 * by group name. An output may be the input of the same name, so an element is read before it is
 * written.
 */
final class UpdatePlan extends ReferencePlan<Op> {
  /** What becomes of a weight. */
  @FunctionalInterface
  interface Rule {
    /**
     * Updates the elements from {@code from} to {@code to - 1} of a weight; rate: null if there is
     * none.
     */
    void update(float[] rate, Weight weight, int from, int to);
  }

  private final int count;
  private final Rule rule;

  /** Names of the outputs of one weight, without its number. */
  private final List<String> outputGroups = new ArrayList<>();

  UpdatePlan(Op op, List<Shape> inputs, int count, Rule rule) {
    super(op, inputs);
    this.count = count;
    this.rule = rule;
    List<String> outputs = op.outputNames();
    for (int i = 0; i < outputs.size(); i += count) {
      outputGroups.add(outputs.get(i).replaceFirst("0$", "")); // of the weight of number 0
    }
  }

  /** One weight's arrays. */
  final class Weight {
    private final List<? extends Buffer> inputs;
    private final int number;
    private final Map<String, float[]> after = new HashMap<>();

    /** With the arrays that the update writes; outputs: null for a trial, whose are thrown away. */
    private Weight(List<? extends Buffer> inputs, List<? extends Buffer> outputs, int number) {
      this.inputs = inputs;
      this.number = number;
      for (String group : outputGroups) {
        float[] array =
            outputs == null ? new float[before("w").length] : output(outputs, group + number);
        after.put(group, array);
      }
    }

    /** The array of an input group; null if the options leave it out. */
    float[] before(String group) {
      return optional(inputs, group + number);
    }

    /** The array of an output group; null if the options leave it out. */
    float[] after(String group) {
      return after.get(group);
    }
  }

  @Override
  protected final void compute(Forward call) {
    if (!Double.isFinite(input(call.inputs(), "guard")[0])) {
      for (String name : op.outputNames()) {
        float[] old = input(call.inputs(), name);
        System.arraycopy(old, 0, output(call.outputs(), name), 0, old.length);
      }
      return;
    }
    float[] rate = optional(call.inputs(), "rate");
    for (int i = 0; i < count; i++) {
      Weight weight = new Weight(call.inputs(), call.outputs(), i);
      Parallel.ranges(weight.after("w").length, (from, to) -> rule.update(rate, weight, from, to));
    }
  }

  /** Which weights an update would make NaN or infinite: {@link convlstm4j.op.UpdateTrial}. */
  final void tryOut(List<? extends Buffer> inputs, float[] bad) {
    float[] rate = optional(inputs, "rate");
    for (int i = 0; i < count; i++) {
      Weight weight = new Weight(inputs, null, i);
      Parallel.ranges(weight.after("w").length, (from, to) -> rule.update(rate, weight, from, to));
      boolean good = weight.after.values().stream().allMatch(NotFinitePlan::areFinite);
      bad[i] = good ? 0 : Float.POSITIVE_INFINITY;
    }
  }
}
