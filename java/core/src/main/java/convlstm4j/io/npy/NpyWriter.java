package convlstm4j.io.npy;

import convlstm4j.io.file.AtomicFile;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * Writes arrays as NumPy does: version 1, little-endian, row-major. A whole array at once:
 *
 * <pre>{@code
 * NpyWriter.write(path, tensor);
 * }</pre>
 *
 * or frame by frame, so that a video need not fit the memory:
 *
 * <pre>{@code
 * try (NpyWriter video = NpyWriter.create(path, NpyType.UINT8, Shape.of(1000, 3, 400, 400))) {
 *   for (byte[] frame : frames) {
 *     video.write(frame);
 *   }
 *   video.commit();
 * }
 * }</pre>
 *
 * <p>The file appears, or replaces another, when it is complete ({@link AtomicFile}). Failures to
 * write are {@link UncheckedIOException}s.
 */
public final class NpyWriter implements AutoCloseable {
  private static final int CHUNK = 1 << 16;

  private final Path path;
  private final NpyType type;
  private final Shape shape;
  private final AtomicFile file;
  private final ByteBuffer buffer;
  private long left;
  private boolean ended;

  private NpyWriter(Path path, NpyType type, Shape shape, AtomicFile file) {
    this.path = path;
    this.type = type;
    this.shape = shape;
    this.file = file;
    this.left = shape.elements();
    this.buffer =
        ByteBuffer.allocate((int) Math.min(CHUNK, Math.max(8, left * type.bytes())))
            .order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Starts a file that is written piece by piece.
   *
   * @param path the file to make or replace
   * @param type element type in the file; any but {@link NpyType#FLOAT16}
   * @param shape sizes of the axes, of all pieces together
   * @return the writer, to be closed
   * @throws IllegalArgumentException if the type cannot be written or a size is not known
   * @throws UncheckedIOException if the file cannot be made
   */
  public static NpyWriter create(Path path, NpyType type, Shape shape) {
    return create(path, type, shape, UnaryOperator.identity());
  }

  /** With a channel in between, for tests of full disks. */
  static NpyWriter create(
      Path path, NpyType type, Shape shape, UnaryOperator<WritableByteChannel> wrap) {
    if (type == NpyType.FLOAT16) {
      throw new IllegalArgumentException("float16 can be read, not written; use FLOAT32");
    }
    if (!shape.isKnown()) {
      throw new IllegalArgumentException(
          path + ": shape " + shape + " is not known, a file needs all sizes");
    }
    try {
      AtomicFile file = AtomicFile.create(path, wrap);
      NpyWriter writer = new NpyWriter(path, type, shape, file);
      try {
        writer.drain(NpyHeader.write(type, shape));
      } catch (IOException e) {
        file.close();
        throw e;
      }
      return writer;
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /**
   * Writes a tensor as float32 or float64, whichever it holds.
   *
   * @param path the file to make or replace
   * @param tensor the array
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Path path, Tensor tensor) {
    NpyType type = tensor.dtype() == DType.FLOAT32 ? NpyType.FLOAT32 : NpyType.FLOAT64;
    try (NpyWriter writer = create(path, type, tensor.shape())) {
      writer.write(tensor);
      writer.commit();
    }
  }

  /**
   * Writes unsigned bytes, such as pixels.
   *
   * @param path the file to make or replace
   * @param bytes elements, row-major
   * @param shape sizes of the axes, with as many elements
   * @throws IllegalArgumentException if the number of elements differs
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Path path, byte[] bytes, Shape shape) {
    try (NpyWriter writer = create(path, NpyType.UINT8, shape)) {
      writer.write(bytes);
      writer.commit();
    }
  }

  /**
   * Writes integers, such as class numbers.
   *
   * @param path the file to make or replace
   * @param values elements, row-major
   * @param shape sizes of the axes, with as many elements
   * @throws IllegalArgumentException if the number of elements differs
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Path path, int[] values, Shape shape) {
    try (NpyWriter writer = create(path, NpyType.INT32, shape)) {
      writer.takeElements(values.length);
      for (int value : values) {
        writer.put(value);
      }
      writer.commit();
    }
  }

  /**
   * Appends elements.
   *
   * @param tensor the next elements, row-major; its shape does not matter
   * @throws IllegalArgumentException if there are more than the file's shape has left, or one is
   *     not a value of the file's integer type
   * @throws UncheckedIOException if they cannot be written
   */
  public void write(Tensor tensor) {
    takeElements(tensor.size());
    for (int i = 0; i < tensor.size(); i++) {
      put(tensor.get(i));
    }
  }

  /**
   * Appends elements that are single bytes in the file.
   *
   * @param bytes the next elements, row-major
   * @throws IllegalArgumentException if there are more than the file's shape has left, or the
   *     file's type is of more than one byte
   * @throws UncheckedIOException if they cannot be written
   */
  public void write(byte[] bytes) {
    if (type.bytes() != 1) {
      throw new IllegalArgumentException(path + ": bytes given to a file of " + type.descr());
    }
    takeElements(bytes.length);
    flush();
    try {
      drain(ByteBuffer.wrap(bytes));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void takeElements(int n) {
    checkOpen();
    if (n > left) {
      throw new IllegalArgumentException(
          path
              + ": "
              + n
              + " elements given, "
              + left
              + " of the "
              + shape.elements()
              + " of shape "
              + shape
              + " are left");
    }
    left -= n;
  }

  private void put(double value) {
    if (buffer.remaining() < type.bytes()) {
      flush();
    }
    switch (type) {
      case FLOAT32 -> buffer.putFloat((float) value);
      case FLOAT64 -> buffer.putDouble(value);
      case UINT8 -> buffer.put((byte) whole(value, 0, 255));
      case BOOL -> buffer.put((byte) whole(value, 0, 1));
      case INT8 -> buffer.put((byte) whole(value, Byte.MIN_VALUE, Byte.MAX_VALUE));
      case INT16 -> buffer.putShort((short) whole(value, Short.MIN_VALUE, Short.MAX_VALUE));
      case INT32 -> buffer.putInt((int) whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE));
      case INT64 -> buffer.putLong(whole(value, -0x1p53, 0x1p53));
      default -> throw new AssertionError(type);
    }
  }

  private long whole(double value, double least, double most) {
    if (!(value >= least && value <= most && value == Math.rint(value))) {
      throw new IllegalArgumentException(
          "%s: %s is not a value of %s (a whole number, %.0f to %.0f)"
              .formatted(path, value, type.descr(), least, most));
    }
    return (long) value;
  }

  private void flush() {
    try {
      drain(buffer.flip());
    } catch (IOException e) {
      throw failed(e);
    }
    buffer.clear();
  }

  private void drain(ByteBuffer bytes) throws IOException {
    file.channel().write(bytes);
  }

  /**
   * Completes the file.
   *
   * @throws IllegalStateException if elements of the file's shape are still to come, or the writer
   *     has been committed or closed
   * @throws UncheckedIOException if it cannot be written
   */
  public void commit() {
    checkOpen();
    if (left != 0) {
      throw new IllegalStateException(
          path + ": " + left + " of the " + shape.elements() + " elements were not written");
    }
    flush();
    try {
      file.commit();
      ended = true;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void checkOpen() {
    if (ended) {
      throw new IllegalStateException(
          path + ": the writer is closed; create it anew to write the file again");
    }
  }

  /** Ends the writing; without {@link #commit} before, nothing of the file is left. */
  @Override
  public void close() {
    ended = true;
    try {
      file.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(e.getMessage(), e);
  }
}
