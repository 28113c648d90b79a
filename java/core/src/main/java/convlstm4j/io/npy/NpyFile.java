package convlstm4j.io.npy;

import convlstm4j.data.ByteScale;
import convlstm4j.data.FrameSource;
import convlstm4j.io.file.InputFile;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.PixelSource;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An array in a file of NumPy's, read as much of as is asked for. The header and the file's size
 * are checked when it is opened; the elements are memory-mapped when they are read, in pieces, so
 * that a file may be larger than 2 GB and than the heap. There is nothing to close: the file is
 * open only during calls, and mappings go with the object.
 *
 * <p>Reading an absent, damaged or cut file throws {@link NpyException}. Safe for use by several
 * threads.
 */
public final class NpyFile implements FrameSource {
  /** Elements per mapping: 1 GiB of float64. */
  private static final int PIECE = 1 << 27;

  private final Source source;
  private final NpyHeader header;
  private final ByteScale scale;
  private final Consumer<String> notes;
  private final int pieceElements;
  private final ByteBuffer[] pieces;

  private NpyFile(
      Source source,
      NpyHeader header,
      ByteScale scale,
      Consumer<String> notes,
      int pieceElements,
      ByteBuffer[] pieces) {
    this.source = source;
    this.header = header;
    this.scale = scale;
    this.notes = notes;
    this.pieceElements = pieceElements;
    this.pieces = pieces;
  }

  /**
   * Opens a file: reads its header and checks its size.
   *
   * @param path the file
   * @return the array, not read yet
   * @throws NpyException if it is absent or its header or size is wrong
   */
  public static NpyFile open(Path path) {
    return open(path, PIECE);
  }

  /** With mappings of another size, so that a test can cross their borders in a small file. */
  static NpyFile open(Path path, int pieceElements) {
    String name = path.toString();
    try {
      if (Files.isDirectory(path)) {
        throw new NpyException(name, "is a folder, expected an npy file");
      }
      return open(new Source.File(name, path, Files.size(InputFile.checked(path))), pieceElements);
    } catch (NoSuchFileException e) {
      throw new NpyException(name, "there is no such file", e);
    } catch (AccessDeniedException e) {
      throw new NpyException(name, "may not be read: permission denied", e);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  /**
   * Takes the content of a file in memory.
   *
   * @param name what messages call it
   * @param bytes the file from the buffer's position to its limit; not copied
   * @return the array, not read yet
   * @throws NpyException if the header or the size is wrong
   */
  public static NpyFile of(String name, ByteBuffer bytes) {
    try {
      return open(new Source.Memory(name, bytes.slice()), PIECE);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static NpyFile open(Source source, int pieceElements) throws IOException {
    NpyHeader header = NpyHeader.read(source);
    long n = header.shape().elements();
    long pieces = (n + pieceElements - 1) / pieceElements;
    return new NpyFile(
        source,
        header,
        ByteScale.NONE,
        note -> {},
        pieceElements,
        new ByteBuffer[Math.toIntExact(pieces)]);
  }

  private static NpyException unreadable(String name, IOException e) {
    return new NpyException(name, "cannot be read: " + e.getMessage(), e);
  }

  /**
   * The same array with uint8 elements read as pixels: divided by 255, so from 0 to 1. Other types
   * are read as they are.
   *
   * @return another view of the file
   */
  public NpyFile unitRange() {
    return scaled(ByteScale.UNIT);
  }

  /**
   * The same array, which says when it is read that a whole number in it was rounded: float32 holds
   * all of up to 2^24, float64 all of up to 2^53. Numbers with a fraction are rounded in silence.
   *
   * @param to is told at the first such number of each reading; may be called by any thread
   * @return another view of the file
   */
  public NpyFile notes(Consumer<String> to) {
    return new NpyFile(source, header, scale, to, pieceElements, pieces);
  }

  @Override
  public NpyFile scaled(ByteScale bytes) {
    return new NpyFile(source, header, bytes, notes, pieceElements, pieces);
  }

  @Override
  public Optional<ByteScale> byteScale() {
    return type() == NpyType.UINT8 ? Optional.of(scale) : Optional.empty();
  }

  @Override
  public String name() {
    return source.name();
  }

  /**
   * Sizes of the axes.
   *
   * @return a known shape; of rank 0 for a scalar
   */
  @Override
  public Shape shape() {
    return header.shape();
  }

  /** Reads the header again, which may have changed; of a file in memory this object. */
  @Override
  public NpyFile reopened() {
    return source instanceof Source.File file
        ? open(file.path(), pieceElements).scaled(scale).notes(notes)
        : this;
  }

  /** Does nothing: the file is open only during calls. */
  @Override
  public void close() {}

  /**
   * Element type in the file.
   *
   * @return the type
   */
  public NpyType type() {
    return header.type();
  }

  /**
   * Reads the whole array, row-major whatever the order in the file.
   *
   * @param dtype element type to give; values that it cannot hold are rounded
   * @return a new tensor of {@link #shape}
   * @throws NpyException if the array has more elements than a tensor can hold, or the file has
   *     changed
   */
  public Tensor read(DType dtype) {
    return shape().rank() == 0
        ? readRows(0, 1, Shape.of(), dtype)
        : readFrames(0, shape().dim(0), dtype);
  }

  /**
   * Reads a stretch along axis 0, such as some frames of a video.
   *
   * @param from first index
   * @param to last index + 1
   * @param dtype element type to give; values that it cannot hold are rounded
   * @return a new tensor, axis 0 of size {@code to - from}, the others as in {@link #shape}
   * @throws IllegalArgumentException if the array is a scalar
   * @throws IndexOutOfBoundsException if the stretch is not within axis 0
   * @throws NpyException if the stretch has more elements than a tensor can hold, or the file has
   *     changed
   */
  @Override
  public Tensor readFrames(long from, long to, DType dtype) {
    checkStretch(from, to);
    return readRows(from, to, shape().with(0, to - from), dtype);
  }

  private void checkStretch(long from, long to) {
    if (shape().rank() == 0) {
      throw new IllegalArgumentException(name() + ": is a scalar and has no axis 0");
    }
    if (from < 0 || to < from || to > shape().dim(0)) {
      throw new IndexOutOfBoundsException(
          name()
              + ": frames "
              + from
              + " to "
              + to
              + " (not included), the file has "
              + shape().dim(0));
    }
  }

  @Override
  public void readFrames(long from, long to, Tensor target, int at) {
    checkStretch(from, to);
    long n = shape().with(0, to - from).elements();
    if (at < 0 || n > target.size() - at) {
      throw new IllegalArgumentException(
          name() + ": " + n + " elements from " + at + " on do not fit into " + target);
    }
    if (target.isPixels() && !readsPixels(target.dtype())) {
      throw new IllegalArgumentException(name() + ": is not read as pixels, as " + target + " is");
    }
    readRows(from, to, target, at, (int) n);
  }

  @Override
  public Optional<PixelSource> pixels(long from, long to) {
    checkStretch(from, to);
    if (!readsPixels(DType.FLOAT32)) {
      return Optional.empty();
    }
    long frame = shape().with(0, 1).elements();
    return Optional.of(new Pixels(from * frame, (to - from) * frame));
  }

  /** Bytes that stay in the file. */
  private final class Pixels implements PixelSource {
    private final long first;
    private final long length;

    Pixels(long first, long length) {
      this.first = header.dataOffset() + first;
      this.length = length;
    }

    /** By no mapping: what is cut from the file is missed at once, and by a plain exception. */
    @Override
    public void read(int from, ByteBuffer target) {
      Objects.checkFromIndexSize(from, target.remaining(), length);
      reading(() -> source.read(first + from, target));
    }

    @Override
    public void load() {
      reading(() -> source.load(first, length));
    }
  }

  private Tensor readRows(long from, long to, Shape result, DType dtype) {
    Tensor tensor = room(result, dtype, readsPixels(dtype));
    readRows(from, to, tensor, 0, tensor.size());
    return tensor;
  }

  @Override
  public boolean readsPixels(DType dtype) {
    return scale.equals(ByteScale.UNIT)
        && type() == NpyType.UINT8
        && dtype == DType.FLOAT32
        && !columns();
  }

  /**
   * Reads elements that lie together, of a file whose {@link #columns} do not. They are not mapped:
   * pages of a long video would count as memory of this process until the system wants them.
   *
   * @param first number of the first element
   * @param result shape of the tensor
   * @param dtype element type to give; values that it cannot hold are rounded
   * @throws NpyException if the file has changed
   */
  Tensor readElements(long first, Shape result, DType dtype) {
    Tensor tensor = room(result, dtype, readsPixels(dtype));
    read(0, first, false, tensor, 0, tensor.size());
    return tensor;
  }

  /** Whether elements along axis 0 lie together. */
  boolean columns() {
    return header.fortran() && shape().rank() > 1;
  }

  /** A tensor to read into. */
  Tensor room(Shape result, DType dtype, boolean pixels) {
    try {
      return pixels
          ? Tensor.ofPixels(new byte[Tensor.arrayLength(result)], result)
          : Tensor.zeros(dtype, result);
    } catch (IllegalArgumentException e) {
      throw new NpyException(name(), String.valueOf(e.getMessage()), e);
    } catch (OutOfMemoryError e) {
      throw new NpyException(name(), noRoom(result, pixels ? 1 : dtype.bytes()), e);
    }
  }

  /** Reads into n elements of a tensor from {@code at} on. */
  private void readRows(long from, long to, Tensor tensor, int at, int n) {
    if (n > 0) {
      read(from, from * (n / (to - from)), true, tensor, at, n);
    }
  }

  /**
   * Reads into n elements of a tensor from {@code at} on.
   *
   * @param row place along axis 0, where {@link #columns} lie together
   * @param first number of the first element, else
   * @param mapped whether the file is mapped into memory, in large pieces
   */
  private void read(long row, long first, boolean mapped, Tensor tensor, int at, int n) {
    boolean unit = scale.equals(ByteScale.UNIT);
    Decoder decoder = new Decoder(header.type(), unit);
    reading(
        () -> {
          if (columns()) {
            readColumns(row, tensor, at, n, decoder);
          } else {
            readRun(first, tensor, at, n, decoder, mapped);
          }
        });
    if (!decoder.rounded().isEmpty()) {
      notes.accept(
          "%s: holds %s, which %s rounds"
              .formatted(
                  name(), decoder.rounded(), tensor.dtype().toString().toLowerCase(Locale.ROOT)));
    }
    if (type() == NpyType.UINT8 && !unit) {
      scale(tensor, at, n);
    }
  }

  /** Looks into the file. */
  @FunctionalInterface
  private interface Reading {
    void read() throws IOException;
  }

  private void reading(Reading work) {
    try {
      work.read();
    } catch (IOException e) {
      throw unreadable(name(), e);
    } catch (InternalError e) {
      // How the JVM reports that a mapped page is gone.
      throw new NpyException(name(), "was cut while it was being read", e);
    }
  }

  private static String noRoom(Shape shape, int bytes) {
    return "%s of it at once need %d MiB in one piece of the Java heap, which has %d MiB (-Xmx)"
            .formatted(
                shape, (shape.elements() * bytes) >> 20, Runtime.getRuntime().maxMemory() >> 20)
        + ": use a smaller batch or fewer frames, or give Java more memory (-Xmx)";
  }

  private void scale(Tensor bytes, int at, int n) {
    if (!scale.equals(ByteScale.NONE)) {
      for (int i = at; i < at + n; i++) {
        bytes.set(i, scale.value((int) bytes.get(i)));
      }
    }
  }

  /** Elements that lie together in the file. */
  private void readRun(long first, Tensor to, int at, int n, Decoder decoder, boolean mapped)
      throws IOException {
    int bytes = header.type().bytes();
    for (int done = 0; done < n; ) {
      long element = first + done;
      int inPiece = (int) (element % pieceElements);
      int some = Math.min(n - done, pieceElements - inPiece);
      ByteBuffer from;
      if (mapped) {
        from = piece((int) (element / pieceElements)).slice(inPiece * bytes, some * bytes);
      } else {
        some = Math.min(some, Source.READ_WHOLE / bytes);
        from = source.get(header.dataOffset() + element * bytes, (long) some * bytes);
      }
      from.order(header.order());
      if (to.isPixels()) {
        from.get(to.pixels(), at + done, some);
      } else if (to.dtype() == DType.FLOAT32) {
        decoder.decode(from, to.floats(), at + done, some);
      } else {
        decoder.decode(from, to.doubles(), at + done, some);
      }
      done += some;
    }
  }

  /**
   * Fortran order: the elements along axis 0 lie together, those along axis 1 are the next nearest,
   * and so on. Walks through the file in its order.
   */
  private void readColumns(long from, Tensor to, int at, int n, Decoder decoder)
      throws IOException {
    Shape inner = shape().from(1);
    int columns = (int) inner.elements();
    int rows = n / columns;
    Tensor column = Tensor.zeros(to.dtype(), Shape.of(Math.min(rows, 1 << 12)));
    int[] stride = new int[inner.rank()];
    for (int axis = inner.rank() - 1, s = 1; axis >= 0; axis--) {
      stride[axis] = s;
      s *= (int) inner.dim(axis);
    }
    long[] index = new long[inner.rank()];
    int offset = 0;
    for (int c = 0; c < columns; c++) {
      for (int row = 0; row < rows; ) {
        int some = Math.min(rows - row, column.size());
        readRun(c * shape().dim(0) + from + row, column, 0, some, decoder, true);
        for (int i = 0; i < some; i++, row++) {
          to.set(at + row * columns + offset, column.get(i));
        }
      }
      for (int axis = 0; axis < index.length; axis++) {
        offset += stride[axis];
        if (++index[axis] < inner.dim(axis)) {
          break;
        }
        offset -= stride[axis] * (int) index[axis];
        index[axis] = 0;
      }
    }
  }

  private ByteBuffer piece(int k) throws IOException {
    synchronized (pieces) {
      if (pieces[k] == null) {
        int bytes = header.type().bytes();
        long first = (long) k * pieceElements;
        long n = Math.min(shape().elements() - first, pieceElements);
        pieces[k] = source.get(header.dataOffset() + first * bytes, n * bytes);
      }
      return pieces[k];
    }
  }

  /** Path, type and shape. */
  @Override
  public String toString() {
    return name() + " " + type().descr() + shape();
  }
}
