package convlstm4j.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Sizes of the axes of an array, outermost first (row-major). A size may be {@link #UNKNOWN} while
 * a graph is being built (Keras's {@code None}: the batch, the number of frames); a tensor's shape
 * is always known.
 */
public final class Shape {
  /** A size that is not known yet; printed as {@code None}. */
  public static final long UNKNOWN = -1;

  private final long[] dims;

  private Shape(long[] dims) {
    this.dims = dims;
  }

  /**
   * Makes a shape.
   *
   * @param dims sizes, outermost first; each at least 0 or {@link #UNKNOWN}; none for a scalar
   * @return the shape
   * @throws IllegalArgumentException if a size is below {@link #UNKNOWN}
   */
  public static Shape of(long... dims) {
    for (long d : dims) {
      if (d < UNKNOWN) {
        throw new IllegalArgumentException(
            "shape " + Arrays.toString(dims) + " has the negative size " + d);
      }
    }
    return new Shape(dims.clone());
  }

  /**
   * Number of axes.
   *
   * @return at least 0
   */
  public int rank() {
    return dims.length;
  }

  /**
   * Size of one axis.
   *
   * @param axis index of the axis; negative counts from the end
   * @return its size, or {@link #UNKNOWN}
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public long dim(int axis) {
    return dims[axis(axis)];
  }

  /**
   * Resolves a negative axis.
   *
   * @param axis index of the axis; negative counts from the end
   * @return the same axis counted from the front
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public int axis(int axis) {
    int resolved = axis < 0 ? axis + dims.length : axis;
    if (resolved < 0 || resolved >= dims.length) {
      throw new IndexOutOfBoundsException(
          "axis " + axis + " of shape " + this + ", which has rank " + dims.length);
    }
    return resolved;
  }

  /**
   * All sizes.
   *
   * @return a copy
   */
  public long[] dims() {
    return dims.clone();
  }

  /**
   * Whether every size is known.
   *
   * @return false if one is {@link #UNKNOWN}
   */
  public boolean isKnown() {
    for (long d : dims) {
      if (d == UNKNOWN) {
        return false;
      }
    }
    return true;
  }

  /**
   * Number of elements.
   *
   * @return the product of the sizes; 1 for a scalar
   * @throws IllegalStateException if a size is unknown
   * @throws ArithmeticException if the product exceeds 64 bits
   */
  public long elements() {
    long n = 1;
    for (long d : dims) {
      if (d == UNKNOWN) {
        throw new IllegalStateException(
            "shape " + this + " has no number of elements: a size is unknown");
      }
      n = Math.multiplyExact(n, d);
    }
    return n;
  }

  /**
   * The same shape with one size replaced.
   *
   * @param axis index of the axis; negative counts from the end
   * @param size new size
   * @return a new shape
   */
  public Shape with(int axis, long size) {
    long[] d = dims.clone();
    d[axis(axis)] = size;
    return of(d);
  }

  /**
   * The shape without one axis.
   *
   * @param axis index of the axis; negative counts from the end
   * @return a new shape of one rank less
   */
  public Shape without(int axis) {
    int a = axis(axis);
    long[] d = new long[dims.length - 1];
    System.arraycopy(dims, 0, d, 0, a);
    System.arraycopy(dims, a + 1, d, a, d.length - a);
    return of(d);
  }

  /**
   * The axes from one index on.
   *
   * @param from index of the first axis to keep, 0 to rank
   * @return a new shape
   */
  public Shape from(int from) {
    return of(Arrays.copyOfRange(dims, from, dims.length));
  }

  /**
   * Joins more axes at the end.
   *
   * @param more sizes of the axes to append
   * @return a new shape
   */
  public Shape append(long... more) {
    long[] d = Arrays.copyOf(dims, dims.length + more.length);
    System.arraycopy(more, 0, d, dims.length, more.length);
    return of(d);
  }

  /**
   * Joins axes at the front.
   *
   * @param more sizes of the axes to prepend
   * @return a new shape
   */
  public Shape prepend(long... more) {
    return of(more).append(dims);
  }

  /**
   * Whether a concrete shape fits this one, an unknown size on either side fitting any.
   *
   * @param other shape to compare
   * @return true if the ranks are equal and all sizes known on both sides are
   */
  public boolean fits(Shape other) {
    if (other.rank() != rank()) {
      return false;
    }
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] != UNKNOWN && other.dims[i] != UNKNOWN && dims[i] != other.dims[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Sum of two sizes of which either may be unknown.
   *
   * @param a a size
   * @param b a size
   * @return the sum, or {@link #UNKNOWN}
   */
  public static long plus(long a, long b) {
    return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : Math.addExact(a, b);
  }

  /**
   * Product of two sizes of which either may be unknown.
   *
   * @param a a size
   * @param b a size
   * @return the product, or {@link #UNKNOWN}
   */
  public static long times(long a, long b) {
    return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : Math.multiplyExact(a, b);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** The sizes as {@code [2, None, 3]}. */
  @Override
  public String toString() {
    return Arrays.stream(dims)
        .mapToObj(d -> d == UNKNOWN ? "None" : Long.toString(d))
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
