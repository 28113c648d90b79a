package convlstm4j.program.time;

import convlstm4j.tensor.Shape;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Where time lies in an array's memory, whatever shape it is seen with: {@code [outer, steps,
 * inner]}. So time that is folded into the batch, {@code [N*T, ..]}, is found again.
 *
 * @param outer elements of the axes before it, a multiple of 1
 * @param steps its size
 * @param inner elements of the axes behind it
 */
public record TimeAxis(long outer, long steps, long inner) {
  /**
   * The axis of a shape that time is in, perhaps with others.
   *
   * @param axis which
   * @param before what lies before time in it, 1 if nothing
   * @param after what lies behind it
   */
  record Place(int axis, long before, long after) {
    boolean isAlone() {
      return before == 1 && after == 1;
    }

    boolean isLike(Place other) {
      return before == other.before && after == other.after;
    }
  }

  /**
   * Time in an axis of a shape.
   *
   * @param place where in the shape
   * @param steps the size of time
   */
  static TimeAxis of(Shape shape, Place place, long steps) {
    return new TimeAxis(
        elements(shape, 0, place.axis) * place.before,
        steps,
        elements(shape, place.axis + 1, shape.rank()) * place.after);
  }

  private static long elements(Shape shape, int from, int to) {
    return LongStream.of(shape.dims()).skip(from).limit(to - from).reduce(1, Math::multiplyExact);
  }

  /** Where time is in a shape of the array; empty where its axes cut time into pieces. */
  Optional<Place> in(Shape shape) {
    long before = 1;
    for (int d = 0; d < shape.rank(); d++) {
      long until = before * shape.dim(d);
      if (until > outer) {
        long after = elements(shape, d + 1, shape.rank());
        return outer % before == 0 && inner % after == 0 && until >= outer * steps
            ? Optional.of(new Place(d, outer / before, inner / after))
            : Optional.empty();
      }
      before = until;
    }
    return Optional.empty();
  }

  /**
   * Whether another number of steps changes one axis of a shape of the array.
   *
   * @param shape any of them
   * @return false where its axes cut time into pieces
   */
  public boolean isOneAxisOf(Shape shape) {
    return in(shape).isPresent();
  }

  /**
   * A shape of the array with another number of steps.
   *
   * @param shape one in which time is in one axis
   * @param count how many steps
   * @return the shape
   */
  public Shape resized(Shape shape, long count) {
    Place p = in(shape).orElseThrow();
    return shape.with(p.axis, p.before * count * p.after);
  }

  /**
   * The array as time and what is around it.
   *
   * @param count how many steps
   * @return {@code [outer, count, inner]}
   */
  public Shape blocks(long count) {
    return Shape.of(outer, count, inner);
  }
}
