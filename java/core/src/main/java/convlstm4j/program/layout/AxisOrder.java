package convlstm4j.program.layout;

import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An order in which the axes of a value may lie in memory.
 *
 * @param axes the value's axes, outermost first
 */
record AxisOrder(List<Integer> axes) {
  AxisOrder {
    axes = List.copyOf(axes);
  }

  /** The order in which a value's shape lists its axes. */
  static AxisOrder own(int rank) {
    return new AxisOrder(IntStream.range(0, rank).boxed().toList());
  }

  /**
   * Images of the other data format brought into one.
   *
   * @param rank axes of the value
   * @param before how many of them stand before those of the image
   * @param to the format to bring them into
   */
  static AxisOrder channels(int rank, int before, DataFormat to) {
    List<Integer> axes = new ArrayList<>(own(rank).axes);
    if (to == DataFormat.CHANNELS_LAST) {
      axes.add(axes.remove(before));
    } else {
      axes.add(before, axes.remove(rank - 1));
    }
    return new AxisOrder(axes);
  }

  boolean isOwn() {
    return equals(own(axes.size()));
  }

  /** The value's shape with the axes in this order. */
  Shape of(Shape shape) {
    return Shape.of(axes.stream().mapToLong(shape::dim).toArray());
  }

  /** Where an axis of the value stands. */
  int position(int axis) {
    return axes.indexOf(axis);
  }

  /** What a transposition from another order into this one calls its order. */
  List<Integer> from(AxisOrder source) {
    return axes.stream().map(source::position).toList();
  }

  /** The axes that are more than a formality. */
  private List<Integer> large(Shape shape) {
    return axes.stream().filter(a -> shape.dim(a) != 1).toList();
  }

  /** Whether a value of this order and one of another are the same in memory. */
  boolean isSameMemory(AxisOrder other, Shape shape) {
    return large(shape).equals(other.large(shape));
  }

  /**
   * The order of a value seen with another shape, if the value's memory in this order can be seen
   * as one of the other shape with its axes in some order.
   *
   * @param shape the value's own shape
   * @param seen as many elements
   */
  Optional<AxisOrder> carry(Shape shape, Shape seen) {
    List<Group> groups = groups(shape, seen);
    for (Group g : groups) {
      List<Integer> positions =
          IntStream.range(g.from, g.end)
              .filter(a -> shape.dim(a) != 1)
              .mapToObj(large(shape)::indexOf)
              .toList();
      for (int i = 1; i < positions.size(); i++) {
        if (positions.get(i) != positions.get(i - 1) + 1) {
          return Optional.empty();
        }
      }
    }
    List<Group> sorted = new ArrayList<>(groups);
    sorted.sort(Comparator.comparingInt(g -> place(g, shape)));
    List<Integer> carried = new ArrayList<>();
    sorted.forEach(g -> IntStream.range(g.seenFrom, g.seenEnd).forEach(carried::add));
    return Optional.of(new AxisOrder(carried));
  }

  /** Where a group stands: at its first axis that is more than a formality. */
  private int place(Group g, Shape shape) {
    return position(
        IntStream.range(g.from, g.end).filter(a -> shape.dim(a) != 1).findFirst().orElse(g.from));
  }

  /** Neighbouring axes of a shape that another shape has as other neighbouring axes. */
  private record Group(int from, int end, int seenFrom, int seenEnd) {}

  private static List<Group> groups(Shape shape, Shape seen) {
    List<Group> groups = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < shape.rank() || j < seen.rank()) {
      int from = i;
      int seenFrom = j;
      long left = i < shape.rank() ? shape.dim(i++) : 1;
      long right = j < seen.rank() ? seen.dim(j++) : 1;
      while (left != right) {
        if (left < right) {
          left = Math.multiplyExact(left, shape.dim(i++));
        } else {
          right = Math.multiplyExact(right, seen.dim(j++));
        }
      }
      // an axis of size 1 that only one of the shapes has here belongs to what is before it
      while (isOne(shape, i) && !isOne(seen, j)) {
        i++;
      }
      while (isOne(seen, j) && !isOne(shape, i)) {
        j++;
      }
      groups.add(new Group(from, i, seenFrom, j));
    }
    return groups;
  }

  private static boolean isOne(Shape shape, int axis) {
    return axis < shape.rank() && shape.dim(axis) == 1;
  }
}
