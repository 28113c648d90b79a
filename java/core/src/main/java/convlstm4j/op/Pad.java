package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Zeros around an array, or less than all of it: along axis d, {@code before[d]} places in front
 * and {@code after[d]} behind, of which a negative number takes so many away. Input {@code x};
 * output {@code y} of the same rank. The gradient of what was taken away is 0.
 *
 * @param before places in front, for each axis
 * @param after places behind, for each axis
 */
public record Pad(List<Integer> before, List<Integer> after) implements Op {
  public Pad {
    before = List.copyOf(before);
    after = List.copyOf(after);
    Checks.that(
        before.size() == after.size() && !before.isEmpty(),
        "Pad: before=" + before + " and after=" + after + ", expected one number each per axis");
  }

  /**
   * What is both in x and in y, as rows of neighbouring elements.
   *
   * @param sizes of the axes of rows, outermost first
   * @param length elements of a row
   * @param inX distances from row to row along each of these axes in x, in elements
   * @param inY the same in y
   * @param firstX where the first row begins in x
   * @param firstY where it begins in y
   */
  public record Kept(
      List<Long> sizes, long length, List<Long> inX, List<Long> inY, long firstX, long firstY) {
    /**
     * How many rows there are.
     *
     * @return 0 if nothing is kept
     */
    public long rows() {
      return length == 0 ? 0 : sizes.stream().reduce(1L, Math::multiplyExact);
    }

    /**
     * Where a row begins in x.
     *
     * @param row counted with the last axis the fastest
     * @return in elements
     */
    public long x(long row) {
      return firstX + at(row, inX);
    }

    /**
     * Where a row begins in y.
     *
     * @param row counted with the last axis the fastest
     * @return in elements
     */
    public long y(long row) {
      return firstY + at(row, inY);
    }

    private long at(long row, List<Long> distances) {
      long rest = row;
      long at = 0;
      for (int d = sizes.size() - 1; d >= 0; d--) {
        at += rest % sizes.get(d) * distances.get(d);
        rest /= sizes.get(d);
      }
      return at;
    }
  }

  /**
   * What is both in x and in y. A row goes along the last axis that is changed and those behind it.
   *
   * @param x shape of the input, known
   * @return its rows
   */
  public Kept kept(Shape x) {
    Shape y = outputShapes(List.of(x)).get(0);
    int last = 0;
    for (int d = 0; d < x.rank(); d++) {
      last = before.get(d) != 0 || after.get(d) != 0 ? d : last;
    }
    List<Long> sizes = new ArrayList<>();
    List<Long> inX = new ArrayList<>();
    List<Long> inY = new ArrayList<>();
    long firstX = 0;
    long firstY = 0;
    for (int d = 0; d <= last; d++) {
      long skipped = Math.max(0, -before.get(d));
      long added = Math.max(0, before.get(d));
      sizes.add(Math.max(0, Math.min(x.dim(d) - skipped, y.dim(d) - added)));
      inX.add(x.from(d + 1).elements());
      inY.add(y.from(d + 1).elements());
      firstX += skipped * inX.get(d);
      firstY += added * inY.get(d);
    }
    long length = sizes.remove(last) * inX.remove(last);
    inY.remove(last);
    return new Kept(sizes, length, inX, inY, firstX, firstY);
  }

  /**
   * Whether y has places that are not in x, and are 0.
   *
   * @return false if something is taken away only
   */
  public boolean adds() {
    return LongStream.concat(before.stream().mapToLong(v -> v), after.stream().mapToLong(v -> v))
        .anyMatch(v -> v > 0);
  }

  /**
   * Whether x has places that are not in y.
   *
   * @return false if something is added only
   */
  public boolean cuts() {
    return LongStream.concat(before.stream().mapToLong(v -> v), after.stream().mapToLong(v -> v))
        .anyMatch(v -> v < 0);
  }

  @Override
  public List<String> inputNames() {
    return List.of("x");
  }

  @Override
  public List<String> outputNames() {
    return List.of("y");
  }

  /** If it only takes away: zeros are nobody's. */
  @Override
  public boolean selects() {
    return Stream.concat(before.stream(), after.stream()).allMatch(n -> n <= 0);
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return before.get(axis) == 0 && after.get(axis) == 0
        ? Along.local(this, input, axis, axis)
        : Along.whole(this, "adds or takes away places along it");
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Checks.rank(this, "x", x, before.size(), "one axis per number of before=" + before);
    Shape y = x;
    for (int d = 0; d < x.rank(); d++) {
      if (x.dim(d) == Shape.UNKNOWN) {
        continue;
      }
      long size = x.dim(d) + before.get(d) + after.get(d);
      Checks.that(
          size >= 1
              && Math.max(-before.get(d), 0) < x.dim(d)
              && Math.max(-after.get(d), 0) < x.dim(d),
          "nothing is left along axis "
              + d
              + " of x of shape "
              + x
              + " between before="
              + before
              + " and after="
              + after);
      y = y.with(d, size);
    }
    return List.of(y);
  }
}
