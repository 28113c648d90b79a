package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the optimiser updates share: the guard, the walk over the weights and, for each, its arrays
 * by group name. An output may be the input of the same name, so an element is read before it is
 * written.
 */
abstract class UpdatePlan<O extends Op> extends ReferencePlan<O> {
  private final int count;
  private final Map<String, Integer> inputIndex;
  private final Map<String, Integer> outputIndex;

  UpdatePlan(O op, List<Shape> inputs, int count) {
    super(op, inputs);
    this.count = count;
    this.inputIndex = index(op.inputNames());
    this.outputIndex = index(op.outputNames());
  }

  private static Map<String, Integer> index(List<String> names) {
    Map<String, Integer> index = new HashMap<>();
    for (String name : names) {
      index.put(name, index.size());
    }
    return index;
  }

  /** One weight's arrays. */
  final class Weight {
    private final Forward call;
    private final int number;

    private Weight(Forward call, int number) {
      this.call = call;
      this.number = number;
    }

    /** The array of an input group; null if the options leave it out. */
    float[] before(String group) {
      Integer i = inputIndex.get(group + number);
      return i == null ? null : array(call.inputs().get(i));
    }

    /** The array of an output group; null if the options leave it out. */
    float[] after(String group) {
      Integer i = outputIndex.get(group + number);
      return i == null ? null : array(call.outputs().get(i));
    }
  }

  /**
   * Updates the elements from {@code from} to {@code to - 1} of a weight; rate: null if there is
   * none.
   */
  abstract void update(float[] rate, Weight weight, int from, int to);

  @Override
  public final void forward(Forward call) {
    if (!Double.isFinite(input(call.inputs(), "guard")[0])) {
      outputIndex.forEach(
          (name, i) -> {
            float[] old = array(call.inputs().get(inputIndex.get(name)));
            System.arraycopy(old, 0, array(call.outputs().get(i)), 0, old.length);
          });
      return;
    }
    float[] rate = input(call.inputs(), "rate");
    for (int i = 0; i < count; i++) {
      Weight weight = new Weight(call, i);
      Parallel.ranges(weight.after("w").length, (from, to) -> update(rate, weight, from, to));
    }
  }
}
