package convlstm4j.backend.reference.f32;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
     * Updates the elements from {@code from} to {@code to - 1} of a weight; rate: empty if there is
     * none.
     */
    void update(float[] rate, Weight weight, int from, int to);
  }

  /** What an update reads where its options leave something out: it does not look at it. */
  private static final float[] NOTHING = {};

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

    /** With the arrays that the update writes, by group and number. */
    private Weight(List<? extends Buffer> inputs, Function<String, float[]> outputs, int number) {
      this.inputs = inputs;
      this.number = number;
      outputGroups.forEach(group -> after.put(group, outputs.apply(group + number)));
    }

    /** The array of an input group; empty if the options leave it out. */
    float[] before(String group) {
      return orNothing(optional(inputs, group + number));
    }

    /** The array of an output group; empty if the options leave it out. */
    float[] after(String group) {
      return after.getOrDefault(group, NOTHING);
    }
  }

  private static float[] orNothing(float @Nullable [] array) {
    return array == null ? NOTHING : array;
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
    float[] rate = orNothing(optional(call.inputs(), "rate"));
    for (int i = 0; i < count; i++) {
      Weight weight = new Weight(call.inputs(), name -> output(call.outputs(), name), i);
      Parallel.ranges(weight.after("w").length, (from, to) -> rule.update(rate, weight, from, to));
    }
  }

  /** Which weights an update would make NaN or infinite: {@link convlstm4j.op.UpdateTrial}. */
  final void tryOut(List<? extends Buffer> inputs, float[] bad) {
    float[] rate = orNothing(optional(inputs, "rate"));
    for (int i = 0; i < count; i++) {
      int size = input(inputs, "w" + i).length;
      Weight weight = new Weight(inputs, thrownAway -> new float[size], i);
      Parallel.ranges(weight.after("w").length, (from, to) -> rule.update(rate, weight, from, to));
      boolean good = weight.after.values().stream().allMatch(NotFinitePlan::areFinite);
      bad[i] = good ? 0 : Float.POSITIVE_INFINITY;
    }
  }
}
