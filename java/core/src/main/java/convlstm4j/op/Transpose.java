package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.HashSet;
import java.util.List;

/**
 * Reorders axes: axis i of the output is axis {@code order[i]} of the input. Input {@code x},
 * output {@code y}.
 *
 * @param order a permutation of 0 to rank-1
 */
public record Transpose(List<Integer> order) implements Op {
  public Transpose {
    order = List.copyOf(order);
    int n = order.size();
    Checks.that(
        new HashSet<>(order).size() == n && order.stream().allMatch(a -> a >= 0 && a < n),
        "order=" + order + " is not a permutation of 0.." + (n - 1));
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return Along.local(this, input, axis, order.indexOf(axis));
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Checks.rank(this, "x", x, order.size(), "one axis per entry of " + order);
    return List.of(Shape.of(order.stream().mapToLong(x::dim).toArray()));
  }
}
