package convlstm4j.layers;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Operations;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Operations on tensors, those without jumps, poles or exponential growth. */
final class RandomOperations {
  private RandomOperations() {}

  static Symbol call(Choice c, Symbol x) {
    int rank = x.shape().rank();
    int axis = c.axis(rank);
    int size = (int) x.shape().dim(axis < 0 ? rank + axis : axis);
    return switch (c.below(18)) {
      case 0 -> Operations.of(c.of(List.of("Tanh", "Sigmoid", "Softsign", "Absolute"))).apply(x);
      case 1 -> Operations.of(c.of(List.of("Negative", "Square", "Relu", "Silu"))).apply(x);
      case 2 -> Operations.with(c.of(List.of("Add", "Subtract", "Maximum")), 0.25).apply(x);
      case 3 -> Operations.with(1, c.of(List.of("Subtract", "Minimum"))).apply(x);
      case 4 -> Operations.clip(-1.5, 1.5).apply(x);
      case 5 -> checked(rank > 2, Operations.index(axis, c.below(2 * size) - size), x);
      case 6 -> Operations.slice(axis, c.below(size), size).apply(x);
      case 7 -> checked(rank < 6, Operations.expandDims(c.oneTo(rank)), x);
      case 8 -> checked(rank > 2, Operations.mean(c.oneIn(2), axis), x);
      case 9 -> checked(rank > 2, Operations.sum(c.oneIn(2), axis), x);
      case 10 -> checked(rank > 2, Operations.max(c.oneIn(2), axis), x);
      case 11 -> checked(rank > 2, Operations.min(c.oneIn(2), axis), x);
      case 12 -> checked(rank > 2 && size > 1, Operations.variance(c.oneIn(2), axis), x);
      case 13 -> Operations.transpose(batchFirst(c, rank)).apply(x);
      case 14 -> split(c, x, axis, size);
      case 15 -> quotient(x);
      case 16 -> padded(c, x, rank);
      default -> stack(c, x, rank);
    };
  }

  private static Symbol checked(boolean fits, convlstm4j.layer.Operation operation, Symbol x) {
    if (!fits) {
      throw new IllegalArgumentException(operation + " of " + x.shape());
    }
    return operation.apply(x);
  }

  private static int[] batchFirst(Choice c, int rank) {
    List<Integer> axes = new ArrayList<>(IntStream.range(1, rank).boxed().toList());
    Collections.rotate(axes, c.below(axes.size()));
    axes.add(0, 0);
    return axes.stream().mapToInt(a -> a).toArray();
  }

  private static Symbol split(Choice c, Symbol x, int axis, int size) {
    int parts = size % 3 == 0 ? 3 : size % 2 == 0 ? 2 : 1;
    List<Symbol> all = Operations.split(axis, parts).applyAll(Arguments.of(List.of(x)));
    return c.of(all);
  }

  /** x / (x² + 1.5) */
  private static Symbol quotient(Symbol x) {
    Symbol positive = Operations.with("Add", 1.5).apply(Operations.of("Square").apply(x));
    return Operations.of("Divide").apply(x, positive);
  }

  /** By one place in front and behind, where there are enough. */
  private static Symbol padded(Choice c, Symbol x, int rank) {
    String mode = c.of(List.of("reflect", "symmetric", "edge", "constant"));
    int[] places = new int[2 * (rank - 1)];
    for (int i = 0; i < places.length; i++) {
      places[i] = x.shape().dim(1 + i / 2) > 1 ? c.below(2) : 0;
    }
    return Operations.pad(mode, places).apply(x);
  }

  private static Symbol stack(Choice c, Symbol x, int rank) {
    if (rank == 6) {
      throw new IllegalArgumentException("too many axes");
    }
    return Operations.stack(c.oneTo(rank)).apply(x, Operations.of("Tanh").apply(x));
  }
}
