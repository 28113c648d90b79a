package convlstm4j.tensor;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A dense row-major array on the Java heap: what users hand in and get back. Mutable through the
 * array that it wraps; of at most 2^31-1 elements, the limit of a Java array (a backend's own
 * buffers have no such limit).
 */
public final class Tensor {
  private static final float WHITE = 255f;

  /** Pixels of one thread on their way from elsewhere to floats. */
  private static final ThreadLocal<byte[]> PIECE = ThreadLocal.withInitial(() -> new byte[1 << 16]);

  private final Shape shape;
  private final DType dtype;
  private final Elements elements;

  /** Pixels that nobody has wanted as an array yet. */
  private record Unread(PixelSource source, int size) {
    byte[] read() {
      byte[] all = new byte[size];
      source.read(0, ByteBuffer.wrap(all));
      return all;
    }
  }

  /**
   * The elements, shared by all shapes of a tensor: an array, or pixels that are still elsewhere.
   * Pixels become floats when asked for; written so that several threads may read.
   */
  private static final class Elements {
    /** float[], double[], byte[] of pixels, or {@link Unread}. */
    private volatile Object values;

    Elements(Object values) {
      this.values = values;
    }

    static float value(byte pixel) {
      return (pixel & 0xFF) / WHITE;
    }

    float[] floats() {
      return values instanceof float[] f ? f : decode();
    }

    double[] doubles() {
      return (double[]) values;
    }

    boolean isPixels() {
      Object v = values;
      return v instanceof byte[] || v instanceof Unread;
    }

    private synchronized float[] decode() {
      if (values instanceof float[] decoded) {
        return decoded;
      }
      float[] floats = new float[size()];
      read(0, FloatBuffer.wrap(floats));
      values = floats;
      return floats;
    }

    long heapBytes() {
      Object v = values;
      return v instanceof float[] f
          ? (long) f.length * Float.BYTES
          : v instanceof byte[] p
              ? p.length
              : v instanceof double[] d
                  ? (long) d.length * Double.BYTES
                  : ((Unread) v).source().heapBytes();
    }

    /** The array, of pixels or of numbers; pixels that are elsewhere are read. */
    Object array() {
      return values instanceof Unread ? read() : values;
    }

    private synchronized Object read() {
      if (values instanceof Unread unread) {
        values = unread.read();
      }
      return values;
    }

    int size() {
      Object v = values;
      return v instanceof float[] f
          ? f.length
          : v instanceof byte[] p
              ? p.length
              : v instanceof double[] d ? d.length : ((Unread) v).size();
    }

    double get(int index) {
      Object v = array();
      return v instanceof float[] f
          ? f[index]
          : v instanceof byte[] p ? value(p[index]) : ((double[]) v)[index];
    }

    void read(int from, FloatBuffer target) {
      Object v = values;
      if (v instanceof float[] f) {
        target.put(f, from, target.remaining());
      } else if (v instanceof byte[] p) {
        put(p, from, target.remaining(), target);
      } else {
        byte[] some = PIECE.get();
        for (int at = from; target.hasRemaining(); at += some.length) {
          int n = Math.min(target.remaining(), some.length);
          ((Unread) v).source().read(at, ByteBuffer.wrap(some, 0, n));
          put(some, 0, n, target);
        }
      }
    }

    private static void put(byte[] pixels, int from, int n, FloatBuffer target) {
      for (int i = from; i < from + n; i++) {
        target.put(value(pixels[i]));
      }
    }

    /** Pixels, without reading others. */
    void readPixels(int from, ByteBuffer target) {
      Object v = values;
      if (v instanceof Unread unread) {
        unread.source().read(from, target);
      } else {
        target.put((byte[]) v, from, target.remaining());
      }
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
    return new Tensor(shape, DType.FLOAT32, new Elements(data));
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
    return new Tensor(shape, DType.FLOAT64, new Elements(data));
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
    return new Tensor(shape, DType.FLOAT32, new Elements(data));
  }

  /**
   * Stands for pixels that are elsewhere, as {@link #ofPixels(byte[], Shape)} for an array: a
   * backend copies them from there into its own memory. They become an array on the heap when
   * somebody asks for one, or for a single element.
   *
   * @param source has as many pixels as the shape has elements
   * @param shape a known shape
   * @return the tensor
   * @throws IllegalArgumentException if it has more elements than a Java array can hold
   */
  public static Tensor ofPixels(PixelSource source, Shape shape) {
    return new Tensor(shape, DType.FLOAT32, new Elements(new Unread(source, arrayLength(shape))));
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
    Object source = elements.values; // once: another thread may ask for floats meanwhile
    Tensor some = like(source, shape.with(axis, to - from));
    for (int i = 0; i < before; i++) {
      copy(source, i * whole + (int) from * step, some, i * length, length);
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
    Object source = elements.values; // once: another thread may ask for floats meanwhile
    Tensor some = like(source, shape.with(0, places.length));
    int length = shape.dim(0) == 0 ? 0 : (int) (size() / shape.dim(0));
    for (int i = 0; i < places.length; i++) {
      int from = Objects.checkIndex(places[i], (int) shape.dim(0)) * length;
      copy(source, from, some, i * length, length);
    }
    return some;
  }

  private Tensor like(Object source, Shape other) {
    return source instanceof byte[] || source instanceof Unread
        ? ofPixels(new byte[arrayLength(other)], other)
        : zeros(dtype, other);
  }

  /** Copies elements into a tensor of the same kind. */
  private static void copy(Object source, int from, Tensor target, int at, int n) {
    Object to = target.elements.array();
    if (source instanceof Unread unread) {
      unread.source().read(from, ByteBuffer.wrap((byte[]) to, at, n));
    } else {
      System.arraycopy(source, from, to, at, n);
    }
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
    if (target == DType.FLOAT32) {
      double[] from = doubles();
      float[] to = t.floats();
      for (int i = 0; i < to.length; i++) {
        to[i] = (float) from[i];
      }
    } else {
      double[] to = t.doubles();
      Object values = elements.array();
      for (int i = 0; i < to.length; i++) {
        to[i] = values instanceof float[] f ? f[i] : Elements.value(((byte[]) values)[i]);
      }
    }
    return t;
  }

  /**
   * A tensor with the same elements in an array of its own.
   *
   * @return the copy
   */
  public Tensor copy() {
    Object values = elements.array();
    return values instanceof byte[] p
        ? ofPixels(p.clone(), shape)
        : values instanceof float[] f
            ? of(f.clone(), shape)
            : of(((double[]) values).clone(), shape);
  }

  /**
   * Whether every element is finite.
   *
   * @return false if one is NaN or infinite
   */
  public boolean isFinite() {
    Object values = elements.values;
    if (values instanceof float[] floats) {
      for (float f : floats) {
        if (!Float.isFinite(f)) {
          return false;
        }
      }
    } else if (values instanceof double[] doubles) {
      for (double d : doubles) {
        if (!Double.isFinite(d)) {
          return false;
        }
      }
    }
    return true; // pixels are
  }

  /**
   * Copies elements as floats; pixels stay pixels.
   *
   * @param from index of the first, in row-major order
   * @param target where they go, from its position to its limit
   * @throws IllegalStateException if the elements are not float32
   */
  public void read(int from, FloatBuffer target) {
    if (dtype != DType.FLOAT32) {
      floats(); // refuses
    }
    elements.read(from, target);
  }

  /**
   * Copies pixels.
   *
   * @param from index of the first, in row-major order
   * @param target where they go, from its position to its limit
   * @throws IllegalStateException unless {@link #isPixels}
   */
  public void readPixels(int from, ByteBuffer target) {
    if (!isPixels()) {
      throw noPixels();
    }
    elements.readPixels(from, target);
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
      copy(pixels ? p.elements.values : p.numbers(), 0, all, at, p.size());
      at += p.size();
    }
    return all;
  }

  private Object numbers() {
    return dtype == DType.FLOAT32 ? floats() : doubles();
  }

  /**
   * Whether the elements are still pixels: {@link #ofPixels}.
   *
   * @return whether {@link #pixels} and {@link #readPixels} may be called
   */
  public boolean isPixels() {
    return elements.isPixels();
  }

  /**
   * What the elements take of the Java heap.
   *
   * @return bytes; 0 of pixels that are still elsewhere
   */
  public long heapBytes() {
    return elements.heapBytes();
  }

  /**
   * The array of pixels.
   *
   * @return the wrapped array; of pixels that were elsewhere one that they have been read into
   * @throws IllegalStateException unless {@link #isPixels}
   */
  public byte[] pixels() {
    if (elements.array() instanceof byte[] p) {
      return p;
    }
    throw noPixels();
  }

  private IllegalStateException noPixels() {
    return new IllegalStateException("tensor " + this + " holds no pixels");
  }

  /** Element type and shape, as {@code float32[2, 3]}. */
  @Override
  public String toString() {
    return (dtype == DType.FLOAT32 ? "float32" : "float64") + shape;
  }
}
