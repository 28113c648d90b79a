package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Peak;
import convlstm4j.backend.ProcessMemory;
import convlstm4j.backend.Spill;
import convlstm4j.backend.SpillFolder;
import convlstm4j.backend.onednn.Arenas.Stay;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory outside the Java heap, out of an {@link Arena}. Buffers end in guards, see {@link Block}.
 */
final class NativeMemory implements Memory {
  private static final int MIB = 20;

  /** So many that opening the file that they are in does not count. */
  private static final int PIXELS_AT_ONCE = 1 << 16;

  private final Arenas arenas;
  private final long capacity;
  private long allocations;
  private boolean closed;

  NativeMemory() {
    SystemSlabs slabs = new SystemSlabs();
    this.arenas = new Arenas(new Arena(slabs), new Arena(slabs), new Arena(slabs));
    this.capacity = ProcessMemory.process(0).bytes();
  }

  @Override
  public NativeBuffer allocate(DType dtype, Shape shape) {
    NativeBuffer b = allocateUnset(dtype, shape);
    Floats.zero(b, 0, b.size());
    return b;
  }

  @Override
  public NativeBuffer allocateUnset(DType dtype, Shape shape) {
    return allocate(dtype, shape, Stay.PASSING);
  }

  @Override
  public NativeBuffer allocateLasting(DType dtype, Shape shape) {
    return allocate(dtype, shape, Stay.LASTING);
  }

  @Override
  public NativeBuffer allocatePermanent(DType dtype, Shape shape) {
    NativeBuffer b = allocate(dtype, shape, Stay.PERMANENT);
    Floats.zero(b, 0, b.size());
    return b;
  }

  /** oneDNN's primitives leave some ten MiB in the heap of the C library. */
  @Override
  public void tidy() {
    Pointer.trimMemory();
  }

  @Override
  public synchronized void begin() {
    arenas.begin();
  }

  @Override
  public Spill spill(SpillFolder folder) {
    checkOpen();
    return new SpilledMemory(folder);
  }

  @Override
  public boolean spills() {
    return true;
  }

  private synchronized NativeBuffer allocate(DType dtype, Shape shape, Stay stay) {
    NativeBuffer.checkType(dtype);
    checkOpen();
    long bytes = Math.multiplyExact(shape.elements(), (long) Float.BYTES);
    allocations++;
    Block block = take(bytes, shape, stay);
    return new NativeBuffer((b, n) -> release(b, n, stay), block, shape);
  }

  /** How many buffers were allocated so far. */
  synchronized long allocations() {
    return allocations;
  }

  private Block take(long bytes, Shape shape, Stay stay) {
    boolean fits = arenas.liveBytes() + bytes <= capacity;
    Arena.Range range = fits ? arenas.take(bytes, stay) : null;
    if (range == null) {
      throw outOfMemory(bytes, shape);
    }
    return new Block(range);
  }

  private BackendException outOfMemory(long bytes, Shape shape) {
    return new BackendException(
        OneDnnBackend.NAME
            + ": no memory for "
            + shape
            + " ("
            + (bytes >> MIB)
            + " MiB) beside "
            + (arenas.liveBytes() >> MIB)
            + " MiB in use of "
            + (capacity >> MIB)
            + " MiB; use fewer frames, a smaller batch or a smaller model");
  }

  /** Takes a closed buffer's block back. */
  private synchronized void release(Block block, long bytes, Stay stay) {
    arenas.release(block.range(), bytes, stay);
    if (closed) {
      arenas.trim();
    }
  }

  /**
   * Hands out nothing more; buffers may still be closed.
   *
   * @return false if it was closed before
   */
  synchronized boolean close() {
    boolean first = !closed;
    closed = true;
    trim();
    return first;
  }

  /** Gives what nobody uses back to the system. */
  synchronized void trim() {
    arenas.trim();
  }

  /** Fails once the memory is closed. */
  synchronized void checkOpen() {
    Backend.checkOpen(OneDnnBackend.NAME, closed);
  }

  @Override
  public void upload(Tensor source, Buffer target) {
    NativeBuffer t = NativeBuffer.of(target);
    check(source.dtype(), source.size(), source.shape(), t);
    if (source.isPixels()) {
      // Piece by piece, so that there is no copy of all of them as floats on the way.
      Parallel.ranges(
          source.size(),
          PIXELS_AT_ONCE,
          (from, n) -> {
            float[] piece = Floats.scratch(0, PIXELS_AT_ONCE);
            source.read((int) from, FloatBuffer.wrap(piece, 0, n));
            Floats.write(piece, t, from, n);
          });
      return;
    }
    Floats.put(t, 0, source.floats(), source.size());
  }

  @Override
  public Tensor download(Buffer source) {
    NativeBuffer s = NativeBuffer.of(source);
    Tensor t;
    try {
      t = Tensor.zeros(DType.FLOAT32, s.shape());
    } catch (OutOfMemoryError e) {
      throw new BackendException(
          OneDnnBackend.NAME
              + ": no room on the Java heap for a copy of "
              + s.shape()
              + "; give Java more (-Xmx)",
          e);
    }
    Floats.get(s, 0, t.floats(), t.size());
    return t;
  }

  @Override
  public void copy(Buffer source, Buffer target) {
    NativeBuffer s = NativeBuffer.of(source);
    NativeBuffer t = NativeBuffer.of(target);
    check(s.dtype(), s.size(), s.shape(), t);
    Floats.copy(s, 0, t, 0, s.size());
  }

  private static void check(DType type, long size, Shape shape, NativeBuffer target) {
    if (type != DType.FLOAT32 || size != target.size()) {
      throw new IllegalArgumentException(
          "cannot copy " + type + " " + shape + " into a float32 buffer of " + target.shape());
    }
  }

  @Override
  public void fill(Buffer target, double value) {
    NativeBuffer t = NativeBuffer.of(target);
    Floats.fill(t, 0, t.size(), (float) value);
  }

  @Override
  public synchronized long liveBytes() {
    return arenas.liveBytes();
  }

  /** Of what is held: between buffers there is room that none of them fits into. */
  @Override
  public Peak peak() {
    return Peak.ofHeld(new PlayedMemory());
  }

  @Override
  public Place place() {
    return Place.PROCESS;
  }

  @Override
  public synchronized long heldBytes() {
    return arenas.heldBytes();
  }

  @Override
  public long capacityBytes() {
    return capacity;
  }
}
