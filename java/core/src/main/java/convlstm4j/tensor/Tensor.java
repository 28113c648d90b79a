package convlstm4j.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A dense row-major array on the Java heap: what users hand in and get back. Mutable through the
 * array that it wraps; of at most 2^31-1 elements, the limit of a Java array (a backend's own
 * buffers have no such limit).
 */
public final class Tensor {
  private static final float WHITE = 255f;

  private final Shape shape;
  private final DType dtype;
  private final Elements elements;

  /**
   * One of the arrays, shared by all shapes of a tensor. Pixels become floats when asked for;
   * written so that several threads may read.
   */
  private static final class Elements {
    private float @Nullable [] floats;
    private final double @Nullable [] doubles;
    private volatile byte @Nullable [] pixels;

    Elements(float @Nullable [] floats, double @Nullable [] doubles, byte @Nullable [] pixels) {
      this.floats = floats;
      this.doubles = doubles;
      this.pixels = pixels;
    }

    static float value(byte pixel) {
      return (pixel & 0xFF) / WHITE;
    }

    float[] floats() {
      if (pixels != null) {
        decode();
      }
      return Objects.requireNonNull(floats);
    }

    double[] doubles() {
      return Objects.requireNonNull(doubles);
    }

    private synchronized void decode() {
      byte[] from = pixels;
      if (from != null) {
        float[] values = new float[from.length];
        for (int i = 0; i < values.length; i++) {
          values[i] = value(from[i]);
        }
        floats = values;
        pixels = null;
      }
    }

    int size() {
      byte[] p = pixels;
      return p != null ? p.length : floats != null ? floats.length : doubles().length;
    }

    double get(int index) {
      byte[] p = pixels;
      return p != null ? value(p[index]) : floats != null ? floats[index] : doubles()[index];
    }
  }

  private Tensor(Shape shape, DType dtype, Elements elements) {
    this.shape = shape;
    this.dtype = dtype;
    this.elements = elements;
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
    return new Tensor(shape, DType.FLOAT32, new Elements(data, null, null));
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
    return new Tensor(shape, DType.FLOAT64, new Elements(null, data, null));
  }

  /**
   * Wraps pixels, without copying them: a float32 tensor of {@code pixel / 255}, from 0 to 1, in a
   * quarter of the memory until {@link #floats} or {@link #set} is called. A GPU gets the bytes.
   *
   * @param data pixels from 0 to 255 as unsigned bytes, row-major
   * @param shape a known shape with as many elements
   * @return the tensor
   * @throws IllegalArgumentException if the number of elements differs
   */
  public static Tensor ofPixels(byte[] data, Shape shape) {
    checkLength(data.length, shape);
    return new Tensor(shape, DType.FLOAT32, new Elements(null, null, data));
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
    return elements.size();
  }

  /**
   * The wrapped array itself.
   *
   * @return not a copy
   * @throws IllegalStateException if the elements are not float32
   */
  public float[] floats() {
    if (dtype != DType.FLOAT32) {
      throw new IllegalStateException(
          "tensor " + this + " holds float64; use cast(DType.FLOAT32) first");
    }
    return elements.floats();
  }

  /**
   * The wrapped array itself.
   *
   * @return not a copy
   * @throws IllegalStateException if the elements are not float64
   */
  public double[] doubles() {
    if (dtype != DType.FLOAT64) {
      throw new IllegalStateException(
          "tensor " + this + " holds float32; use cast(DType.FLOAT64) first");
    }
    return elements.doubles();
  }

  /**
   * One element by its place in row-major order.
   *
   * @param index 0 to {@link #size()} - 1
   * @return its value
   */
  public double get(int index) {
    return elements.get(index);
  }

  /**
   * One element by its place along each axis.
   *
   * <pre>{@code
   * double score = scores.at(0, 17, 2); // of [N, T, K]: first sample, frame 17, third label
   * }</pre>
   *
   * @param index as many numbers as there are axes, from 0
   * @return its value
   * @throws IllegalArgumentException if their number differs, or one is not within its axis
   */
  public double at(long... index) {
    long place = 0;
    boolean within = index.length == shape.rank();
    for (int d = 0; within && d < index.length; d++) {
      within = index[d] >= 0 && index[d] < shape.dim(d);
      place = place * shape.dim(d) + index[d];
    }
    if (!within) {
      throw new IllegalArgumentException(
          "no element " + Arrays.toString(index) + " in tensor " + this);
    }
    return elements.get((int) place);
  }

  /**
   * A stretch of an axis, such as some samples or some frames.
   *
   * @param axis which, from 0
   * @param from the first place
   * @param to the last place + 1
   * @return a copy, of pixels if this is
   * @throws IllegalArgumentException if there is no such axis or the stretch is not within it
   */
  public Tensor slice(int axis, long from, long to) {
    if (axis < 0 || axis >= shape.rank() || from < 0 || to < from || to > shape.dim(axis)) {
      throw new IllegalArgumentException(
          "no places " + from + " to " + to + " (not included) of axis " + axis + " in " + this);
    }
    long before = 1;
    for (int d = 0; d < axis; d++) {
      before *= shape.dim(d);
    }
    int whole = before == 0 ? 0 : (int) (size() / before);
    int step = shape.dim(axis) == 0 ? 0 : (int) (whole / shape.dim(axis));
    int length = (int) (to - from) * step;
    Object source = array();
    Tensor some = like(source, shape.with(axis, to - from));
    Object target = some.array();
    for (int i = 0; i < before; i++) {
      System.arraycopy(source, i * whole + (int) from * step, target, i * length, length);
    }
    return some;
  }

  /**
   * Some places of the first axis, such as samples of a batch.
   *
   * @param places which, from 0, in any order
   * @return a copy, of pixels if this is
   * @throws IllegalArgumentException if there is no axis
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public Tensor rows(int... places) {
    if (shape.rank() == 0) {
      throw new IllegalArgumentException("no rows in tensor " + this);
    }
    Object source = array();
    Tensor some = like(source, shape.with(0, places.length));
    Object target = some.array();
    int length = shape.dim(0) == 0 ? 0 : (int) (size() / shape.dim(0));
    for (int i = 0; i < places.length; i++) {
      int from = Objects.checkIndex(places[i], (int) shape.dim(0)) * length;
      System.arraycopy(source, from, target, i * length, length);
    }
    return some;
  }

  private Tensor like(Object source, Shape other) {
    return source instanceof byte[]
        ? ofPixels(new byte[arrayLength(other)], other)
        : zeros(dtype, other);
  }

  /**
   * Replaces one element.
   *
   * @param index 0 to {@link #size()} - 1
   * @param value new value, rounded to the element type
   */
  public void set(int index, double value) {
    if (dtype == DType.FLOAT32) {
      elements.floats()[index] = (float) value;
    } else {
      elements.doubles()[index] = value;
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
    return new Tensor(newShape, dtype, elements);
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
    byte[] p = elements.pixels;
    if (p != null) {
      return ofPixels(p.clone(), shape);
    }
    return dtype == DType.FLOAT32
        ? of(elements.floats().clone(), shape)
        : of(elements.doubles().clone(), shape);
  }

  /**
   * Whether every element is finite.
   *
   * @return false if one is NaN or infinite
   */
  public boolean isFinite() {
    if (isPixels()) {
      return true;
    }
    for (int i = 0; i < size(); i++) {
      if (!Double.isFinite(get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Copies elements as floats; pixels stay pixels.
   *
   * @param from index of the first, in row-major order
   * @param target where they go, from its start on
   * @param n how many
   * @throws IllegalStateException if the elements are not float32
   */
  public void read(int from, float[] target, int n) {
    byte[] p = elements.pixels;
    if (p == null) {
      System.arraycopy(floats(), from, target, 0, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      target[i] = Elements.value(p[from + i]);
    }
  }

  /**
   * Puts tensors one after the other, such as samples into a batch.
   *
   * @param parts of one element type, at least one
   * @param shape of all of them together
   * @return a new tensor, of pixels if all parts are
   * @throws IllegalArgumentException if the number of elements differs
   */
  public static Tensor joined(List<Tensor> parts, Shape shape) {
    boolean pixels = parts.stream().allMatch(Tensor::isPixels);
    Tensor all =
        pixels ? ofPixels(new byte[arrayLength(shape)], shape) : zeros(parts.get(0).dtype(), shape);
    checkLength(Math.toIntExact(parts.stream().mapToLong(Tensor::size).sum()), shape);
    int at = 0;
    for (Tensor p : parts) {
      System.arraycopy(p.array(pixels), 0, all.array(pixels), at, p.size());
      at += p.size();
    }
    return all;
  }

  /** The pixels if they are still there, else the floats or doubles. */
  private Object array() {
    byte[] p = elements.pixels; // once: another thread may ask for floats meanwhile
    return p != null ? p : array(false);
  }

  private Object array(boolean ofPixels) {
    return ofPixels ? pixels() : dtype == DType.FLOAT32 ? floats() : doubles();
  }

  /**
   * Whether the elements are still pixels: {@link #ofPixels}.
   *
   * @return whether {@link #pixels} may be called
   */
  public boolean isPixels() {
    return elements.pixels != null;
  }

  /**
   * The array of pixels.
   *
   * @return the wrapped array
   * @throws IllegalStateException unless {@link #isPixels}
   */
  public byte[] pixels() {
    byte[] p = elements.pixels;
    if (p == null) {
      throw new IllegalStateException("tensor " + this + " holds no pixels");
    }
    return p;
  }

  /** Element type and shape, as {@code float32[2, 3]}. */
  @Override
  public String toString() {
    return (dtype == DType.FLOAT32 ? "float32" : "float64") + shape;
  }
}
