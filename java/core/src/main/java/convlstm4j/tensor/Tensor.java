package convlstm4j.tensor;

/**
 * A dense row-major array on the Java heap: what users hand in and get back. Mutable through the
 * array that it wraps; of at most 2^31-1 elements, the limit of a Java array (a backend's own
 * buffers have no such limit).
 */
public final class Tensor {
  private final Shape shape;
  private final DType dtype;
  private final float[] floats;
  private final double[] doubles;

  private Tensor(Shape shape, DType dtype, float[] floats, double[] doubles) {
    this.shape = shape;
    this.dtype = dtype;
    this.floats = floats;
    this.doubles = doubles;
  }

  /**
   * Wraps an array, without copying it.
   *
   * @param data elements, row-major
   * @param shape a known shape with as many elements
   * @return the tensor
   * @throws IllegalArgumentException if the number of elements differs
   */
  public static Tensor of(float[] data, Shape shape) {
    checkLength(data.length, shape);
    return new Tensor(shape, DType.FLOAT32, data, null);
  }

  /**
   * Wraps an array, without copying it.
   *
   * @param data elements, row-major
   * @param shape a known shape with as many elements
   * @return the tensor
   * @throws IllegalArgumentException if the number of elements differs
   */
  public static Tensor of(double[] data, Shape shape) {
    checkLength(data.length, shape);
    return new Tensor(shape, DType.FLOAT64, null, data);
  }

  /**
   * Wraps an array, without copying it.
   *
   * @param data elements, row-major
   * @param dims sizes of the axes, with as many elements
   * @return the tensor
   */
  public static Tensor of(float[] data, long... dims) {
    return of(data, Shape.of(dims));
  }

  /**
   * Wraps an array, without copying it.
   *
   * @param data elements, row-major
   * @param dims sizes of the axes, with as many elements
   * @return the tensor
   */
  public static Tensor of(double[] data, long... dims) {
    return of(data, Shape.of(dims));
  }

  /**
   * Makes an array of zeros.
   *
   * @param dtype element type
   * @param shape a known shape
   * @return the tensor
   * @throws IllegalArgumentException if it has more elements than a Java array can hold
   */
  public static Tensor zeros(DType dtype, Shape shape) {
    int n = arrayLength(shape);
    return dtype == DType.FLOAT32 ? of(new float[n], shape) : of(new double[n], shape);
  }

  /**
   * Number of elements as an array length.
   *
   * @param shape a known shape
   * @return the number of elements
   * @throws IllegalArgumentException if it has more elements than a Java array can hold
   */
  public static int arrayLength(Shape shape) {
    long n = shape.elements();
    if (n > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "shape "
              + shape
              + " has "
              + n
              + " elements; one array on the Java heap holds at most "
              + (Integer.MAX_VALUE - 8)
              + ": use fewer frames, smaller frames or a smaller batch");
    }
    return (int) n;
  }

  private static void checkLength(int length, Shape shape) {
    if (length != shape.elements()) {
      throw new IllegalArgumentException(
          "shape " + shape + " has " + shape.elements() + " elements, the array has " + length);
    }
  }

  /**
   * Sizes of the axes.
   *
   * @return a known shape
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Element type.
   *
   * @return the type
   */
  public DType dtype() {
    return dtype;
  }

  /**
   * Number of elements.
   *
   * @return the length of the wrapped array
   */
  public int size() {
    return dtype == DType.FLOAT32 ? floats.length : doubles.length;
  }

  /**
   * The wrapped array itself.
   *
   * @return not a copy
   * @throws IllegalStateException if the elements are not float32
   */
  public float[] floats() {
    if (floats == null) {
      throw new IllegalStateException(
          "tensor " + this + " holds float64; use cast(DType.FLOAT32) first");
    }
    return floats;
  }

  /**
   * The wrapped array itself.
   *
   * @return not a copy
   * @throws IllegalStateException if the elements are not float64
   */
  public double[] doubles() {
    if (doubles == null) {
      throw new IllegalStateException(
          "tensor " + this + " holds float32; use cast(DType.FLOAT64) first");
    }
    return doubles;
  }

  /**
   * One element by its place in row-major order.
   *
   * @param index 0 to {@link #size()} - 1
   * @return its value
   */
  public double get(int index) {
    return dtype == DType.FLOAT32 ? floats[index] : doubles[index];
  }

  /**
   * Replaces one element.
   *
   * @param index 0 to {@link #size()} - 1
   * @param value new value, rounded to the element type
   */
  public void set(int index, double value) {
    if (dtype == DType.FLOAT32) {
      floats[index] = (float) value;
    } else {
      doubles[index] = value;
    }
  }

  /**
   * The same elements seen with another shape.
   *
   * @param newShape a known shape with as many elements
   * @return a tensor that shares the array
   * @throws IllegalArgumentException if the number of elements differs
   */
  public Tensor reshape(Shape newShape) {
    checkLength(size(), newShape);
    return new Tensor(newShape, dtype, floats, doubles);
  }

  /**
   * The elements in another type.
   *
   * @param target element type
   * @return this tensor if it has the type, else a rounded or widened copy
   */
  public Tensor cast(DType target) {
    if (target == dtype) {
      return this;
    }
    Tensor t = zeros(target, shape);
    for (int i = 0; i < size(); i++) {
      t.set(i, get(i));
    }
    return t;
  }

  /**
   * A tensor with the same elements in an array of its own.
   *
   * @return the copy
   */
  public Tensor copy() {
    return dtype == DType.FLOAT32 ? of(floats.clone(), shape) : of(doubles.clone(), shape);
  }

  /**
   * Whether every element is finite.
   *
   * @return false if one is NaN or infinite
   */
  public boolean isFinite() {
    for (int i = 0; i < size(); i++) {
      if (!Double.isFinite(get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Element type and shape, as {@code float32[2, 3]}. */
  @Override
  public String toString() {
    return (dtype == DType.FLOAT32 ? "float32" : "float64") + shape;
  }
}
